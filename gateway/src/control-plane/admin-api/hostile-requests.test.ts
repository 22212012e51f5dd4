/** Whatever a client sends, the Admin API answers it and never with 500: found by chance, on both databases. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import { createLog } from '../../base/log.ts';
import { METHODS } from './endpoint.ts';

/** Ids and names that exist, so that hostile values also reach what comes after the look-up. */
const SERVICE = '00000000-0000-4000-8000-000000000001';
const EXISTING: readonly (readonly [path: string, body: object])[] = [
  [`/services/${SERVICE}`, { name: 'svc', host: 'h.test', tags: ['a', 'b'] }],
  ['/services/svc/routes/rt', { paths: ['/x'], headers: { 'x-a': ['1'] } }],
  ['/consumers/bob', { custom_id: 'b' }],
  ['/consumers/bob/key-auth/00000000-0000-4000-8000-000000000002', { key: 'k', ttl: 1_000 }],
  ['/plugins/00000000-0000-4000-8000-000000000003', { name: 'key-auth', instance_name: 'ka', config: { key_names: ['apikey'] } }],
  ['/upstreams/up.test', { healthchecks: { passive: { healthy: { successes: 1 } } } }],
  ['/vaults/my-env', { name: 'env', config: { prefix: 'x' } }],
  ['/key-sets/ks', { tags: ['a'] }],
  ['/consumers/bob/acls/g1', {}],
  ['/consumers/bob/basic-auth/bb', { password: 'p' }],
];

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const nestedObjects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const longList = (length: number) => JSON.stringify(Array.from({ length }, (_, n) => `t${n}`));

/** JSON texts of values that no field expects. */
const HOSTILE_VALUES: readonly string[] = [
  'null', 'true', '0', '-1', '1e400', '1e308', '-0', '1.5', '9007199254740993', '""', '[]', '{}', '[null]', '[[]]', '[{}]', '{"a":null}',
  '"\\u0000"', '"a\\u0000b"', '["\\u0000"]', '"\\ud800"', '"\\udfff"', '["\\ud800","\\ud801"]', '"\\ufeff"', '"日本"', '"\u{1f600}"',
  '"jürgen"', '" "', '"\\t"',
  '"${x}"', '"{vault://env/x}"', '"%s%n"', '"\'; drop table entities; --"', '"~/("', '"~/(a+)+$"', '"/%"', '"http://["',
  '"http://h.test:99999/"', '"::1"', '"*"',
  '{"id":null}', '{"id":"x"}', '{"id":1}', '{"id":"00000000-0000-4000-8000-000000000001"}', '{"name":"svc"}', '{"name":{}}',
  '{"id":{"id":{}}}',
  '{"__proto__":1}', '{"constructor":1}', '{"toString":1,"hasOwnProperty":2}', '["__proto__"]', '"__proto__"', '"constructor"', '{"":1}',
  '{"a.b":1}', '{"\\u0000":["a"]}', '{"\\ud800":["a"]}',
  nested(900), nested(1_100), nested(20_000), nestedObjects(900), nestedObjects(20_000), longList(4_000), longList(10_000),
  `"${'x'.repeat(100_000)}"`,
];

/** Documents that are no object, or of bytes that are no UTF-8 (each character is one byte). */
const HOSTILE_BODIES: readonly string[] = [
  '[{}]', '[{"host":"h.test"},{"name":"x"}]', '[1,null,"x"]', `[${'{},'.repeat(9_999)}{}]`, '{"host":"\xff"}', '{"\xe9":1}', '\xc3\xa9',
  '{"host":"h.test","tags":["\xed\xa0\x80"]}',
];

