/** Stored entities as answers and exports show them. */
import { effectiveFields, subschemaOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue, Field, Fields, Shorthands } from './field.ts';
import { isPlainObject } from './plain-object.ts';
import { withDeprecated } from './shorthands.ts';

interface PresentationOptions {
  /** Milliseconds since 1970: answers say how long a row has left. */
  readonly now: number;
}

/**
 * A stored entity as clients see it: deprecated shorthands repeat the values of their successors, and `ttl` is what is left of it, in
 * whole seconds.
 */
export function presentEntity(schema: EntitySchema, stored: EntityValue, { now }: PresentationOptions): EntityValue {
  const presented = presentFields(schema.shorthands, effectiveFields(schema, subschemaOf(schema, stored)), stored);
  return schema.hasTtl ? { ...presented, ttl: typeof stored.ttl === 'number' ? secondsLeft(stored.ttl, now) : null } : presented;
}

/** @param expiry seconds since 1970 */
function secondsLeft(expiry: number, now: number): number {
  return Math.max(Math.floor(expiry - now / 1000), 0);
}

/** The same object when nothing in it changes. */
function presentFields(shorthands: Shorthands | undefined, fields: Fields, values: EntityValue): EntityValue {
  let presented = values;
  for (const name of Object.keys(fields)) {
    const value = presentValue(fields[name]!, values[name]);
    if (value === values[name]) continue;
    if (presented === values) presented = { ...values };
    (presented as Record<string, unknown>)[name] = value;
  }
  return shorthands === undefined ? presented : withDeprecated(shorthands, presented);
}

function presentValue(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'record': return field.fields && isPlainObject(value) ? presentFields(field.shorthand_fields, field.fields, value) : value;
    case 'array':
    case 'set': return Array.isArray(value) && isRecord(field.elements) ? value.map((item) => presentValue(field.elements, item)) : value;
    case 'map': {
      if (!isPlainObject(value) || !isRecord(field.values)) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, presentValue(field.values, item)]));
    }
    default: return value;
  }
}

function isRecord({ type }: Field): boolean {
  return type === 'record';
}
