import { describe, expect, it } from 'vitest';

import { transformed } from './compiled/transformations.ts';
import { completeChange, completeEntity } from './complete.ts';
import type { Completion } from './complete.ts';
import { defineEntity } from './entity-schema.ts';
import type { EntityCheck, EntityValue, Fields, Shorthand } from './field.ts';
import { array, boolean, foreign, integer, map, number, record, set, string } from './field.ts';
import { presentEntity } from './present.ts';
import { describeViolations } from './violations.ts';

const OPTIONS = { schemas: new Map(), now: 1_700_000_000_123 };
const ID = '00000000-0000-4000-8000-00000000000a';

function schemaOf(fields: Fields, entity_checks: readonly EntityCheck[] = []) {
  return defineEntity({ name: 'things', primaryKey: 'name', fields: { name: string(), ...fields }, entity_checks });
}

function complete(fields: Fields, given: EntityValue, checks?: readonly EntityCheck[]): Completion {
  return completeEntity(schemaOf(fields, checks), given, OPTIONS);
}

const textOf = ({ violations }: Completion): string | undefined => violations && describeViolations(violations);

function moved(field: Shorthand['field'], path: readonly [string, string]): Shorthand {
  return {
    field: { ...field, deprecation: { message: 'moved', removal_in_version: '4.0', replaced_with: [{ path }] } },
    expand: (value: unknown) => ({ [path[0]]: { [path[1]]: value } }),
  };
}

describe('shorthands of records', () => {
  const extra = record({ space: string() }, { required: true });
  const redis = record({ host: string(), port: integer({ default: 6379 }), tls: boolean(), extra }, {
    required: true,
    shorthand_fields: { namespace: moved(string(), ['extra', 'space']) },
  });
  const fields = {
    config: record({ redis, ttl: number(), list: array(record({ redis })), by: map(string(), record({ redis })) }, {
      required: true,
      shorthand_fields: {
        redis_host: moved(string(), ['redis', 'host']),
        redis_port: moved(integer(), ['redis', 'port']),
        redis_tls: moved(boolean(), ['redis', 'tls']),
        lifetime: { field: number(), expand: (ttl: unknown) => ({ ttl }) },
      },
    }),
  };
  const schema = schemaOf(fields);
  const config = (given: EntityValue) => completeEntity(schema, { name: 'a', config: given }, OPTIONS);

  it.each([
    ['sets the field of its successor', { redis_host: 'h' }, { redis: { host: 'h', port: 6379 } }],
    ['keeps the other fields of the successor', { redis_host: 'h', redis: { port: 1 } }, { redis: { host: 'h', port: 1 } }],
    ['may repeat its successor', { redis_host: 'h', redis: { host: 'h' } }, { redis: { host: 'h' } }],
    ['gives way to its successor when it is null', { redis_host: null, redis: { host: 'h' } }, { redis: { host: 'h' } }],
    ['gives way to a successor that is false', { redis_tls: true, redis: { tls: false } }, { redis: { tls: false } }],
    ['fills a successor that is null', { redis_host: 'h', redis: { host: null } }, { redis: { host: 'h' } }],
    ['works in a record of a record', { redis: { namespace: 's' } }, { redis: { extra: { space: 's' } } }],
    ['works in a record of a list', { list: [{ redis: { namespace: 's' } }] }, { list: [{ redis: { extra: { space: 's' } } }] }],
    ['works in a record of a map', { by: { a: { redis: { namespace: 's' } } } }, { by: { a: { redis: { extra: { space: 's' } } } } }],
    ['wins when it is not deprecated', { lifetime: 5, ttl: 6 }, { ttl: 5 }],
  ])('%s', (_, given, expected) => {
    const { entity, violations } = config(given);
    expect(violations).toBeUndefined();
    expect(entity.config).toMatchObject(expected);
    expect(entity.config).not.toHaveProperty('redis_host');
  });

  it.each([
    ['a contradiction, under its bare name', { redis_host: 'old', redis: { host: 'new' } },
      'schema violation (redis_host: both deprecated and new field are used but their values mismatch: '
      + 'redis_host = old vs redis.host = new)'],
    ['its own type', { redis_port: 'x' }, 'schema violation (redis_port: expected an integer)'],
    ['all of one record, and nothing else', { redis_port: 'x', lifetime: 'y', ttl: 'z' },
      '2 schema violations (lifetime: expected a number; redis_port: expected an integer)'],
  ])('report %s', (_, given, expected) => {
    expect(textOf(config(given))).toBe(expected);
  });

  it('change a stored entity', () => {
    const stored = config({ redis: { host: 'a', port: 1 } }).entity;
    expect(completeChange(schema, stored, { config: { redis_host: 'b' } }, OPTIONS).entity.config)
      .toMatchObject({ redis: { host: 'b', port: 1 } });
  });

  it('are repeated by answers, when their successors are named', () => {
    const { entity } = config({ redis: { host: 'h', namespace: 's' }, lifetime: 5, list: [{ redis: {} }] });
    expect(presentEntity(schema, entity, { now: 0 }).config).toMatchObject({
      redis_host: 'h', redis_port: 6379, redis: { host: 'h', namespace: 's' }, list: [{ redis: { namespace: null } }],
    });
    expect(presentEntity(schema, entity, { now: 0 }).config).not.toHaveProperty('lifetime');
  });

  it('are accepted as answers show them', () => {
    const { entity } = config({ redis_host: 'h', list: [{ redis: { namespace: 's' } }] });
    expect(completeEntity(schema, presentEntity(schema, entity, { now: 0 }), OPTIONS)).toMatchObject({ entity });
  });
});

