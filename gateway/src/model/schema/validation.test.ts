/** Parts of the schema engine that no entity uses completely yet. The recorded cases of the Admin API test what entities use. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { completeEntity } from './complete.ts';
import { defineEntity } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { array, boolean, integer, map, number, record, set, string } from './field.ts';
import { isFirstOfRange, parseHost } from './host-names.ts';
import { luaPattern } from './lua-pattern.ts';
import { normalizedPath } from './url-path.ts';
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
    ['[::1]:x', 'invalid ipv6 address: [::1]:x'], ['a:b:c', 'invalid ipv6 address: a:b:c'],
  ])('%s is read', (text, expected) => {
    expect(parseHost(text)).toEqual(expected);
  });
});
