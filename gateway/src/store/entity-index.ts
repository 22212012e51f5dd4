/** What a store can find a row by, apart from its key: unique values, references, tags. */
import { foreignFieldsOf, uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema } from '../model/schema/entity-schema.ts';
import type { Entity } from './store.ts';

/** A value, or a combination of values, that only one row of a type may have. */
export interface UniqueValue {
  /** The field, or the fields joined by `+`. */
  readonly field: string;
  /** Represents the value: equal texts are equal values. */
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Reference {
  readonly field: string;
  /** Entity type that is referred to. */
  readonly target: string;
  readonly targetKey: string;
}

export interface RowIndex {
  /** In the order in which violations are reported, as clients of Kong expect them. */
  readonly unique: readonly UniqueValue[];
  readonly references: readonly Reference[];
  readonly tags: readonly string[];
}

export const EMPTY_INDEX: RowIndex = { unique: [], references: [], tags: [] };

export function indexOf(schema: EntitySchema, row: Entity): RowIndex {
  const { single, combinations, foreign } = fieldsOf(schema);
  const alone = single.flatMap((field) => {
    const value = row[field] ?? null;
    return value === null ? [] : [uniqueValue(field, value)];
  });
  const references = foreign.flatMap(({ name, reference }): Reference[] => {
    const targetKey = (row[name] as { readonly id: string } | null | undefined)?.id;
    return targetKey === undefined ? [] : [{ field: name, target: reference, targetKey }];
  });
  const combined = combinations.map((fields) => combinationOf(fields, row));
  return {
    unique: schema.uniqueFieldsFirst ? [...alone, ...combined] : [...combined, ...alone],
    references,
    tags: Array.isArray(row.tags) ? [...new Set(row.tags as readonly string[])] : [],
  };
}

/** What the unique values of a type are made of, as text. */
export function declarationOf(schema: EntitySchema): string {
  const { single, combinations } = fieldsOf(schema);
  return JSON.stringify([...single, ...combinations.map((fields) => fields.join('+'))].sort());
}

/** When a row expires, in seconds since 1970; null: never, as rows of types without a time to live. */
export function expiryOf(schema: EntitySchema, row: Entity): number | null {
  return schema.hasTtl === true && typeof row.ttl === 'number' ? row.ttl : null;
}

/** What a change of a row takes from its index, and what it adds. A reference that changes is in both. */
export function indexChanges(before: RowIndex, after: RowIndex): { readonly removed: RowIndex; readonly added: RowIndex } {
  return { removed: without(before, after), added: without(after, before) };
}

/** @param value not null */
export function uniqueValue(field: string, value: unknown): UniqueValue {
  const plain = plainValue(value);
  return { field, text: typeof plain === 'string' ? plain : JSON.stringify(plain), values: { [field]: plain } };
}

/** @throws Error the schema has no combination of exactly these fields */
export function combinationIn(schema: EntitySchema, values: Entity): UniqueValue {
  const given = Object.keys(values);
  const fields = fieldsOf(schema).combinations.find((combination) => (
    combination.length === given.length && combination.every((field) => given.includes(field))));
  if (!fields) throw new Error(`${schema.name} has no unique combination of ${given.join(', ')}`);
  return combinationOf(fields, values);
}

/** Null is a value of a combination. */
function combinationOf(fields: readonly string[], row: Entity): UniqueValue {
  const values = Object.fromEntries(fields.map((field) => [field, plainValue(row[field])]));
  return { field: fields.join('+'), text: JSON.stringify(values), values };
}

/** A reference is its id, whatever else it carries. */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  return { id: (value as { readonly id?: unknown }).id };
}

interface IndexedFields {
  readonly single: readonly string[];
  readonly combinations: readonly (readonly string[])[];
  readonly foreign: ReturnType<typeof foreignFieldsOf>;
}

/** Every write asks for them. */
const FIELDS = new WeakMap<EntitySchema, IndexedFields>();

function fieldsOf(schema: EntitySchema): IndexedFields {
  let fields = FIELDS.get(schema);
  if (!fields) {
    fields = { single: uniqueFieldsOf(schema), combinations: schema.uniqueTogether ?? [], foreign: foreignFieldsOf(schema) };
    FIELDS.set(schema, fields);
  }
  return fields;
}

function without(one: RowIndex, other: RowIndex): RowIndex {
  const unique = new Set(other.unique.map(uniqueKey));
  const references = new Set(other.references.map(referenceKey));
  const tags = new Set(other.tags);
  return {
    unique: one.unique.filter((value) => !unique.has(uniqueKey(value))),
    references: one.references.filter((reference) => !references.has(referenceKey(reference))),
    tags: one.tags.filter((tag) => !tags.has(tag)),
  };
}

function uniqueKey({ field, text }: UniqueValue): string {
  return `${field}\n${text}`;
}

function referenceKey({ field, target, targetKey }: Reference): string {
  return `${field}\n${target}\n${targetKey}`;
}
