/** Converts the texts of a form to the types of a schema's fields. A text that does not fit is kept, so that validation reports it. */
import { effectiveFields, subschemaOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue, Field, Fields, Shorthands } from './field.ts';
import { integer } from './field.ts';
import { isPlainObject } from './plain-object.ts';

/** The time to live is no field of the schema, but has a type, too. */
const TTL: Fields = { ttl: integer() };

/** @param stored the entity that is being changed: it may decide the subschema */
export function typedForm(schema: EntitySchema, form: EntityValue, stored: EntityValue = {}): EntityValue {
  const fields = effectiveFields(schema, subschemaOf(schema, { ...stored, ...form }));
  return typedFields(schema.hasTtl ? { ...fields, ...TTL } : fields, schema.shorthands ?? {}, form);
}

function typedFields(fields: Fields, shorthands: Shorthands, values: EntityValue): EntityValue {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : Object.hasOwn(shorthands, name) ? shorthands[name]!.field : undefined;
    return [name, field ? typed(field, value) : value];
  }));
}

function typed(field: Field, value: unknown): unknown {
  if (value === '') return null;
  switch (field.type) {
    case 'integer':
    case 'number': return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
    case 'boolean': return value === 'true' ? true : value === 'false' ? false : value;
    case 'array':
    case 'set': return typedList(field.elements, value);
    case 'map': return isPlainObject(value) ? typedMap(field.values, value) : value;
    case 'foreign': return isPlainObject(value) ? typedReference(value) : value;
    case 'record': return isPlainObject(value) && field.fields ? typedFields(field.fields, field.shorthand_fields ?? {}, value) : value;
    default: return value;
  }
}

/** Keys and unique fields, by which entities refer to others, are texts. */
function typedReference(reference: EntityValue): EntityValue {
  return Object.fromEntries(Object.entries(reference).map(([name, value]) => [name, value === '' ? null : value]));
}

function typedMap(values: Field, map: EntityValue): EntityValue {
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, typed(values, item)]));
}

/** A single value for a list is a list of one. */
function typedList(elements: Field, value: unknown): unknown {
  if (isPlainObject(value)) return value;
  return (Array.isArray(value) ? value : [value]).map((item) => typed(elements, item));
}
