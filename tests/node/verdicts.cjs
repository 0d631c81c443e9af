'use strict';
// Answers for each line of JSON, a document as it stands in a file, what upstream makes of it, as a line of JSON:
// {"error": why it is refused, or null; "recognized": whether a kind of upstream's has it; "relations": [[type, ref]]}
//
// Validators, policies and fields of relations are upstream's own. The order in which they run is that of catalog-backend
// 4.0 (ProcessorOutputCollector, CatalogBuilder.buildEntityPolicy, DefaultCatalogProcessingOrchestrator,
// BuiltinKindsEntityProcessor, ModelProcessor), which is too large to be installed for this.

const readline = require('node:readline');
const model = require('@backstage/catalog-model');
const alpha = require('@backstage/catalog-model/alpha');
const scaffolder = require('@backstage/plugin-scaffolder-common');
const { scaffolderCatalogModelLayer } = require('@backstage/plugin-scaffolder-common/alpha');

const envelope = model.entityEnvelopeSchemaValidator();
const whole = model.entitySchemaValidator();
const policy = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(model.makeValidator()),
]);

const builtin = [
  model.componentEntityV1alpha1Validator,
  model.resourceEntityV1alpha1Validator,
  model.groupEntityV1alpha1Validator,
  model.locationEntityV1alpha1Validator,
  model.userEntityV1alpha1Validator,
  model.systemEntityV1alpha1Validator,
  model.domainEntityV1alpha1Validator,
  scaffolder.templateEntityV1beta3Validator,
];
const aiResources = {
  skill: alpha.skillAiResourceEntityV1alpha1Validator,
  rule: alpha.ruleAiResourceEntityV1alpha1Validator,
  plugin: alpha.pluginAiResourceEntityV1alpha1Validator,
  marketplace: alpha.marketplaceAiResourceEntityV1alpha1Validator,
};
const compiled = alpha.compileCatalogModel([
  alpha.defaultCatalogEntityModel,
  alpha.aiResourceEntityModel,
  alpha.mcpServerApiEntityModel,
  scaffolderCatalogModelLayer,
]);

async function isApi(entity) {
  try {
    return await model.apiEntityV1alpha1Validator.check(entity);
  } catch (error) {
    if (entity.spec?.type !== 'mcp-server') throw error;
    return alpha.mcpServerApiEntityValidator.check(entity);
  }
}

async function isRecognized(entity) {
  const type = entity.spec?.type;
  const ai = (typeof type === 'string' && Object.hasOwn(aiResources, type) && aiResources[type])
    || alpha.aiResourceEntityV1alpha1Validator;
  const found = [await isApi(entity), await ai.check(entity)];
  for (const validator of builtin) found.push(await validator.check(entity));
  return found.some(Boolean);
}

function located(entity) {
  const annotations = entity.metadata.annotations || {};
  if (typeof annotations !== 'object' || Array.isArray(annotations)) {
    throw new Error('metadata.annotations must be a valid object');
  }
  return {
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: {
        ...annotations,
        [model.ANNOTATION_LOCATION]: 'url:https://example.com/catalog-info.yaml',
        [model.ANNOTATION_ORIGIN_LOCATION]: 'url:https://example.com/catalog-info.yaml',
      },
    },
  };
}

function relations(entity) {
  const self = model.getCompoundEntityRef(entity);
  const isModelled = entity.kind === 'AiResource';
  const found = new Set();
  for (const field of compiled.getKind(entity).relationFields) {
    const value = entity.spec[field.path.replace('spec.', '')];
    const targets = value ? [value].flat() : [];
    for (const target of targets) {
      if (isModelled && (!target || typeof target !== 'string')) continue;
      const ref = model.parseEntityRef(target, {
        defaultKind: field.defaultKind,
        defaultNamespace: self.namespace,
      });
      const isAllowed = field.allowedKinds?.some(kind => kind.toLowerCase() === ref.kind.toLowerCase()) ?? true;
      if (isModelled && !isAllowed) continue;
      found.add(JSON.stringify([field.relation, model.stringifyEntityRef(ref)]));
    }
  }
  return [...found].map(one => JSON.parse(one));
}

async function verdict(document) {
  try {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      throw new Error('Expected object at root');
    }
    let entity = located(envelope(document));
    entity = await policy.enforce(entity);
    whole(entity);
    const recognized = await isRecognized(entity);
    return { error: null, recognized, relations: recognized ? relations(entity) : [] };
  } catch (error) {
    return { error: String(error), recognized: true, relations: [] };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await verdict(JSON.parse(line)))}\n`);
  }
}

main();
