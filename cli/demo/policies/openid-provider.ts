/**
 * An OpenID provider for machine clients, whose access tokens look like those of Amazon Cognito: signed with RS256, naming the client in
 * `client_id`, without an audience, `token_use` access. The package oidc-provider does the work; it is not part of this one.
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const SCOPE = 'orders/read';
export const CLIENT = { id: 'billing', secret: 'secret-of-the-demo' };

export interface OpenIdProvider {
  readonly issuer: string;
  /** An access token for the machine client. */
  token(): Promise<string>;
  close(): void;
}

/** @returns `undefined` where the package oidc-provider cannot be found */
export async function startOpenIdProvider(): Promise<OpenIdProvider | undefined> {
  const library = await load();
  if (library === undefined) return undefined;
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', quietly(() => new library.Provider(issuer, configuration())).callback());
  return {
    issuer,
    token: () => tokenOf(issuer),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function load(): Promise<typeof import('oidc-provider') | undefined> {
  try {
    // From the folder of the user's project, also when the command line is installed elsewhere.
    const path = createRequire(join(process.cwd(), 'package.json')).resolve('oidc-provider');
    return await import(pathToFileURL(path).href) as typeof import('oidc-provider');
  } catch {
    return undefined;
  }
}

/** The library advises against its own defaults, which are right for a demo. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console;
  Object.assign(console, { warn: () => undefined, info: () => undefined });
  try {
    return make();
  } finally {
    Object.assign(console, { warn, info });
  }
}

function configuration(): import('oidc-provider').Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [{
      client_id: CLIENT.id, client_secret: CLIENT.secret, scope: SCOPE,
      grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'demo', use: 'sig', alg: 'RS256' } as never] },
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:orders',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: SCOPE, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' } } }),
      },
    },
    extraTokenClaims: () => ({ token_use: 'access' }),
    formats: { customizers: { jwt: (_context, _token, { payload }) => hideAudience(payload) } },
    ttl: { ClientCredentials: 300 },
  };
}

/** The library demands an audience, Cognito has none: what cannot be listed is not written. */
function hideAudience(payload: object): void {
  Object.defineProperty(payload, 'aud', { value: 'urn:orders', enumerable: false });
}

async function tokenOf(issuer: string): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE }),
  });
  const { access_token: token } = await answer.json() as { access_token?: string };
  if (token === undefined) throw new Error(`the OpenID provider gave no token: ${answer.status}`);
  return token;
}
