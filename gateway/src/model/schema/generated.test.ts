/** Properties of compiled schemas, on schemas that are made at random, and on every input of the recordings. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { recordedInputs } from '../../../test/fixtures/recorded-inputs.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { completeChange, completeEntity } from './complete.ts';
import { defineEntity } from './entity-schema.ts';
import type { EntityValue, Field, Fields } from './field.ts';
import { array, boolean, integer, map, number, record, set, string } from './field.ts';
import { presentEntity } from './present.ts';
import { describeViolations, flattenViolations } from './violations.ts';

const OPTIONS = { schemas: SCHEMAS, now: 1_700_000_000_000 };

interface Leaf {
  readonly field: Field;
  readonly values: fc.Arbitrary<unknown>;
}

interface Made extends Leaf {
  /** Where a wrong value can be planted: the path as violations say it, and what they say there. */
  readonly mistakes: readonly Mistake[];
}

interface Mistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const here = (message: string): readonly Mistake[] => [{ path: [], message }];

const LEAVES: readonly Made[] = [
  { field: string(), values: fc.string({ minLength: 1 }), mistakes: here('expected a string') },
  { field: string({ default: 'd', one_of: ['d', 'e'] }), values: fc.constantFrom('d', 'e'), mistakes: here('expected a string') },
  { field: integer({ default: 7 }), values: fc.integer(), mistakes: here('expected an integer') },
  { field: number({ between: [0, 1] }), values: fc.double({ min: 0, max: 1, noNaN: true }), mistakes: here('expected a number') },
  { field: boolean({ required: true, default: true }), values: fc.boolean(), mistakes: here('expected a boolean') },
  { field: set(string()), values: fc.uniqueArray(fc.string({ minLength: 1 })), mistakes: here('expected a set') },
];

const NAMES = ['a', 'b', 'c', 'd'] as const;

function recordOf(parts: readonly Made[], isRequired: boolean): Made {
  const named = parts.map((part, index) => [NAMES[index]!, part] as const);
  const fields: Fields = Object.fromEntries(named.map(([name, { field }]) => [name, field]));
  return {
    field: record(fields, { required: isRequired }),
    values: fc.record(Object.fromEntries(named.map(([name, { values }]) => [name, values]))),
    mistakes: [
      ...here('expected a record'),
      ...named.flatMap(([name, { mistakes }]) => mistakes.map((mistake) => ({ ...mistake, path: [name, ...mistake.path] }))),
    ],
  };
}

function listOf({ field, values, mistakes }: Made): Made {
  return {
    field: array(field),
    values: fc.array(values, { minLength: 1, maxLength: 3 }),
    mistakes: [...here('expected an array'), ...mistakes.map((mistake) => ({ ...mistake, path: [0, ...mistake.path] }))],
  };
}

function mapOf({ field, values }: Made): Made {
  return { field: map(string(), field), values: fc.dictionary(fc.string({ minLength: 1 }), values), mistakes: here('expected a map') };
}

const { made } = fc.letrec<{ made: Made; leaf: Made; parts: Made[] }>((tie) => ({
  leaf: fc.constantFrom(...LEAVES),
  parts: fc.array(tie('made'), { minLength: 1, maxLength: NAMES.length }),
  made: fc.oneof(
    { maxDepth: 3, withCrossShrink: true }, tie('leaf'),
    fc.tuple(tie('parts'), fc.boolean()).map(([parts, isRequired]) => recordOf(parts, isRequired)),
    tie('made').map(listOf), tie('made').map(mapOf),
  ),
}));

/** A schema with one field, a valid value of it, and all that can be wrong with it. */
const cases = made.chain((part) => part.values.map((value) => ({ part, value })));

const schemaOf = (field: Field) => defineEntity({ name: 'things', primaryKey: 'name', fields: { name: string(), value: field } });
const copy = <T>(value: T): T => structuredClone(value);

function planted(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return Symbol.for('wrong').toString();
  const changed = copy(value) as Record<string | number, unknown>;
  changed[key] = planted(changed[key], rest);
  return changed;
}

