// Backstage's catalog back end as its generated app wires it, without a portal, search, TechDocs or sign-in.
const { createBackend } = require('@backstage/backend-defaults');

const backend = createBackend();
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'));
backend.start();
