import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakeAws } from './fake-aws.testing.ts';
import { takeLogs } from './log-ingest.ts';
import type { HttpEvent } from './log-ingest.ts';
import { openSearchClient } from './opensearch/client.ts';
import { startFakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import type { FakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import { secretTokens } from './secret-tokens.ts';

/** As http-log of a gateway sends it, shortened. */
const ENTRY = {
  client_ip: '203.0.113.7', started_at: 1_763_716_980_123, source: 'upstream', upstream_status: '502, 200', workspace_name: 'default',
  latencies: { kong: 3, proxy: 41, request: 44, receive: 0 },
  request: {
    id: '0123456789abcdef0123456789abcdef', method: 'GET', uri: '/httpbin/get?card=4111',
    url: 'http://apis.acme.example:8000/httpbin/get?card=4111', size: 210, headers: { apikey: 'planted-key' },
    tls: { version: 'TLSv1.3' },
  },
  response: { status: 200, size: 512, headers: { 'set-cookie': 'planted-cookie' } },
  tries: [{}, {}], service: { name: 'httpbin' }, route: { name: 'get' }, consumer: { username: 'alice' }, trace_id: { w3c: 'f'.repeat(32) },
};
const entry = (id: string) => ({ ...ENTRY, request: { ...ENTRY.request, id } });

let fake: FakeOpenSearch;
let lines: string[];
beforeEach(async () => {
  fake = await startFakeOpenSearch();
  lines = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fake.close();
});

const send = (body: unknown, changes: Partial<HttpEvent> = {}, endpoint = fake.url) => {
  const call = openSearchClient({ endpoint, region: 'eu-central-1' }, () => ({ accessKeyId: 'test', secretAccessKey: 'test' }));
  const event = { headers: { 'x-log-token': 'right' }, body: JSON.stringify(body), ...changes };
  return takeLogs(event, { target: 'logs-gateway-default', call, tokens: async () => ['right', 'before'] });
};

describe('an entry', () => {
  it('becomes a document of the fields that are indexed, under the id of its request', async () => {
    expect(await send(ENTRY)).toMatchObject({ statusCode: 200, body: '{"kept":1,"refused":0}' });
    expect([...fake.documents]).toEqual([['logs-gateway-default/0123456789abcdef0123456789abcdef', {
      '@timestamp': 1_763_716_980_123, 'request_id': '0123456789abcdef0123456789abcdef', 'client_ip': '203.0.113.7', 'method': 'GET',
      'host': 'apis.acme.example', 'path': '/httpbin/get',
      'status': 200, 'source': 'upstream', 'upstream_status': '502, 200', 'service': 'httpbin', 'route': 'get', 'consumer': 'alice',
      'workspace': 'default', 'gateway_ms': 3, 'upstream_ms': 41,
      'total_ms': 44, 'request_bytes': 210, 'response_bytes': 512, 'tries': 2, 'tls_version': 'TLSv1.3', 'trace_id': 'f'.repeat(32),
    }]]);
  });

  it('leaves headers and query strings behind, which hold secrets', async () => {
    await send(ENTRY);
    expect(JSON.stringify([...fake.documents])).not.toMatch(/planted|4111/);
  });

  it('without route, service, consumer and upstream is kept as well', async () => {
    const { route, service, consumer, trace_id, tries, ...rest } = ENTRY;
    await send({ ...rest, latencies: { kong: 1, proxy: -1, request: 1 }, response: { status: 404, size: 52 } });
    const [document] = fake.documents.values();
    expect(document).toMatchObject({ status: 404 });
    for (const field of ['route', 'service', 'consumer', 'upstream_ms', 'tries', 'trace_id']) expect(document).not.toHaveProperty(field);
  });

  it('sent twice is kept once', async () => {
    await send(ENTRY);
    expect(await send(ENTRY)).toMatchObject({ statusCode: 200, body: '{"kept":1,"refused":0}' });
    expect(fake.documents.size).toBe(1);
  });
});

describe('a list of entries', () => {
  it('is written with one request, also when API Gateway encoded it', async () => {
    const body = Buffer.from(JSON.stringify([entry('a'), entry('b')])).toString('base64');
    expect(await send(undefined, { body, isBase64Encoded: true })).toMatchObject({ body: '{"kept":2,"refused":0}' });
    expect(fake.calls).toEqual(['POST /logs-gateway-default/_bulk']);
  });

  it('is sent again as a whole when a document may succeed later, and nothing is doubled', async () => {
    fake.bulkErrors.set('b', { status: 429, type: 'rejected_execution_exception' });
    expect(await send([entry('a'), entry('b')])).toMatchObject({ statusCode: 503 });
    fake.bulkErrors.clear();
    expect(await send([entry('a'), entry('b')])).toMatchObject({ statusCode: 200, body: '{"kept":2,"refused":0}' });
    expect(fake.documents.size).toBe(2);
  });

  it('loses what OpenSearch will never take, and says so in the log', async () => {
    fake.bulkErrors.set('b', { status: 400, type: 'mapper_parsing_exception' });
    expect(await send([entry('a'), entry('b'), 'no entry'])).toMatchObject({ statusCode: 200, body: '{"kept":1,"refused":2}' });
    expect(lines[0]).toBe('{"refused":1,"because":"mapper_parsing_exception"}');
    expect(JSON.parse(lines[1]!)).toMatchObject({ dead_letter: { request_id: expect.any(String) }, because: 'mapper_parsing_exception' });
    expect(lines).toHaveLength(2);
  });
});

describe('refused', () => {
  it.each([[undefined], ['wrong'], ['']])('is the token %j, before anything is read', async (token) => {
    expect(await send(ENTRY, { headers: { 'x-log-token': token } })).toMatchObject({ statusCode: 401 });
    expect(fake.calls).toEqual([]);
  });

  it.each(['', 'text', '7', 'null'])('is the body %j', async (body) => {
    expect(await send(undefined, { body })).toMatchObject({ statusCode: 400 });
  });
});

it('takes the token before the last, while gateways learn the new one', async () => {
  expect(await send(ENTRY, { headers: { 'x-log-token': 'before' } })).toMatchObject({ statusCode: 200 });
});

it.each([['refuses', 403], ['is too busy', 429], ['fails', 500]])('asks for another try when OpenSearch %s', async (_, status) => {
  fake.refusals.set('POST /logs-gateway-default/_bulk', status);
  expect(await send(ENTRY)).toMatchObject({ statusCode: 503, body: '{"message":"the logs cannot be written now"}' });
});

it('asks for another try when OpenSearch does not answer', async () => {
  expect(await send(ENTRY, {}, 'http://127.0.0.1:1')).toMatchObject({ statusCode: 503 });
});

describe('a secret that cannot be read', () => {
  const broken = { status: 400, body: { __type: 'AccessDeniedException', message: 'not allowed' } };

  /** Sends through one function as long as it lives, with an hour between each time. */
  async function through(
    operations: Parameters<typeof startFakeAws>[0], work: (ask: (token?: string) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const aws = await startFakeAws(operations);
    let now = 0;
    const tokens = secretTokens(new SecretsManagerClient(aws.client), 'arn:secret', 'token', 60_000, () => now);
    const call = openSearchClient({ endpoint: fake.url, region: 'eu-central-1' }, () => ({ accessKeyId: 'test', secretAccessKey: 'test' }));
    await work((token) => {
      now += 3_600_000;
      const headers = token === undefined ? {} : { 'x-log-token': token };
      return takeLogs({ headers, body: JSON.stringify(ENTRY) }, { target: 'logs-gateway-default', call, tokens });
    });
    await aws.close();
  }

  it('is answered with 503 and when to try again, not with 401, and no longer than it lasts', async () => {
    let isBroken = true;
    await through({
      GetSecretValue: () => isBroken ? broken : { status: 200, body: { SecretString: '{"token":"right"}' } },
    }, async (ask) => {
      const unavailable = { statusCode: 503, headers: { 'retry-after': '10' } };
      expect(await ask('right')).toMatchObject(unavailable);
      expect(await ask('wrong')).toMatchObject(unavailable);
      expect(await ask()).toMatchObject({ statusCode: 401 });
      isBroken = false;
      expect(await ask('right')).toMatchObject({ statusCode: 200 });
      expect(await ask('wrong')).toMatchObject({ statusCode: 401 });
    });
    expect(JSON.stringify(lines)).toContain('unreadable');
  });

  it('leaves the last known tokens in use', async () => {
    let isBroken = false;
    await through({
      GetSecretValue: () => isBroken ? broken : { status: 200, body: { SecretString: '{"token":"right"}' } },
    }, async (ask) => {
      expect(await ask('right')).toMatchObject({ statusCode: 200 });
      isBroken = true;
      for (const _time of [1, 2, 3]) expect(await ask('right')).toMatchObject({ statusCode: 200 });
      expect(await ask('wrong')).toMatchObject({ statusCode: 401 });
    });
  });
});

describe('the current tokens', () => {
  it('are the current and the one before, read once a minute', async () => {
    const versions: Record<string, string> = { AWSCURRENT: '{"token":"new"}', AWSPREVIOUS: '{"token":"old"}' };
    const aws = await startFakeAws({
      GetSecretValue: ({ VersionStage = '' }) =>
        ({ status: 200, body: { SecretString: versions[VersionStage] } }),
    });
    let now = 0;
    const tokens = secretTokens(new SecretsManagerClient(aws.client), 'arn:secret', 'token', 60_000, () => now);
    expect(await tokens()).toEqual(['new', 'old']);
    versions.AWSCURRENT = '{"token":"newest"}';
    expect(await tokens()).toEqual(['new', 'old']);
    now = 60_000;
    expect(await tokens()).toEqual(['newest', 'old']);
    await aws.close();
  });

  it('are not quoted when the secret is no document', async () => {
    const aws = await startFakeAws({ GetSecretValue: () => ({ status: 200, body: { SecretString: 'planted-token' } }) });
    const outcome = await secretTokens(new SecretsManagerClient(aws.client), 'arn:secret', 'token')().catch((error: unknown) =>
      String(error));
    expect(outcome).toBe('Error: the secret arn:secret has no property token');
    await aws.close();
  });

  it('are one before the first change, and none is an error', async () => {
    const absent = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no such version' } };
    const aws = await startFakeAws({
      GetSecretValue: ({ VersionStage }) =>
        (VersionStage === 'AWSCURRENT' ? { status: 200, body: { SecretString: '{"token":"only"}' } } : absent),
    });
    const client = new SecretsManagerClient(aws.client);
    expect(await secretTokens(client, 'arn:secret', 'token')()).toEqual(['only']);
    await expect(secretTokens(client, 'arn:secret', 'other')()).rejects.toThrow('the secret arn:secret has no property other');
    await aws.close();
  });
});
