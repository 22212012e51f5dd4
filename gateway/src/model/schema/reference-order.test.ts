import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SCHEMAS } from '../../plugins/schemas.ts';
import { defineEntity, foreignFieldsOf, inReferenceOrder } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import { foreign } from './field.ts';

/** An entity type that refers to others. */
const entity = (name: string, ...references: readonly string[]): EntitySchema => (
  defineEntity({ name, fields: Object.fromEntries(references.map((reference) => [reference, foreign(reference)])) }));

const namesInOrder = (...schemas: readonly EntitySchema[]) => inReferenceOrder(schemas).map(({ name }) => name);

function expectReferencesFirst(names: readonly string[], schemas: readonly EntitySchema[]): void {
  for (const schema of schemas) {
    for (const { reference } of foreignFieldsOf(schema)) {
      if (reference === schema.name || !names.includes(reference)) continue;
      expect(names.indexOf(reference), `${schema.name} refers to ${reference}`).toBeLessThan(names.indexOf(schema.name));
    }
  }
}

describe('the order of entity types', () => {
  it.each([
    ['as it is given', [entity('a'), entity('b', 'a')], ['a', 'b']],
    ['with what is referred to first', [entity('a', 'b'), entity('b', 'c'), entity('c')], ['c', 'b', 'a']],
    ['with a type that refers to itself', [entity('a', 'a')], ['a']],
    ['without types that are not there', [entity('a', 'absent')], ['a']],
  ])('is %s', (_, schemas, names) => expect(namesInOrder(...schemas)).toEqual(names));

  it('does not exist for a circle', () => {
    expect(() => namesInOrder(entity('a', 'b'), entity('b', 'a'))).toThrow('the entity types a, b refer to each other');
  });

  it('holds whatever order the types are given in', () => {
    const known = [...SCHEMAS.values()];
    fc.assert(fc.property(fc.shuffledSubarray(known, { minLength: known.length }), (schemas) => {
      const names = namesInOrder(...schemas);
      expect(new Set(names)).toEqual(new Set(SCHEMAS.keys()));
      expectReferencesFirst(names, schemas);
    }), { numRuns: 30 });
  });

  it('is that of the schemas of every plane', () => expectReferencesFirst([...SCHEMAS.keys()], [...SCHEMAS.values()]));
});
