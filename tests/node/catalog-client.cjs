'use strict';
// Calls upstream's own CatalogClient: each line of JSON is {"url", "token", "method", "arguments"}, each answer
// {"result"} or {"error": {"name", "status", "message"}}, with "requests": [[verb, path and query]] that it made.
// In arguments, {"$exists": "filter"} stands for CATALOG_FILTER_EXISTS.

const readline = require('node:readline');
const { CatalogClient, CATALOG_FILTER_EXISTS } = require('@backstage/catalog-client');

const revive = (_key, value) =>
  value && typeof value === 'object' && value.$exists === 'filter' ? CATALOG_FILTER_EXISTS : value;

async function call({ url, token, method, arguments: given }, requests) {
  const fetchAndNote = (address, options) => {
    requests.push([options?.method ?? 'GET', String(address).slice(url.length)]);
    return fetch(address, options);
  };
  const client = new CatalogClient({
    discoveryApi: { getBaseUrl: async plugin => `${url}/api/${plugin}` },
    fetchApi: { fetch: fetchAndNote },
  });
  const found = client[method](...given, { token });
  if (typeof found[Symbol.asyncIterator] !== 'function') return await found;
  const pages = [];
  for await (const page of found) pages.push(page);
  return pages;
}

async function answer(line) {
  const requests = [];
  try {
    const result = await call(JSON.parse(line, revive), requests);
    return { result: result === undefined ? null : result, requests };
  } catch (error) {
    return { error: { name: error.name, status: error.statusCode, message: error.message }, requests };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
})();