describe('rules over several fields', () => {
  const pair = { a: string(), b: string({ one_of: ['x', 'y'] }), secret: string({ referenceable: true }) };

  it.each<[string, EntityCheck, EntityValue, string | undefined]>([
    ['at least one, on condition', {
      conditional_at_least_one_of: { if_field: 'b', if_match: { one_of: ['x'] }, then_at_least_one_of: ['a'] },
    }, { b: 'x' }, "schema violation (at least one of these fields must be non-empty: 'a')"],
    ['at least one, on condition, with its own text', {
      conditional_at_least_one_of: {
        if_field: 'b', if_match: { one_of: ['x'] }, then_at_least_one_of: ['a'], then_err: 'must set %s for x',
      },
    }, { b: 'x' }, "schema violation (must set 'a' for x)"],
    ['not when the condition fails', {
      conditional_at_least_one_of: { if_field: 'b', if_match: { one_of: ['x'] }, then_at_least_one_of: ['a'] },
    }, { b: 'y' }, undefined],
    ['a condition on a value that is invalid on its own does not hold', {
      conditional: { if_field: 'b', if_match: { match: '^z$' }, then_field: 'a', then_match: { required: true } },
    }, { b: 'z' }, 'schema violation (b: expected one of: x, y)'],
    ['a consequence has the constraints of its field, too', {
      conditional: { if_field: 'a', if_match: { match: '^a$' }, then_field: 'b', then_match: { required: true } },
    }, { a: 'a', b: 'z' },
    "2 schema violations (failed conditional validation given value of field 'a'; b: expected one of: x, y)"],
    ['all or none, not when one is invalid', { mutually_required: ['a', 'b'] }, { b: 'z' }, 'schema violation (b: expected one of: x, y)'],
    ['one of them, although one is invalid', { only_one_of: ['a', 'b'] }, { a: 'a', b: 'z' },
      "2 schema violations (exactly one of these fields must be non-empty: 'a', 'b'; b: expected one of: x, y)"],
    ['not when a secret is referred to', { mutually_required: ['a', 'secret'] }, { secret: '{vault://env/x}' }, undefined],
    ['functions see null', { custom_entity_check: { field_sources: ['a'], fn: ({ a }) => ({ '@entity': `a is ${String(a)}` }) } },
      {}, 'schema violation (a is null)'],
    ['functions do not see invalid fields', { custom_entity_check: { field_sources: ['b'], fn: () => ({ '@entity': 'ran' }) } },
      { b: 'z' }, 'schema violation (b: expected one of: x, y)'],
    ['functions that want to, see them', {
      custom_entity_check: { field_sources: ['b'], run_with_invalid_fields: true, fn: () => ({ '@entity': 'ran' }) },
    }, { b: 'z' }, '2 schema violations (ran; b: expected one of: x, y)'],
  ])('%s', (_, check, given, expected) => {
    expect(textOf(complete(pair, { name: 'n', ...given }, [check]))).toBe(expected);
  });

  it('need their fields', () => {
    const item = record({ kind: string({ required: true }), rate: number() }, {
      entity_checks: [{
        conditional: { if_field: 'kind', if_match: { match: '^c$' }, then_field: 'rate', then_match: { required: true } },
      }],
    });
    expect(complete({ items: array(item) }, { name: 'n', items: [{}, { kind: 'c' }] }).violations).toEqual({
      items: [
        { kind: 'field required for entity check' },
        { '@entity': ["failed conditional validation given value of field 'kind'"], 'rate': 'required field missing' },
      ],
    });
  });
});

