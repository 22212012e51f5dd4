/** Completes a user's input to an entity: expands shorthands, generates values, fills in defaults, removes repetitions from sets. */
import { randomInt, randomUUID } from 'node:crypto';

import { effectiveFields, subschemaOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue, Field, Fields, MapField, RecordField } from './field.ts';
import { isPlainObject, validateField } from './validate-field.ts';
import type { Violations } from './violations.ts';

interface FillOptions {
  /** `write` sets `updated_at`, and `created_at` when it is absent; `import` keeps the times of the input. */
  readonly mode: 'write' | 'import';
  /** Seconds since 1970, with a fraction where the caller knows it. */
  readonly now: () => number;
}

interface Expanded {
  readonly entity: EntityValue;
  /** Violations of shorthands; the entity no longer contains them. */
  readonly violations: Violations;
}

/** The complete entity: it has every field of the schema, unset ones are null. Shorthands of the input must be expanded already. */
export function fillEntity(schema: EntitySchema, given: EntityValue, options: FillOptions): EntityValue {
  return fillFields(effectiveFields(schema, subschemaOf(schema, given)), given, options);
}

/** Replaces shorthands by the fields that they set. */
export function expandShorthands(schema: EntitySchema, given: EntityValue): Expanded {
  const entity: Record<string, unknown> = { ...given };
  const violations: Violations = {};
  for (const [name, shorthand] of Object.entries(schema.shorthands ?? {})) {
    if (entity[name] === undefined) continue;
    const value = entity[name];
    delete entity[name];
    const violation = validateField(shorthand.field, value, { schemas: new Map() });
    if (violation === undefined) Object.assign(entity, shorthand.expand(value as never, given));
    else violations[name] = violation;
  }
  return { entity, violations };
}

function fillFields(fields: Fields, given: EntityValue, options: FillOptions): EntityValue {
  const filled: Record<string, unknown> = { ...given };
  for (const [name, field] of Object.entries(fields)) {
    const value = options.mode === 'import' ? given[name] : automatic(name, field, given[name], options);
    filled[name] = value === undefined ? fillAbsent(field, options) : fillValue(field, value, options);
  }
  return filled;
}

function automatic(name: string, field: Field, value: unknown, { now }: FillOptions): unknown {
  if (!field.auto) return value;
  if (field.timestamp) return name === 'updated_at' ? timestamp(field, now) : value ?? timestamp(field, now);
  // A null key or secret is generated like an absent one; validation rejects a null id.
  return field.uuid ? value : value ?? undefined;
}

/** Integer fields keep whole seconds. */
function timestamp(field: Field, now: FillOptions['now']): number {
  return field.type === 'integer' ? Math.floor(now()) : now();
}

function fillAbsent(field: Field, options: FillOptions): unknown {
  if (field.auto) {
    if (field.uuid) return randomUUID();
    if (field.timestamp) return options.mode === 'import' ? null : timestamp(field, options.now);
    return randomText(32);
  }
  if (field.default !== undefined) return fillValue(field, structuredClone(field.default), options);
  if (field.type === 'record' && field.required && field.fields) return fillFields(field.fields, {}, options);
  return null;
}

function fillValue(field: Field, value: unknown, options: FillOptions): unknown {
  if (field.type === 'string') return field.uuid && typeof value === 'string' ? value.toLowerCase() : value;
  if (field.type === 'record' || field.type === 'map') return fillTable(field, value, options);
  if (field.type === 'foreign' && isPlainObject(value) && typeof value.id === 'string') return { ...value, id: value.id.toLowerCase() };
  if (field.type !== 'array' && field.type !== 'set') return value;
  const list = isPlainObject(value) && Object.keys(value).length === 0 ? [] : value;
  if (!Array.isArray(list)) return value;
  const items = list.map((item) => fillValue(field.elements, item, options));
  return field.type === 'set' ? withoutRepetitions(items) : items;
}

/** An empty array counts as an empty object and vice versa: Lua, which Kong is written in, does not distinguish them. */
function fillTable(field: RecordField | MapField, value: unknown, options: FillOptions): unknown {
  const table = Array.isArray(value) && value.length === 0 ? {} : value;
  if (!isPlainObject(table)) return value;
  if (field.type === 'map') return mapValues(table, (item) => fillValue(field.values, item, options));
  return field.fields ? fillFields(field.fields, table, options) : table;
}

function withoutRepetitions(items: readonly unknown[]): readonly unknown[] {
  const seen = new Set<unknown>();
  return items.filter((item) => typeof item === 'object' || (!seen.has(item) && seen.add(item)));
}

function mapValues(value: Record<string, unknown>, change: (item: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits of the system's secure source, for keys and secrets. */
function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
