import { describe, expect, it } from 'vitest';

import { defineEntity } from './entity-schema.ts';
import { array, integer, map, record, set, string } from './field.ts';
import { mergeEntity } from './merge.ts';

const schema = defineEntity({
  name: 'things',
  fields: {
    name: string(),
    labels: map(string(), string()),
    limits: record({ minute: integer(), hour: integer(), by: map(string(), integer()) }),
    hosts: array(string()),
    methods: set(string()),
  },
});

const stored = {
  name: 'a', labels: { x: '1', y: '2' }, limits: { minute: 1, hour: 2, by: { bob: 3, eve: 4 } },
  hosts: ['h1', 'h2'], methods: ['GET', 'PUT'],
};

describe('a partial update', () => {
  it.each([
    ['keeps what it does not name', {}, {}],
    ['replaces a scalar', { name: 'b' }, { name: 'b' }],
    ['ignores an undefined value', { name: undefined }, {}],
    ['clears with null', { labels: null, name: null }, { labels: null, name: null }],
    ['replaces a map', { labels: { z: '3' } }, { labels: { z: '3' } }],
    ['replaces a map by an empty one', { labels: {} }, { labels: {} }],
    ['merges a record field by field', { limits: { minute: 9 } }, { limits: { ...stored.limits, minute: 9 } }],
    ['takes an empty list for an empty record', { limits: [] }, {}],
    ['replaces a map inside a record', { limits: { by: { bob: 9 } } }, { limits: { ...stored.limits, by: { bob: 9 } } }],
    ['replaces lists and sets', { hosts: ['h3'], methods: [] }, { hosts: ['h3'], methods: [] }],
    ['keeps an unknown field for validation', { other: { x: 1 } }, { other: { x: 1 } }],
    ['keeps a value of a wrong type for validation', { limits: 1, labels: [1] }, { limits: 1, labels: [1] }],
  ])('%s', (_, changes, expected) => {
    expect(mergeEntity(schema, stored, changes)).toEqual({ ...stored, ...expected });
  });

  it('sets a record that is null', () => {
    expect(mergeEntity(schema, { ...stored, limits: null }, { limits: { hour: 1 } })).toEqual({ ...stored, limits: { hour: 1 } });
  });
});