describe('a schema made at random', () => {
  it('accepts its values, and completes what it has completed to itself', () => {
    fc.assert(fc.property(cases, ({ part, value }) => {
      const schema = schemaOf(part.field);
      const { entity, violations } = completeEntity(schema, { name: 'n', value }, OPTIONS);
      expect(violations).toBeUndefined();
      expect(entity).toMatchObject({ name: 'n', value });
      expect(completeEntity(schema, copy(entity), OPTIONS)).toEqual({ entity, references: [] });
      expect(completeChange(schema, copy(entity), {}, OPTIONS).entity).toEqual(entity);
      expect(presentEntity(schema, entity, { now: 0 })).toEqual(entity);
    }));
  });

  it('reports one mistake where it is, and nothing else', () => {
    const mistaken = cases.chain(({ part, value }) => fc.constantFrom(...part.mistakes).map((mistake) => ({ part, value, mistake })));
    fc.assert(fc.property(mistaken, ({ part, value, mistake: { path, message } }) => {
      // A text is wrong nowhere that expects one.
      const wrong = message === 'expected a string' ? withNumber(value, path) : planted(value, path);
      const { violations } = completeEntity(schemaOf(part.field), { name: 'n', value: wrong }, OPTIONS);
      const place = ['value', ...path.map((key) => (typeof key === 'number' ? key + 1 : key))].join('.');
      expect(flattenViolations(violations!)).toEqual([[place, message]]);
    }));
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(made, fc.anything({ maxDepth: 4 }), ({ field }, value) => {
      const { violations } = completeEntity(schemaOf(field), { name: 'n', value }, OPTIONS);
      if (violations) expect(describeViolations(violations)).toMatch(/^(\d+ )?schema violations? \(/);
    }));
  });
});

function withNumber(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return 5;
  const changed = copy(value) as Record<string | number, unknown>;
  changed[key] = withNumber(changed[key], rest);
  return changed;
}

describe('every recorded input', () => {
  const inputs = recordedInputs();

  it('is one of many', () => {
    expect(inputs.length).toBeGreaterThan(1_000);
  });

  it('that is valid completes to itself, from what answers show, too', () => {
    for (const [type, given] of inputs) {
      const schema = SCHEMAS.get(type)!;
      const { entity, violations } = completeEntity(schema, given, OPTIONS);
      if (violations) continue;
      const again = (input: EntityValue) => completeEntity(schema, copy(input), { ...OPTIONS, mode: 'import' });
      expect(again(entity), JSON.stringify(given)).toMatchObject({ entity });
      expect(again(entity).violations).toBeUndefined();
      const put = completeEntity(schema, { ...presentEntity(schema, entity, { now: 0 }), ttl: undefined }, OPTIONS);
      expect(put.violations, JSON.stringify(given)).toBeUndefined();
      expect(put.entity, JSON.stringify(given)).toEqual(withoutTtl(entity));
    }
  });

  it('mutated at random is completed or refused, never more', () => {
    const mutated = fc.tuple(fc.constantFrom(...inputs), fc.infiniteStream(fc.nat()), fc.anything({ maxDepth: 2 }));
    fc.assert(fc.property(mutated, ([[type, given], choices, value]) => {
      // A body that is no object never reaches a schema: an empty one gets a field.
      const body = (Object.keys(given).length === 0 ? { value } : mutate(given, choices, value)) as EntityValue;
      const schema = SCHEMAS.get(type)!;
      const { violations } = completeEntity(schema, body, OPTIONS);
      if (violations) expect(describeViolations(violations)).toMatch(/^(\d+ )?schema violations? \(/);
      completeChange(schema, completeEntity(schema, given, OPTIONS).entity, body, OPTIONS);
    }), { numRuns: 500 });
  });
});

/** Replaces one part, at any depth. */
function mutate(given: unknown, choices: fc.Stream<number>, value: unknown): unknown {
  if (typeof given !== 'object' || given === null || Object.keys(given).length === 0) return value;
  const keys = Object.keys(given);
  const key = keys[choices.next().value! % keys.length]!;
  const changed = Array.isArray(given) ? [...given as readonly unknown[]] : { ...given };
  (changed as Record<string, unknown>)[key] = mutate((given as Record<string, unknown>)[key], choices, value);
  return changed;
}

/** The time to live is the writing operation's: the schema's part is the rest. */
function withoutTtl({ ttl: _, ...entity }: EntityValue): EntityValue {
  return entity;
}
