/** What the recordings do not show of upstreams: how algorithm and hash sources change each other, and bounds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

type Body = Readonly<Record<string, unknown>>;

async function send(method: string, path: string, body: Body) {
  const { status, text } = await node.send(method, path, body);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

const judged = async (body: Body) => (await send('POST', '/schemas/upstreams/validate', { name: 'u.test', ...body })).body;

describe('algorithm and hash source', () => {
  const INPUTS: readonly (readonly [string, Body, Body])[] = [
    ['nothing', {}, { algorithm: 'round-robin', hash_on: 'none' }],
    ['least connections', { algorithm: 'least-connections' }, { algorithm: 'least-connections', hash_on: 'none' }],
    ['least connections and a source',
      { algorithm: 'least-connections', hash_on: 'ip' }, { algorithm: 'least-connections', hash_on: 'none' }],
    ['latency and no source', { algorithm: 'latency', hash_on: 'none' }, { algorithm: 'latency', hash_on: 'none' }],
    ['a source', { hash_on: 'ip' }, { algorithm: 'consistent-hashing', hash_on: 'ip' }],
    ['round robin and a source', { algorithm: 'round-robin', hash_on: 'path' }, { algorithm: 'consistent-hashing', hash_on: 'path' }],
    ['consistent hashing of nothing', { algorithm: 'consistent-hashing' }, { algorithm: 'round-robin', hash_on: 'none' }],
    ['consistent hashing of none', { algorithm: 'consistent-hashing', hash_on: 'none' }, { algorithm: 'round-robin', hash_on: 'none' }],
    ['null for both', { algorithm: null, hash_on: null }, { algorithm: 'round-robin', hash_on: 'none' }],
  ];

  it.each(INPUTS)('%s is stored by POST and PUT', async (_, given, stored) => {
    expect(await send('PUT', '/upstreams/u.test', given)).toMatchObject({ status: 200, body: stored });
    expect((await node.send('DELETE', '/upstreams/u.test')).status).toBe(204);
    expect(await send('POST', '/upstreams', { name: 'u.test', ...given })).toMatchObject({ status: 201, body: stored });
    expect((await node.send('DELETE', '/upstreams/u.test')).status).toBe(204);
  });

  it.each([
    ['another algorithm', { hash_on: 'ip' }, { algorithm: 'latency' }, { algorithm: 'latency', hash_on: 'none' }],
    ['round robin, but the source stays',
      { hash_on: 'ip' }, { algorithm: 'round-robin' }, { algorithm: 'consistent-hashing', hash_on: 'ip' }],
    ['a source', { algorithm: 'latency' }, { hash_on: 'path' }, { algorithm: 'consistent-hashing', hash_on: 'path' }],
    ['no source any more', { hash_on: 'ip' }, { hash_on: null }, { algorithm: 'round-robin', hash_on: 'none' }],
    ['something else', { algorithm: 'latency' }, { slots: 10 }, { algorithm: 'latency', hash_on: 'none', slots: 10 }],
  ])('%s is what PATCH leaves', async (_, before, change, after) => {
    await send('PUT', '/upstreams/p.test', before);
    expect(await send('PATCH', '/upstreams/p.test', change)).toMatchObject({ status: 200, body: after });
  });
});

describe('a hash source', () => {
  it.each([
    ['header', 'hash_on_header', 'x-a'], ['cookie', 'hash_on_cookie', 'c'], ['query_arg', 'hash_on_query_arg', 'q'],
    ['uri_capture', 'hash_on_uri_capture', 'id'],
  ])('%s needs %s', async (source, field, value) => {
    expect(await judged({ hash_on: source })).toMatchObject({
      fields: { '@entity': ["failed conditional validation given value of field 'hash_on'"], [field]: 'required field missing' },
    });
    expect(await judged({ hash_on: source, [field]: value })).toEqual({ message: 'schema validation successful' });
  });

  it.each([['header', 'header'], ['query_arg', 'query_arg'], ['uri_capture', 'uri_capture']])(
    '%s may have itself as fallback, with another name', async (source, fallback) => {
      const named = (name: string) => ({
        hash_on: source, hash_fallback: fallback, [`hash_on_${source}`]: 'one', [`hash_fallback_${fallback}`]: name,
      });
      expect(await judged(named('one'))).toMatchObject({
        message: `schema violation (values of these fields must be distinct: 'hash_on_${source}', 'hash_fallback_${fallback}')`,
      });
      expect(await judged(named('two'))).toEqual({ message: 'schema validation successful' });
    });

  it.each(['none', 'cookie'])('%s has no fallback', async (source) => {
    expect(await judged({ hash_on: source, hash_on_cookie: 'c', hash_fallback: 'ip' })).toMatchObject({
      fields: { hash_fallback: 'expected one of: none' },
    });
  });

  it.each(['consumer', 'ip', 'path'])('%s is not its own fallback', async (source) => {
    expect(await judged({ hash_on: source, hash_fallback: source })).toMatchObject({
      fields: { hash_fallback: expect.not.stringContaining(` ${source},`) as string },
    });
  });
});

it.each([
  [{ slots: 9 }, 'slots', 'value should be between 10 and 65536'],
  [{ slots: 65_537 }, 'slots', 'value should be between 10 and 65536'],
  [{ slots: 10.5 }, 'slots', 'expected an integer'],
  [{ name: '1.2.3.4' }, 'name', "Invalid name ('1.2.3.4'); no ip addresses allowed"],
  [{ name: '::1' }, 'name', "Invalid name ('::1'); no ip addresses allowed"],
  [{ name: 'u:80' }, 'name', "Invalid name ('u:80'); no port allowed"],
  [{ name: 'u:70000' }, 'name', "Invalid name ('u:70000'); must be a valid hostname"],
  [{ name: 'u..v' }, 'name', "Invalid name ('u..v'); must be a valid hostname"],
  [{ hash_on_cookie_path: 'x' }, 'hash_on_cookie_path', 'should start with: /'],
  [{ hash_on_cookie_path: '/a//b' }, 'hash_on_cookie_path', 'must not have empty segments'],
  [{ host_header: 'a:70000' }, 'host_header', 'invalid port number'],
  [{ host_header: 'a/b' }, 'host_header', 'invalid hostname: a/b'],
] as const)('refuses %j', async (body, field, message) => {
  expect(await judged(body)).toMatchObject({ code: 2, fields: { [field]: message } });
});

it.each(['a b', 'a;b', 'a"b', 'a=b', 'a\tb', '{a}', 'a\\b', 'ä\u0001'])('refuses %j as the name of a cookie', async (name) => {
  const { fields } = await judged({ hash_on: 'cookie', hash_on_cookie: name }) as { fields: Record<string, string> };
  expect(fields.hash_on_cookie).toMatch(/^contains one or more invalid characters/);
});

describe('health checks', () => {
  it('are complete when they are given in part', async () => {
    const { body } = await send('PUT', '/upstreams/h.test', { healthchecks: { active: { healthy: { interval: 5 } }, threshold: 0.5 } });
    expect(body.healthchecks).toMatchObject({
      active: {
        type: 'http', http_path: '/', https_sni: null, headers: null, concurrency: 10, timeout: 1,
        healthy: { interval: 5, successes: 0, http_statuses: [200, 302] },
        unhealthy: { interval: 0, http_statuses: [429, 404, 500, 501, 502, 503, 504, 505] },
      },
      passive: { type: 'http', unhealthy: { http_statuses: [429, 500, 503] } },
      threshold: 0.5,
    });
  });

  it('keep what a PATCH does not name', async () => {
    await send('PUT', '/upstreams/k.test', { healthchecks: { active: { http_path: '/up', healthy: { successes: 3 } } } });
    const { body } = await send('PATCH', '/upstreams/k.test', { healthchecks: { active: { healthy: { interval: 1 } } } });
    expect(body.healthchecks).toMatchObject({ active: { http_path: '/up', healthy: { successes: 3, interval: 1 } } });
  });

  it.each([
    [{ active: { healthy: { interval: 65_536 } } }, 'value should be between 0 and 65535'],
    [{ active: { healthy: { interval: -0.1 } } }, 'value should be between 0 and 65535'],
    [{ active: { unhealthy: { timeouts: 256 } } }, 'value should be between 0 and 255'],
    [{ active: { concurrency: 2 ** 31 + 1 } }, 'value should be between 1 and 2147483648'],
    [{ active: { headers: { 'a b': ['1'] } } }, "bad header name 'a b', allowed characters are A-Z, a-z, 0-9, '_', and '-'"],
    [{ active: { https_sni: '*.a.test' } }, 'invalid value: *.a.test'],
    [{ passive: { healthy: { interval: 1 } } }, 'unknown field'],
    [{ passive: { type: 'udp' } }, 'expected one of: tcp, http, https, grpc, grpcs'],
    [{ threshold: 100.1 }, 'value should be between 0 and 100'],
  ])('refuse %j', async (healthchecks, message) => {
    expect(JSON.stringify((await judged({ healthchecks })).fields)).toContain(message);
  });
});
