/** Plugins that are paid in Kong: what their public documentation says of them holds here. No recording exists. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

const post = async (name: string, config: unknown) => {
  const { status, text } = await node.send('POST', '/plugins', { name, config });
  const body = JSON.parse(text) as Record<string, any>;
  if (status === 201) await node.send('DELETE', `/plugins/${body.id}`);
  return { status, body };
};

/** The least that each needs, and some of the defaults that it gets. */
const LEAST: Readonly<Record<string, readonly [config: object, defaults: object]>> = {
  'canary': [{ upstream_host: 'new.test' }, { hash: 'consumer', duration: 3600, steps: 1000, upstream_fallback: false }],
  'degraphql': [{}, { graphql_server_path: '/graphql' }],
  'exit-transformer': [{ functions: ['return function (status) return status end'] }, { handle_unknown: false, handle_unexpected: false }],
  'graphql-proxy-cache-advanced': [{}, { strategy: 'memory', cache_ttl: 300, memory: { dictionary_name: 'kong_db_cache' } }],
  'graphql-rate-limiting-advanced': [
    { limit: [5], window_size: [30], sync_rate: 1 }, { cost_strategy: 'default', score_factor: 1, max_cost: 0, window_type: 'sliding' },
  ],
  'jwt-signer': [{}, { access_token_issuer: 'kong', channel_token_request_header: null, verify_channel_token_expiry: true }],
  'mtls-auth': [{ ca_certificates: [randomUUID()] }, { consumer_by: ['username', 'custom_id'], revocation_check_mode: 'IGNORE_CA_ERROR' }],
  'opa': [{ opa_path: '/v1/data/allow' }, { opa_host: 'localhost', opa_port: 8181, opa_protocol: 'http', ssl_verify: true }],
  'openid-connect': [
    { issuer: 'https://idp.test' }, { scopes: ['openid'], response_mode: 'query', session_storage: 'cookie', redis: { port: 6379 } },
  ],
  'proxy-cache-advanced': [{ strategy: 'redis' }, { cache_ttl: 300, redis: { host: '127.0.0.1', connect_timeout: 2000, timeout: 2000 } }],
  'rate-limiting-advanced': [
    { limit: [5, 50], window_size: [1, 60] }, { strategy: 'local', namespace: expect.stringMatching(/^\w{32}$/) as string },
  ],
  'request-validator': [{ body_schema: '[{"name":{"type":"string"}}]' }, { version: 'kong', allowed_content_types: ['application/json'] }],
  'route-by-header': [{ rules: [{ condition: { location: 'east' }, upstream_name: 'east.test' }] }, {}],
};

describe.each(Object.entries(LEAST))('%s', (name, [config, defaults]) => {
  it('is accepted, with the defaults of its documentation', async () => {
    expect(await post(name, config)).toMatchObject({ status: 201, body: { name, config: { ...config, ...defaults } } });
  });

  it('has no scope of groups of consumers in the profile kong-3.9.1', async () => {
    const schema = await node.send('GET', `/schemas/plugins/${name}`);
    expect(schema.status).toBe(200);
    expect(schema.text).not.toContain('"consumer_group":');
  });
});

it.each<readonly [name: string, config: object, fields: object]>([
  ['canary', {}, { '@entity': [expect.stringContaining('at least one of these fields must be non-empty')] }],
  ['canary', { upstream_uri: '/x', hash: 'header' }, { config: { hash_header: 'required field missing' } }],
  ['canary', { upstream_uri: '/x', percentage: 101 }, { config: { percentage: 'value should be between 0 and 100' } }],
  ['graphql-rate-limiting-advanced', { limit: [5], window_size: [30] }, { config: { sync_rate: 'required field missing' } }],
  ['mtls-auth', {}, { config: { ca_certificates: 'required field missing' } }],
  ['mtls-auth', { ca_certificates: ['x'] }, { config: { ca_certificates: ['expected a valid UUID'] } }],
  ['opa', { opa_path: 'allow' }, { config: { opa_path: 'should start with: /' } }],
  ['openid-connect', {}, { config: { issuer: 'required field missing' } }],
  ['openid-connect', { issuer: 'https://idp.test', scope: 'x' }, { config: { scope: 'unknown field' } }],
  ['proxy-cache-advanced', {}, { config: { strategy: 'required field missing' } }],
  ['rate-limiting-advanced', { limit: [5], window_size: [1, 60] }, { config: { limit: 'expected 2 limits, one for each window_size' } }],
  ['rate-limiting-advanced', { limit: [5], window_size: [1], strategy: 'redis' }, { config: { sync_rate: 'required field missing' } }],
  ['request-validator', {}, { '@entity': [expect.stringContaining("'config.body_schema', 'config.parameter_schema'")] }],
  ['request-validator', { body_schema: '{' }, { config: { body_schema: 'expected JSON' } }],
  ['route-by-header', { rules: [{ condition: { x: 'y' } }] }, { config: { rules: [{ upstream_name: 'required field missing' }] } }],
])('%s is refused with %j', async (name, config, fields) => {
  expect(await post(name, config)).toMatchObject({ status: 400, body: { fields } });
});

it('addresses of Redis nodes can be given as texts', async () => {
  const redis = { cluster_addresses: ['a.test:7000', 'b.test'], timeout: 50 };
  expect((await post('proxy-cache-advanced', { strategy: 'redis', redis })).body.config.redis).toMatchObject({
    cluster_nodes: [{ ip: 'a.test', port: 7000 }, { ip: 'b.test', port: 6379 }], connect_timeout: 50, send_timeout: 50, read_timeout: 50,
  });
});

describe('entities of paid plugins', () => {
  beforeAll(async () => {
    await node.send('PUT', '/services/graph', { host: 'graph.test' });
    await node.send('PUT', '/consumers/bob', {});
  });

  it.each<readonly [path: string, body: object, answer: object]>([
    ['/services/graph/degraphql/routes', { uri: '/people/:id', query: 'query { person }' }, { methods: ['GET'] }],
    ['/services/graph/graphql-rate-limiting-advanced/costs', { type_path: 'Query.people' }, { add_constant: 1, mul_arguments: [] }],
    ['/consumers/bob/mtls-auth', { subject_name: 'bob@test' }, { ca_certificate: null }],
  ])('POST %s', async (path, body, answer) => {
    const made = await node.send('POST', path, body);
    expect({ status: made.status, body: JSON.parse(made.text) as object }).toMatchObject({ status: 201, body: { ...body, ...answer } });
    expect(JSON.parse((await node.send('GET', path)).text)).toMatchObject({ data: [body] });
  });

  const lists = ['/degraphql_routes', '/graphql-rate-limiting-advanced/costs', '/mtls-auths'];
  it.each(lists)('are listed at %s, where decK reads them', async (path) => {
    expect((await node.send('GET', `${path}?size=1000`)).status).toBe(200);
  });
});