describe('a value', () => {
  it.each<[string, Fields[string], unknown, string | undefined]>([
    ['contains an element', array(string(), { contains: 'exp' }), ['nbf'], 'expected to contain: exp'],
    ['contains an element: it does', array(string(), { contains: 'exp' }), ['nbf', 'exp'], undefined],
    ['is a regular expression', string({ is_regex: true }), '[', 'not a valid regex: ['],
    ['is a regular expression that we cannot run', string({ is_regex: true }), '(?=a)',
      'not a valid regex: (?=a) (look-around is not supported, since it cannot be matched in linear time)'],
    ['is a regular expression: it is', string({ is_regex: true }), 'a|b', undefined],
    ['is between whole bounds in messages', number({ between: [0.001, 10] }), 0, 'value should be between 0 and 10'],
    ['equals, null included', boolean({ eq: true }), null, 'value must be true'],
    ['is finite', number(), Infinity, 'expected a number'],
    ['is JSON of any kind', { type: 'json', json_schema: {} }, [{ a: [1, null] }], undefined],
  ])('%s', (_, field, value, expected) => {
    expect(complete({ value: field }, { name: 'n', value }).violations).toEqual(expected === undefined ? undefined : { value: expected });
  });

  it('that is a list stands for a record with numbers for names', () => {
    const fields = { value: record({ host: string({ required: true }) }) };
    const given = { name: 'n', value: ['x'] };
    expect(complete(fields, given).violations).toEqual({ value: { 1: 'unknown field', host: 'required field missing' } });
    expect(complete({ value: record({ host: string() }) }, given).violations).toEqual({ value: ['unknown field'] });
  });

  it('that is a list stands for a map with numbers for keys', () => {
    const fields = { value: map(string(), string()) };
    expect(complete(fields, { name: 'n', value: ['x'] }).violations).toEqual({ value: 'expected a string' });
    expect(complete(fields, { name: 'n', value: [] }).entity).toEqual({ name: 'n', value: {} });
  });

  it('named like the prototype changes no prototype', () => {
    const given = JSON.parse('{"name":"n","labels":{"__proto__":"x"},"__proto__":{"polluted":true}}') as EntityValue;
    const { entity, violations } = complete({ labels: map(string(), string()) }, given);
    expect(Object.keys(violations!)).toEqual(['__proto__']);
    expect(Object.keys(entity.labels as EntityValue)).toEqual(['__proto__']);
    expect(entity).not.toHaveProperty('polluted');
  });
});

