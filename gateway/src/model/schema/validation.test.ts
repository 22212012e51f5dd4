/** Parts of the schema engine that no entity uses completely yet. The recorded cases of the Admin API test what entities use. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { route } from '../entities/route.ts';
import { isFirstOfRange, parseHost } from '../formats/host-names.ts';
import { luaPattern } from '../formats/lua-pattern.ts';
import { quotedLua } from '../formats/lua-string.ts';
import { normalizedPath } from '../formats/url-path.ts';
import { completeEntity } from './complete.ts';
import { defineEntity } from './entity-schema.ts';
import type { EntityValue, Fields } from './field.ts';
import { array, boolean, integer, map, number, record, set, string } from './field.ts';
import { cookieName, routerPath } from './typedefs.ts';
import { describeViolations, flattenViolations } from './violations.ts';

const limits = record({ minute: integer({ gt: 0 }), hour: integer() }, { entity_checks: [{ at_least_one_of: ['minute', 'hour'] }] });

const sample = defineEntity({
  name: 'samples',
  fields: {
    id: string({ uuid: true, auto: true }),
    active: record({
      path: string({ default: '/' }), statuses: array(integer({ between: [100, 999] }), { default: [200] }),
    }, { required: true }),
    limits: map(string(), limits),
    policy: string({ default: 'local', one_of: ['local', 'redis'] }),
    redis: record({ host: string(), port: integer({ default: 6379 }) }, { required: true }),
    list: set(number()),
    on: boolean({ required: true, default: false }),
    one: string(),
    other: string(),
    left: string(),
    right: string(),
  },
  entity_checks: [
    { conditional: { if_field: 'policy', if_match: { eq: 'redis' }, then_field: 'redis.host', then_match: { required: true } } },
    { mutually_exclusive: ['one', 'other'] },
    { mutually_required: ['left', 'right'] },
    { distinct: ['one', 'other'] },
  ],
});

const complete = (given: EntityValue) => completeEntity(sample, given, { schemas: new Map(), now: 1 });
const fill = (given: EntityValue) => complete(given).entity;
const check = (given: EntityValue) => complete(given).violations;
const message = (given: EntityValue) => describeViolations(check(given) ?? {});

describe('defaults', () => {
  it('fill records to their depth, and leave optional ones null', () => {
    expect(fill({ active: { path: '/x' }, limits: { a: {} } })).toMatchObject({
      active: { path: '/x', statuses: [200] }, limits: { a: { minute: null, hour: null } }, redis: { host: null, port: 6379 },
      policy: 'local', on: false, list: null,
    });
  });

  it('are not shared between entities', () => {
    const one = fill({}) as { active: { statuses: number[] } };
    one.active.statuses.push(500);
    expect(fill({})).toMatchObject({ active: { statuses: [200] } });
  });

  it('do not replace an explicit null', () => {
    expect(fill({ policy: null })).toMatchObject({ policy: null });
  });
});

describe('violations', () => {
  it.each([
    ['of a record in a map', { limits: { sms: {} } },
      'schema violation (limits.@entity: {\n  "at least one of these fields must be non-empty: \'minute\', \'hour\'"\n})'],
    ['of an element in depth', { active: { statuses: [200, 99] } },
      'schema violation (active.statuses: {\n  [2] = "value should be between 100 and 999"\n})'],
    ['of a field in a record that another field makes necessary', { policy: 'redis' },
      "2 schema violations (failed conditional validation given value of field 'policy'; redis.host: required field missing)"],
    ['of fields that exclude each other', { one: 'a', other: 'b' },
      "schema violation (only one or none of these fields must be set: 'one', 'other')"],
    ['of fields that need each other', { left: 'a' }, "schema violation (all or none of these fields must be set: 'left', 'right')"],
    ['of the entity, before names that sort before it', { '!': 1, 'one': 'a', 'other': 'b' },
      "2 schema violations (only one or none of these fields must be set: 'one', 'other'; !: unknown field)"],
    ['of quotes and backslashes', { active: { 'a"b\\': 1 } }, 'schema violation (active.a"b\\: unknown field)'],
  ])('are reported in one line: %s', (_, given, expected) => {
    expect(message(given)).toBe(expected);
  });

  it('are reported as paths in flat lists', () => {
    expect(flattenViolations(check({ active: { statuses: [200, 99] }, on: 'x' })!)).toEqual([
      ['active.statuses.2', 'value should be between 100 and 999'], ['on', 'expected a boolean'],
    ]);
  });

  it('never throw, whatever comes', () => {
    const key = fc.constantFrom(...Object.keys(sample.fields), 'statuses', 'host', 'x');
    fc.assert(fc.property(fc.object({ key, maxDepth: 3 }), (given) => {
      const violations = check(given as EntityValue);
      if (violations) expect(describeViolations(violations)).toMatch(/^(\d+ )?schema violations? \(/);
    }));
  });
});

describe('a Lua pattern', () => {
  it.each([
    ['^%u+$', ['GET'], ['get', 'G1', '']],
    ['^[a-z][a-z%d-]-[a-z%d]+$', ['my-vault', 'a1'], ['a', 'A', 'a-']],
    ['^[^*]*%*?[^*]*$', ['a', '*.a', 'a.*'], ['*.a.*']],
    ['%.%.', ['1..2'], ['1.2']],
    ['^%d+[%.%d]*%-?.*$', ['3.9.1', '3.9.1-rc'], ['v3']],
  ])('%s matches what Lua matches', (pattern, matching, others) => {
    expect(matching.filter((text) => !luaPattern(pattern).test(text))).toEqual([]);
    expect(others.filter((text) => luaPattern(pattern).test(text))).toEqual([]);
  });

  it('that uses more than that is refused', () => {
    expect(() => luaPattern('%b()')).toThrow('%b');
  });
});

describe('a path', () => {
  it.each([
    ['/a/../b', '/b'], ['/a/./b/', '/a/b/'], ['/%41%2f', '/A%2F'], ['/', '/'], ['/..', '/'], ['/a/..', '/'],
    ['/%20', '/ '], ['/%c3%a9%2f%e2%82%ac', '/é%2F€'], ['/%25%7b%7C', '/%25{|'], ['/%5b%5D%22', '/%5B%5D"'], ['/a%2e%2e/b', '/a../b'],
    ['/a/%2e%2e/b', '/b'],
  ])('%s is %s in normal form', (path, normal) => {
    expect(normalizedPath(path)).toBe(normal);
  });

  it('in normal form stays as it is', () => {
    fc.assert(fc.property(fc.stringMatching(/^\/[a-z%.\/0-9]{0,20}$/), (path) => {
      expect(normalizedPath(normalizedPath(path))).toBe(normalizedPath(path));
    }));
  });
});

it.each([
  ['::1', true], ['::1/64', false], ['2001:db8::/32', true], ['2001:db8:1::/32', false], ['::ffff:1.2.3.4/96', false], ['::/0', true],
])('%s begins its range: %j', (range, isFirst) => {
  expect(isFirstOfRange(range)).toBe(isFirst);
});

describe('a host', () => {
  it.each([
    ['a', { kind: 'name' }], ['a_b.test.', { kind: 'name' }], ['-a.test', { kind: 'name' }], ['a.test:80', { kind: 'name', port: 80 }],
    ['1.2.3.4', { kind: 'ipv4' }], ['01.2.3.4:8000', { kind: 'ipv4', port: 8000 }], ['::1', { kind: 'ipv6' }], ['[::1]',
      { kind: 'ipv6' }], ['[::1]:80', { kind: 'ipv6', port: 80 }],
    ['a.test:65536', 'invalid port number'], ['', 'invalid hostname: '], ['a..b', 'invalid hostname: a..b'], ['.a',
      'invalid hostname: .a'], ['a-.test', 'invalid hostname: a-.test'],
    ['http://a', 'invalid hostname: http://a'], ['a:x', 'invalid hostname: a:x'], ['1.2.3', 'invalid ipv4 address: 1.2.3'], ['256.1.1.1',
      'invalid ipv4 address: 256.1.1.1'],
    ['[::1]:x', 'invalid ipv6 address'], ['[::1]x', 'invalid ipv6 address'], ['[::g]', 'invalid ipv6 address: [::g]'],
    ['1.2.3.4:', 'invalid ipv4 address: 1.2.3.4:'], [':80', 'invalid ipv4 address: :80'], ['80:1.2', 'invalid ipv4 address: 80:1.2'],
    ['a:', 'invalid hostname: a:'], [':', 'invalid hostname: :'], ['a:b:c', 'invalid ipv6 address: a:b:c'],
  ])('%s is read', (text, expected) => {
    expect(parseHost(text)).toEqual(expected);
  });
});

it('violations in depth are written in the notation of Lua', () => {
  expect(describeViolations({ a: { b: { 'end': 'x\ny', 'a b': 'z', '[[': 'w' } } }))
    .toBe('schema violation (a.b: {\n  [ [=[[[]=] ] = "w",\n  ["a b"] = "z",\n  ["end"] = [[x\ny]]\n})');
});

it.each<[unknown, unknown]>([
  [['foo', 'http'], ['expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp']],
  [[null, 'http'], ['required field missing']], [['foo'], 'unknown type: foo'], [[null], 'unknown type: userdata: NULL'],
  [[], 'unknown type: nil'],
])('the protocols %j of a route', (protocols, violation) => {
  const { violations } = completeEntity(route, { paths: ['/'], protocols }, { schemas: new Map(), now: 1 });
  expect(violations).toEqual({ protocols: violation });
});

it.each([
  ['/a b%zz', undefined], ['/é%', undefined], ['/a%z', "invalid url-encoded value: '%z'"],
  ['/%20', "non-normalized path, consider use '/ ' instead"],
])('%s as the path of a route: %s', (path, violation) => {
  expect(routerPath.check(path)).toBe(violation);
});

it.each([['a-b', true], ['é', false], ['a\u0085', false], ['😀', false], ['a=b', false]])('%j can name a cookie: %j', (name, isValid) => {
  expect(cookieName.check(name) === undefined).toBe(isValid);
});

it.each([
  ['a"b\\', '"a\\"b\\\\"'], ['a\tb', '"a\\9b"'], ['\x001', '"\\0001"'], ['\x7f', '"\\127"'], ['\r', '"\\13"'],
  ['a\nb', '[[a\nb]]'],
])('%j in the notation of Lua is %s', (text, quoted) => {
  expect(quotedLua(text)).toBe(quoted);
});

it.each<[string, Fields, EntityValue, unknown]>([
  ['counts the bytes of a text', { value: string({ len_max: 3 }) }, { value: 'éé' }, 'length must be at most 3'],
  ['accepts as many bytes', { value: string({ len_eq: 2 }) }, { value: 'é' }, undefined],
  ['takes repeated nulls of a set for one', { value: set(string()) }, { value: [null, null, 'a'] }, ['required field missing']],
  ['reports all nulls of an array', { value: array(string()) }, { value: [null, null] },
    ['required field missing', 'required field missing']],
  ['names exclusive sets in the order of the value', {
    value: set(string(), { mutually_exclusive_subsets: [['a'], ['b', 'c'], ['d']] }),
  }, { value: ['c', 'a', 'b'] }, "these sets are mutually exclusive: ('b', 'c'), ('a')"],
  ['never validates updated_at', { value: record({ a: string() }) }, { value: { updated_at: 'x' }, updated_at: 1 }, undefined],
])('%s', (_, fields, given, violation) => {
  const schema = defineEntity({ name: 'things', fields: { id: string({ uuid: true, auto: true }), ...fields } });
  const { violations } = completeEntity(schema, given, { schemas: new Map(), now: 1 });
  expect(violations).toEqual(violation === undefined ? undefined : { value: violation });
});