const FIELDS = [
  'id', 'name', 'host', 'port', 'path', 'url', 'protocol', 'retries', 'connect_timeout', 'tags', 'enabled', 'client_certificate',
  'ca_certificates', 'created_at', 'updated_at', 'service', 'route',
  'consumer', 'paths', 'hosts', 'methods', 'headers', 'snis', 'sources', 'destinations', 'protocols', 'regex_priority', 'username',
  'custom_id', 'key', 'ttl', 'config', 'instance_name', 'target', 'weight', 'upstream', 'healthchecks', 'algorithm', 'hash_on', 'cert',
  'certificate', 'set', 'kid', 'jwk', 'pem', 'group', 'password', 'prefix',
  'config.key_names', '__proto__', 'constructor', 'toString', '', 'a.b',
] as const;

const VALID_BODIES: readonly Readonly<Record<string, string>>[] = [
  { host: '"h.test"' }, { paths: '["/y"]' }, { username: '"u"' }, { key: '"kk"' }, { name: '"key-auth"' },
  { name: '"key-auth"', config: '{"key_names":["k"]}' }, {},
];

const hostileField = fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...HOSTILE_VALUES));

type Pairs = readonly (readonly [name: string, value: string])[];

const jsonOf = (fields: Pairs) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

const jsonBody = fc.tuple(fc.constantFrom(...VALID_BODIES), fc.array(hostileField, { maxLength: 3 }))
  .map(([valid, hostile]) => jsonOf([...Object.entries(valid), ...hostile]));

const FORM_NAMES = [
  ...FIELDS, 'tags[]', 'tags[1]', 'tags[2]', 'tags[x]', 'headers[x-a]', 'headers.x-a', 'headers[]', 'config.key_names[]',
  'config[key_names][]', 'service.id', 'service.name', 'a[', 'a]', '[]', '[][]',
  '.', '..', '...', '[__proto__][x]', '__proto__.x', 'a.__proto__.b', 'constructor.prototype.x', `${'a.'.repeat(20_000)}a`,
  'a'.repeat(10_000), `a${'[b]'.repeat(2_000)}`,
] as const;

const FORM_VALUES = ['', '1', 'true', 'x', '\u0000', '%00', '%ED%A0%80', '%ff', '+', '{}', '日本', 'a'.repeat(10_000)] as const;

const formPair = fc.tuple(fc.constantFrom(...FORM_NAMES), fc.constantFrom(...FORM_VALUES));

const formOf = (pairs: Pairs) => pairs.map(([name, value]) => `${encodeURIComponent(name)}=${value}`).join('&');

const formBody = fc.array(formPair, { maxLength: 5 }).map(formOf);

const partOf = ([name, value]: readonly [string, string]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const multipartBody = fc.array(formPair, { maxLength: 4 }).map((pairs) => [...pairs.map(partOf), '--x--'].join(''));

/** Texts as the client sends them: one character a byte. */
const asBytes = (text: string) => Buffer.from(text).toString('latin1');
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));

const ofType = (types: readonly (string | null)[], body: fc.Arbitrary<string>) => fc.record({ type: fc.constantFrom(...types), body });

const OTHER_TYPES = [null, '', 'text/plain', 'multipart/form-data; boundary="', 'application/json; charset=latin1', ';', 'a/b; c'];

const noObject = fc.oneof(fc.json().map(asBytes), bytes, fc.constantFrom(...HOSTILE_VALUES, ...HOSTILE_BODIES));

const payload = fc.oneof(
  { weight: 6, arbitrary: ofType(['application/json'], jsonBody.map(asBytes)) },
  { weight: 1, arbitrary: ofType(['application/json'], noObject) },
  { weight: 2, arbitrary: ofType(['application/x-www-form-urlencoded'], fc.oneof(formBody, bytes)) },
  { weight: 1, arbitrary: ofType(['multipart/form-data; boundary=x'], fc.oneof(multipartBody.map(asBytes), bytes)) },
  { weight: 1, arbitrary: ofType(OTHER_TYPES, bytes) },
);