describe('automatic values', () => {
  const fields = {
    id: string({ uuid: true, auto: true }), secret: string({ auto: true }), created_at: integer({ timestamp: true, auto: true }),
    updated_at: number({ timestamp: true, auto: true }),
  };
  const schema = defineEntity({ name: 'things', fields });

  it('are generated, with milliseconds where the field is a number', () => {
    const { entity } = completeEntity(schema, {}, OPTIONS);
    expect(entity).toMatchObject({ created_at: 1_700_000_000, updated_at: 1_700_000_000.123 });
    expect(entity.secret).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(entity.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keep what is given, but for the time of the change, and null secrets', () => {
    const given = { id: ID.toUpperCase(), secret: null, created_at: 5, updated_at: 5 };
    expect(completeEntity(schema, given, OPTIONS).entity).toEqual({ id: ID, secret: null, created_at: 5, updated_at: 1_700_000_000.123 });
  });

  it('of imported rows stay as they are', () => {
    const { entity } = completeEntity(schema, { id: ID, secret: 's', updated_at: 5 }, { ...OPTIONS, mode: 'import' });
    expect(entity).toEqual({ id: ID, secret: 's', created_at: null, updated_at: 5 });
  });

  it('are generated for each entity, as are defaults', () => {
    const lists = { list: array(record({ a: integer({ default: 1 }) }), { default: [{}] }) };
    const [one, other] = [complete(lists, { name: 'n' }).entity, complete(lists, { name: 'n' }).entity];
    expect(one.list).toEqual([{ a: 1 }]);
    expect((one.list as unknown[])[0]).not.toBe((other.list as unknown[])[0]);
  });
});

describe('references', () => {
  const parents = defineEntity({ name: 'parents', fields: { id: string({ uuid: true, auto: true }), label: string({ unique: true }) } });
  const schemas = new Map([['parents', parents]]);
  const fields = { parent: foreign('parents'), other: foreign('strangers') };
  const refer = (given: EntityValue, more = {}) => (
    completeEntity(schemaOf(fields), { name: 'n', ...given }, { ...OPTIONS, schemas, ...more }));

  it('are collected, with their targets', () => {
    expect(refer({ parent: { label: 'a' }, other: { id: ID } }).references).toEqual([
      { field: 'parent', reference: 'parents', value: { label: 'a' } }, { field: 'other', reference: 'strangers', value: { id: ID } },
    ]);
  });

  it('are texts in tables only', () => {
    const { references } = refer({ parent: ID }, { acceptsPlainReferences: true });
    expect(references).toEqual([{ field: 'parent', reference: 'parents', value: ID }]);
    expect(refer({ parent: ID }).violations).toEqual({ parent: { id: 'missing primary key' } });
  });

  it.each([
    [{}, { id: 'missing primary key' }], [{ id: 'x' }, { id: 'expected a valid UUID' }], [{ nope: 1 }, { nope: 'unknown field' }],
    [{ label: 5 }, { label: 'expected a string' }], [['x'], ['unknown field']],
    [{ label: '' }, { label: 'length must be at least 1' }],
    [{ id: null }, { id: 'required field missing' }], [{ id: null, nope: 1 }, { nope: 'unknown field' }],
    [{ id: 'x', nope: 1 }, { id: 'expected a valid UUID', nope: 'unknown field' }], [{ id: false }, { id: 'expected a string' }],
  ])('%j is none: %j', (parent, expected) => {
    expect(refer({ parent })).toMatchObject({ violations: { parent: expected }, references: [] });
  });
});

describe('transformations', () => {
  const schema = defineEntity({
    name: 'things',
    primaryKey: 'name',
    fields: { name: string(), password: string(), owner: foreign('owners') },
    transformations: [{
      input: ['password'],
      needs: ['owner.id'],
      onWrite: ({ password, owner }) => ({ password: `${(owner as { id: string }).id}:${String(password)}` }),
    }],
  });
  const owner = { id: ID };
  const stored = { name: 'n', password: 'digest', owner };

  it('change what a write gives, and leave what is stored', () => {
    expect(transformed(schema, { ...stored, password: 'p' }, { password: 'p', owner })).toMatchObject({ password: `${ID}:p` });
    expect(transformed(schema, stored, { name: 'm' })).toEqual(stored);
  });

  it.each([
    [{ password: 'p' }, "schema violation (all or none of these fields must be set: 'password', 'owner.id')"],
    [{ owner }, "schema violation (all or none of these fields must be set: 'password', 'owner.id')"],
    [{ password: 'p', owner }, undefined],
    [{ name: 'm' }, undefined],
  ])('need their fields in a change: %j', (changes, expected) => {
    expect(textOf(completeChange(schema, stored, changes, OPTIONS))).toBe(expected);
  });

  it('need their fields in a new entity when their input is given', () => {
    expect(textOf(completeEntity(schema, { name: 'n', password: 'p' }, OPTIONS))).toContain('all or none');
    expect(completeEntity(schema, { name: 'n' }, OPTIONS).violations).toBeUndefined();
  });
});

it('sets lose repetitions before they are checked', () => {
  const fields = { tags: set(string({ len_max: 2 })), ids: set(string({ uuid: true })) };
  const { entity, violations } = complete(fields, { name: 'n', tags: ['a', 'a', 'abc', 'abc'], ids: [ID, ID.toUpperCase()] });
  expect(violations).toEqual({ tags: [undefined, 'length must be at most 2'] });
  expect(entity.ids).toEqual([ID]);
});

it('presents what is left of a time to live', () => {
  const schema = defineEntity({ name: 'things', hasTtl: true, fields: { id: string({ uuid: true, auto: true }) } });
  expect(presentEntity(schema, { id: ID, ttl: 100 }, { now: 40_500 })).toEqual({ id: ID, ttl: 59 });
  expect(presentEntity(schema, { id: ID, ttl: 10 }, { now: 40_500 })).toEqual({ id: ID, ttl: 0 });
  expect(presentEntity(schema, { id: ID }, { now: 40_500 })).toEqual({ id: ID, ttl: null });
});
