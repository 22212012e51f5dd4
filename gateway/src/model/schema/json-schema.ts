/**
 * Schemas as JSON Schema (2020-12, as OpenAPI 3.1 has it). Rules over several fields are not part of it: they stay in words, in the answers
 * of the gateway.
 */
import { luaPattern } from '../formats/lua-pattern.ts';
import { effectiveFields } from './entity-schema.ts';
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { Field, Fields, ForeignField, ListField, MapField, RecordField, Shorthands } from './field.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** An entity as requests give it. What answers show satisfies the same schema. */
export function jsonSchemaOf(schema: EntitySchema, subschema?: Subschema): JsonSchema {
  const whole = objectOf(effectiveFields(schema, subschema), schema.shorthands);
  if (!schema.hasTtl) return whole;
  const ttl = { type: ['integer', 'null'], minimum: 0, description: 'Seconds until the entity expires. Default: it does not expire.' };
  return { ...whole, properties: { ...whole.properties as JsonSchema, ttl } };
}

/** One field, e.g. a plugin's `config`. */
export function jsonSchemaOfField(field: Field): JsonSchema {
  if (field.eq === null) return described(field, { type: 'null' });
  const bare = bareSchema(field);
  const isNullable = !field.required;
  return described(field, isNullable ? orNull(bare) : bare);
}

function objectOf(fields: Fields, shorthands: Shorthands = {}): JsonSchema {
  const required = Object.entries(fields).filter(([, field]) => isNeeded(field)).map(([name]) => name);
  const properties = [
    ...Object.entries(shorthands).map(([name, { field }]) => [name, shorthandSchema(field)] as const),
    ...Object.entries(fields).map(([name, field]) => [name, jsonSchemaOfField(field)] as const),
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    ...requiredOf(required, Object.keys(shorthands)),
  };
}

/** A shorthand may set what is required. */
function requiredOf(names: readonly string[], shorthands: readonly string[]): JsonSchema {
  if (names.length === 0) return {};
  if (shorthands.length === 0) return { required: names };
  return { anyOf: [{ required: names }, ...shorthands.map((name) => ({ required: [name] }))] };
}

/** Whether a request must have the field: nothing fills it in. */
function isNeeded(field: Field): boolean {
  if (!field.required || field.default !== undefined || field.auto) return false;
  return field.type !== 'record' || Object.values(field.fields ?? {}).some(isNeeded);
}

/** A shorthand is only written, unless answers repeat it. */
function shorthandSchema(field: Field): JsonSchema {
  return { ...jsonSchemaOfField(field), ...field.deprecation?.replaced_with === undefined && { writeOnly: true } };
}

function described(field: Field, schema: JsonSchema): JsonSchema {
  return {
    ...schema,
    ...field.description !== undefined && { description: field.description },
    ...field.default !== undefined && { default: field.default },
    ...field.deprecation !== undefined && { deprecated: true },
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type !== 'string') return schema.anyOf ? { anyOf: [...schema.anyOf as JsonSchema[], { type: 'null' }] } : schema;
  return { ...schema, type: [schema.type, 'null'], ...Array.isArray(schema.enum) && { enum: [...schema.enum as unknown[], null] } };
}

function bareSchema(field: Field): JsonSchema {
  switch (field.type) {
    case 'string': return stringSchema(field);
    case 'integer':
    case 'number': return { type: field.type, ...limitsOf(field) };
    case 'boolean': return { type: 'boolean', ...field.eq !== undefined && { const: field.eq } };
    case 'array':
    case 'set': return listSchema(field);
    case 'map': return mapSchema(field);
    case 'record': return recordSchema(field);
    case 'foreign': return foreignSchema(field);
    case 'json': return {};
  }
}

const VAULT_REFERENCE = '^\\{vault://';

function stringSchema(field: Field): JsonSchema {
  const { uuid, starts_with: start, match, one_of: values, len_min: min = 1, len_eq: exact, len_max: max } = field;
  const schema = {
    type: 'string',
    ...uuid && { format: 'uuid' },
    // JSON Schema has no empty enumeration.
    ...values && (values.length > 0 ? { enum: values } : { not: {} }),
    ...(exact ?? min) > 0 && { minLength: exact ?? min },
    ...(exact ?? max) !== undefined && { maxLength: exact ?? max },
    ...(start !== undefined || match !== undefined) && { pattern: match === undefined ? `^${escaped(start!)}` : luaPattern(match).source },
  };
  const isConstrained = Object.keys(schema).some((name) => name !== 'type' && name !== 'minLength');
  return field.referenceable && isConstrained ? { anyOf: [schema, { type: 'string', pattern: VAULT_REFERENCE }] } : schema;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function limitsOf({ between, gt, one_of: values }: Field): JsonSchema {
  return {
    ...between && { minimum: between[0], maximum: between[1] },
    ...gt !== undefined && { exclusiveMinimum: gt },
    ...values && { enum: values },
  };
}

function listSchema(field: ListField): JsonSchema {
  const { len_eq: exact, len_min: min = exact, len_max: max = exact, contains } = field;
  return {
    type: 'array',
    // Elements are never null.
    items: jsonSchemaOfField({ ...field.elements, required: true }),
    ...min !== undefined && { minItems: min },
    ...max !== undefined && { maxItems: max },
    ...contains !== undefined && { contains: { const: contains } },
  };
}

function mapSchema(field: MapField): JsonSchema {
  const { type: _, ...names } = jsonSchemaOfField({ ...field.keys, required: true });
  return {
    type: 'object',
    additionalProperties: jsonSchemaOfField({ ...field.values, required: true }),
    ...Object.keys(names).length > 0 && { propertyNames: names },
  };
}

function recordSchema({ fields, shorthand_fields: shorthands }: RecordField): JsonSchema {
  return fields === undefined ? { type: 'object' } : objectOf(fields, shorthands);
}

/** Requests may name the target by another unique field. */
function foreignSchema({ reference }: ForeignField): JsonSchema {
  return { type: 'object', title: `Reference to one of the ${reference}`, properties: { id: { type: 'string', format: 'uuid' } } };
}
