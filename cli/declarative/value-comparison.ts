/** Whether two values of a field mean the same: lists that are sets have no order, records compare by the fields of the schema. */
import type { Field, Fields } from '../../gateway/src/model/schema/field.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';

export function isSameValue(field: Field | undefined, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return canonicalText(field, one) === canonicalText(field, other);
}

function canonicalText(field: Field | undefined, value: unknown): string {
  return JSON.stringify(canonical(field, value)) ?? 'null';
}

/** Absent and null are one. A value that is not of its field's type stays as it is. */
function canonical(field: Field | undefined, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (field?.type === 'foreign') return isPlainObject(value) && typeof value.id === 'string' ? value.id : value;
  if (Array.isArray(value)) {
    const elements = field?.type === 'array' || field?.type === 'set' ? field.elements : undefined;
    const items = value.map((item) => canonical(elements, item));
    return field?.type === 'set' ? [...new Set(items.map((item) => JSON.stringify(item)))].sort() : items;
  }
  if (!isPlainObject(value)) return value;
  if (field?.type === 'record' && field.fields) return canonicalRecord(field.fields, value);
  const values = field?.type === 'map' ? field.values : undefined;
  return Object.keys(value).sort().map((name) => [name, canonical(values, value[name])]);
}

/** Fields that the schema does not know, deprecated names of others among them, are not compared. */
function canonicalRecord(fields: Fields, value: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(fields).map((name) => canonical(fields[name], value[name]));
}
