/** Names and places of the fallback configuration, and the credentials for it. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FALLBACK_OBJECT } from '../../contract.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { KONG_VERSION } from '../base/version.ts';
import { CredentialProvider } from './aws-credentials.ts';
import { fallbackStorage } from './storage.ts';

let server: Server;
let asked: IncomingMessage[];
let status: number;
let body: string;
let port: number;

beforeEach(async () => {
  [asked, status, body] = [[], 200, ''];
  server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('has the version of the gateway in its name', () => {
  expect(FALLBACK_OBJECT).toBe(`${KONG_VERSION}/config`);
});

describe('a bucket', () => {
  const bucket = (storage = 's3://bucket/a/b/') => fallbackStorage({
    storage, region: 'eu-central-1', endpoint: `http://127.0.0.1:${port}`, credentials: { accessKeyId: 'AKID', secretAccessKey: 's' },
  });

  it('is asked with a signed request for the object below the prefix', async () => {
    body = 'bytes';
    expect(String(await bucket().read())).toBe('bytes');
    expect([asked[0]!.url, asked[0]!.headers.authorization]).toEqual([
      `/bucket/a/b/${FALLBACK_OBJECT}`, expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/s3\/aws4_request, /),
    ]);
    expect(bucket('s3://bucket').place).toBe(`s3://bucket/${FALLBACK_OBJECT}`);
  });

  it('without the object has nothing, and a refusal has its code', async () => {
    status = 404;
    expect(await bucket().read()).toBeUndefined();
    [status, body] = [403, '<Error><Code>AccessDenied</Code></Error>'];
    await expect(bucket().read()).rejects.toThrow('the service answered 403 AccessDenied');
    await expect(bucket().write(Buffer.from('x'))).rejects.toThrow('the service answered 403 AccessDenied');
  });
});

it('is a file where something else fetches it', async () => {
  const folder = temporaryFolder('fallback');
  const file = fallbackStorage({ storage: `file://${folder}`, credentials: {} });
  expect([file.place, await file.read()]).toEqual([join(folder, FALLBACK_OBJECT), undefined]);
});

describe('credentials', () => {
  const role = (end: string) => JSON.stringify({ AccessKeyId: 'A', SecretAccessKey: 'S', Token: 'T', Expiration: end });

  it('of a role come from the endpoint, with the token of the file, and are asked for again before they end', async () => {
    const tokenFile = join(temporaryFolder('token'), 'token');
    writeFileSync(tokenFile, 'of-today\n');
    let now = Date.parse('2026-01-01T00:00:00Z');
    body = role('2026-01-01T01:00:00Z');
    const provider = new CredentialProvider({ fullUri: `http://127.0.0.1:${port}/v1/credentials`, tokenFile }, () => now);
    expect(await provider.credentials()).toEqual({ accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T' });
    now += 54 * 60_000;
    await provider.credentials();
    expect(asked).toHaveLength(1);
    now += 2 * 60_000;
    await provider.credentials();
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['of-today', 'of-today']);
  });

  it.each<[string, ConstructorParameters<typeof CredentialProvider>[0], RegExp]>([
    ['are nowhere', {}, /neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_\*; give the node a task role or EKS Pod Identity/],
    ['would be asked of a host that is not the node, without TLS', { fullUri: 'http://evil.example/' }, /got http:\/\/evil\.example, expected https/],
  ])('that %s are refused', async (_, source, reason) => {
    await expect(new CredentialProvider(source).credentials()).rejects.toThrow(reason);
  });

  it('that are refused are no credentials', async () => {
    const provider = new CredentialProvider({ fullUri: `http://127.0.0.1:${port}/` });
    status = 500;
    await expect(provider.credentials()).rejects.toThrow('answered 500');
    [status, body] = [200, '{}'];
    await expect(provider.credentials()).rejects.toThrow('sent none');
  });
});
