// A certified OpenID Connect provider (npm oidc-provider) on loopback, with its own pages to sign in at.
//
// The first line of JSON says what to set up: {"redirect": [...], "logout": [...]}. The answer is {"issuer": ...}.
// Each line after it is a person, by the login name they enter: {"sub": ..., claims}; the answer is {}. Any password
// will do. The process ends with its input.

import * as http from 'node:http';
import * as readline from 'node:readline';
import Provider from 'oidc-provider';

const people = new Map();
let server;

function start({ redirect, logout, client = {} }) {
  return new Promise((resolve) => {
    server = http.createServer();
    server.listen(0, '127.0.0.1', () => {
      const issuer = `http://127.0.0.1:${server.address().port}`;
      const provider = new Provider(issuer, {
        clients: [{
          client_id: 'homeport',
          client_secret: 'of homeport and the provider',
          redirect_uris: redirect,
          post_logout_redirect_uris: logout,
          response_types: ['code'],
          grant_types: ['authorization_code'],
          ...client,
        }],
        claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
        scopes: ['openid', 'profile', 'email', 'groups'],
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        cookies: { keys: ['tests only'] },
        features: { devInteractions: { enabled: true } },
        findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
      });
      server.on('request', provider.callback());
      resolve({ issuer });
    });
  });
}

const input = readline.createInterface({ input: process.stdin });
console.info = console.warn = () => {};
input.on('line', async (line) => {
  const asked = JSON.parse(line);
  let answer = {};
  if (asked.redirect) answer = await start(asked);
  else people.set(asked.sub, asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
input.on('close', () => process.exit(0));
