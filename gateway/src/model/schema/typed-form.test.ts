import { expect, it } from 'vitest';

import { defineEntity } from './entity-schema.ts';
import { array, boolean, foreign, integer, map, number, record, set, string } from './field.ts';
import { typedForm } from './typed-form.ts';

const kinds = { number: { fields: { value: number() } }, flag: { fields: { value: boolean() } } };

const schema = defineEntity({
  name: 'things',
  hasTtl: true,
  fields: {
    kind: string(),
    value: string(),
    count: integer(),
    list: array(integer()),
    tags: set(string()),
    by: map(string(), number()),
    owner: foreign('things'),
    config: record({ on: boolean(), deep: record({ size: integer() }) }, {
      shorthand_fields: { deep_size: { field: integer(), expand: (size: unknown) => ({ deep: { size } }) } },
    }),
  },
  shorthands: { both: { field: boolean(), expand: () => ({}) } },
  subschema: { key: 'kind', choose: (kind) => kinds[kind as keyof typeof kinds], unknown: () => 'unknown' },
});

it.each([
  ['whole numbers', { count: '5' }, { count: 5 }],
  ['numbers that are none', { count: 'five' }, { count: 'five' }],
  ['blank numbers', { count: ' ' }, { count: ' ' }],
  ['nothing', { count: '', value: '' }, { count: null, value: null }],
  ['texts that look like numbers', { value: '5' }, { value: '5' }],
  ['a list', { list: ['1', '2'] }, { list: [1, 2] }],
  ['one value of a list', { list: '1', tags: 'a,b' }, { list: [1], tags: ['a,b'] }],
  ['the values of a map', { by: { a: '1.5', b: '' } }, { by: { a: 1.5, b: null } }],
  ['records in depth', { config: { on: 'true', deep: { size: '3' } } }, { config: { on: true, deep: { size: 3 } } }],
  ['references', { owner: { id: '', name: '5' } }, { owner: { id: null, name: '5' } }],
  ['shorthands', { both: 'false', config: { deep_size: '3' } }, { both: false, config: { deep_size: 3 } }],
  ['the time to live', { ttl: '60' }, { ttl: 60 }],
  ['fields of the kind', { kind: 'number', value: '1' }, { kind: 'number', value: 1 }],
  ['unknown names, as they are', { other: '1', constructor: '2' }, { other: '1', constructor: '2' }],
])('types %s', (_, form, expected) => {
  expect(typedForm(schema, form)).toEqual(expected);
});

it('types a change by the kind that is stored', () => {
  expect(typedForm(schema, { value: 'true' }, { kind: 'flag' })).toEqual({ value: true });
});
