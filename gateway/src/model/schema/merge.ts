/** Partial updates: what a PATCH leaves of a stored entity. */
import { effectiveFields, subschemaOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue, Field, Fields } from './field.ts';
import { isPlainObject } from './plain-object.ts';

/** The stored entity with the changes on top: records are merged field by field, maps and lists are replaced, null clears. */
export function mergeEntity(schema: EntitySchema, stored: EntityValue, changes: EntityValue): EntityValue {
  const fields = effectiveFields(schema, subschemaOf(schema, { ...stored, ...changes }));
  return mergeFields(fields, stored, changes);
}

function mergeFields(fields: Fields, stored: EntityValue, changes: EntityValue): EntityValue {
  const merged: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined) merged[name] = mergeValue(fields[name], stored[name], value);
  }
  return merged;
}

function mergeValue(field: Field | undefined, stored: unknown, change: unknown): unknown {
  if (field?.type !== 'record' || !isPlainObject(stored)) return change;
  // An empty list is an empty record.
  if (Array.isArray(change) && change.length === 0) return stored;
  if (!isPlainObject(change)) return change;
  return mergeFields(field.fields ?? {}, stored, change);
}
