/** HashiCorp Vault, by a server that answers as its API documentation says. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { hcvSource } from './hcv-source.ts';
import type { HcvConfig } from './hcv-source.ts';
import { SecretMissing } from './secret-source.ts';

interface Seen {
  readonly line: string;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
  readonly body: string;
}

let server: Server;
let port: number;
let folder: string;
let seen: Seen[];
/** Tokens that the server accepts. */
let tokens: Set<string>;
let now: number;

const SECRETS: Readonly<Record<string, object>> = {
  '/v1/secret/data/partners/acme': { data: { data: { key: 'of-the-partner', n: 1 }, metadata: { version: 3 } } },
  '/v1/secret/data/partners/acme?version=2': { data: { data: { key: 'before' }, metadata: { version: 2 } } },
  '/v1/secret/data/deleted': { data: { data: null, metadata: { deletion_time: '2026-01-01T00:00:00Z' } } },
  '/v1/kv/plain': { data: { key: 'of-version-1' }, lease_duration: 2_764_800 },
  '/v1/secret/data/wide%20name': { data: { data: { key: 'wide' } } },
};

function answer(request: IncomingMessage, body: string): readonly [number, object | string] {
  if (request.url === '/v1/auth/kubernetes/login') {
    const { role, jwt } = JSON.parse(body) as { readonly role: string; readonly jwt: string };
    if (role !== 'gateway' || jwt !== 'of-the-account') return [400, { errors: ['invalid role name'] }];
    const token = `login-${tokens.size}`;
    tokens.add(token);
    return [200, { auth: { client_token: token, lease_duration: 3_600, renewable: true } }];
  }
  if (!tokens.has(String(request.headers['x-vault-token']))) return [403, { errors: ['permission denied'] }];
  if (request.url === '/v1/secret/data/sealed') return [503, { errors: ['Vault is sealed'] }];
  if (request.url === '/v1/secret/data/large') return [200, 'x'.repeat(2_000_000)];
  const found = SECRETS[request.url!];
  return found === undefined ? [404, { errors: [] }] : [200, found];
}

beforeAll(async () => {
  folder = temporaryFolder('hcv');
  writeFileSync(join(folder, 'token'), 'of-the-account\n');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      const { 'x-vault-token': token, 'x-vault-namespace': namespace } = request.headers as Record<string, string | undefined>;
      seen.push({ line: `${request.method} ${request.url}`, token, namespace, body });
      if (request.url === '/v1/secret/data/elsewhere') return void response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end();
      const [status, content] = answer(request, body);
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      return void response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise<void>((resolve) => {
  server.closeAllConnections();
  server.close(() => resolve());
}));

beforeEach(() => {
  seen = [];
  tokens = new Set(['root']);
  now = 0;
});

const config = (given: Partial<HcvConfig> = {}): HcvConfig => ({
  protocol: 'http', host: '127.0.0.1', port, mount: 'secret', kv: 'v2', auth_method: 'token', token: 'root',
  kube_auth_path: 'kubernetes', kube_api_token_file: join(folder, 'token'), ...given,
});

const fetched = (secret: string, given: Partial<HcvConfig> = {}, version?: string) => (
  hcvSource(config(given), () => now).fetch(secret, version, AbortSignal.timeout(5_000)));

describe('a secret of a key-value engine', () => {
  it.each<readonly [string, Partial<HcvConfig>, string | undefined, object]>([
    ['partners/acme', {}, undefined, { key: 'of-the-partner', n: 1 }],
    ['partners/acme', {}, '2', { key: 'before' }],
    ['plain', { kv: 'v1', mount: 'kv' }, undefined, { key: 'of-version-1' }],
    ['wide name', {}, undefined, { key: 'wide' }],
  ])('%s with %j, version %s', async (secret, given, version, fields) => {
    expect(JSON.parse(await fetched(secret, given, version))).toEqual(fields);
  });

  it('is asked for with the token and the namespace', async () => {
    await fetched('partners/acme', { namespace: 'team/a' });
    expect(seen).toEqual([{ line: 'GET /v1/secret/data/partners/acme', token: 'root', namespace: 'team/a', body: '' }]);
  });

  it.each(['none', 'deleted', '../sys/seal', 'a//b', ''])('%j does not exist', async (secret) => {
    await expect(fetched(secret)).rejects.toBeInstanceOf(SecretMissing);
  });

  it.each<readonly [string, Partial<HcvConfig>, RegExp]>([
    ['partners/acme', { token: 'wrong' }, /^status 403: permission denied$/],
    ['sealed', {}, /^status 503: Vault is sealed$/],
    ['large', {}, /more than 1048576 bytes/],
    ['elsewhere', {}, /fetch failed/],
    ['partners/acme', { port: 1 }, /fetch failed|bad port/],
    ['partners/acme', { auth_method: 'kubernetes', kube_role: 'other' }, /^login as other failed: status 400: invalid role name$/],
    ['partners/acme', { auth_method: 'kubernetes', kube_api_token_file: '/does/not/exist' }, /ENOENT/],
  ])('%s with %j cannot be read: %s', async (secret, given, reason) => {
    await expect(fetched(secret, given)).rejects.toThrow(reason);
    await expect(fetched(secret, given)).rejects.not.toBeInstanceOf(SecretMissing);
    await expect(fetched(secret, given)).rejects.not.toThrow(/root|wrong|of-the-account/);
  });
});

describe('a node in Kubernetes', () => {
  const given = { auth_method: 'kubernetes', kube_role: 'gateway', token: null };

  it('logs in once, and again before its lease ends or when its token was revoked', async () => {
    const source = hcvSource(config(given), () => now);
    const read = () => source.fetch('partners/acme', undefined, AbortSignal.timeout(5_000));
    const logins = () => seen.filter(({ line }) => line.startsWith('POST')).length;
    await read();
    await read();
    expect(seen[0]).toMatchObject({ line: 'POST /v1/auth/kubernetes/login', body: '{"role":"gateway","jwt":"of-the-account"}' });
    expect(logins()).toBe(1);
    now = 3_300_000;
    await read();
    expect(logins()).toBe(2);
    tokens.clear();
    await read();
    expect(logins()).toBe(3);
  });
});