const SEGMENTS = [
  'svc', 'rt', 'bob', 'ka', 'up.test', '10.0.0.1:80', 'my-env', 'ks', 'g1', 'bb', SERVICE,
  '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003',
  '00000000-0000-4000-8000-0000000000ff', 'none', '%00', '%ED%A0%80', '%ff', '%', '%2F', '..', '',
  '%E6%97%A5', '__proto__', 'constructor', 'key-auth', 'services', 'plugins', 'a,b', 'a'.repeat(3_000), '%F0%9F%98%80', '%20', "'",
] as const;

const offsetOf = (value: unknown) => encodeURIComponent(Buffer.from(JSON.stringify(value)).toString('base64'));

const QUERIES = [
  '', '?', '?size=1', '?size=0', '?size=1e3', '?size=x&size=1', '?size=%00', '?size=1&size=2', '?offset=', '?offset=x',
  `?offset=${offsetOf([SERVICE])}`, `?offset=${offsetOf(['x'])}`, `?offset=${offsetOf(nested(5))}`,
  `?offset=${encodeURIComponent(Buffer.from(`[${nested(4_000)}]`).toString('base64'))}`,
  `?offset=${offsetOf([JSON.stringify(['a', 'b', 'c'])])}`, `?offset=${offsetOf([JSON.stringify(['\u0000', '\u0000', '\u0000'])])}`,
  `?offset=${offsetOf([JSON.stringify(['\ud800', '', ''])])}`,
  '?tags=a', '?tags=', '?tags=a,b', '?tags=a/b', '?tags=%00', '?tags=a,a,a', '?tags=%ED%A0%80', '?tags=a,b/c', '?tags=/', '?custom_id=b',
  '?custom_id=%00', '?custom_id=', '?custom_id=%ED%A0%80', '?__proto__=1',
  '?unit=x', '?unit=k&scale=3', '?scale=1e9', '?scale=-1', '?timeout=-1', '?timeout=1e99', '?balancer_health=1',
  '?revision=1', '?revision=%00', '?data_planes=-1', '?wait=x', `?${'a[b]'.repeat(2_000)}=1`,
  `?${Array.from({ length: 1_500 }, (_, n) => `a${n}`).join('&')}`,
] as const;

/** 10,000 find nothing either; set `FUZZ_RUNS` to look longer. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);

describe.each(STORE_KINDS.filter(({ name }) => name !== 'SQLite in a file'))('the Admin API on $name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let node: AdminNode;
  const lines: string[] = [];
  const known: string[] = [];
  beforeAll(async () => {
    node = await startAdminNode({
      store: await openAt(await newPlace()), role: 'control_plane',
      log: createLog({ write: (line) => lines.push(line) }),
    });
    known.push('/clustering/revision', '/clustering/telemetry', '/openapi.json');
    known.push(...(JSON.parse((await node.send('GET', '/endpoints')).text) as { readonly data: readonly string[] }).data);
    for (const [path, body] of EXISTING) expect((await node.send('PUT', path, body)).status, path).toBe(200);
    expect((await node.send('POST', '/upstreams/up.test/targets', { target: '10.0.0.1:80' })).status).toBe(201);
  });
  afterAll(() => node.close());

  it('answers no request with 500', async () => {
    const path = fc.tuple(fc.nat(), fc.infiniteStream(fc.constantFrom(...SEGMENTS))).map(([index, segments]) => (
      known[index % known.length]!.replace(/\{\w+\}/g, () => segments.next().value as string)));
    const request = fc.tuple(fc.constantFrom(...METHODS, 'HEAD', 'OPTIONS'), path, fc.constantFrom(...QUERIES), payload);
    await fc.assert(fc.asyncProperty(request, async ([method, at, query, { type, body }]) => {
      const { status, text } = await node.send(method, `${at}${query}`, body, { 'Content-Type': type });
      expect(status, `${method} ${at}${query} ${type} ${body.slice(0, 300)}: ${text.slice(0, 300)} ${lines.at(-1)}`)
        .toSatisfy((code: number) => code < 500 || (code === 501 && at === '/status/dns'));
    }), { numRuns: RUNS });
    expect(lines).toEqual([]);
  }, 600_000);
});
