/** Validates the value of one field: type, constraints, and the contents of lists, maps and records. */
import { violatedConstraint } from './constraints.ts';
import { checkEntity } from './entity-checks.ts';
import { primaryKeyOf, uniqueFieldsOf } from './entity-schema.ts';
import type { Schemas } from './entity-schema.ts';
import type { EntityValue, Field, Fields, ForeignField, ListField, MapField, RecordField } from './field.ts';
import { isSecretReference } from './secret-references.ts';
import type { Violation, Violations } from './violations.ts';

export interface FieldContext {
  /** Needed for references by unique fields. */
  readonly schemas: Schemas;
  /** Accept unknown fields that are null: newer control planes send them to older data planes. */
  readonly acceptsUnknownNulls?: boolean;
  /** Accept references as id or name strings, as in configuration tables. */
  readonly acceptsPlainReferences?: boolean;
  /** The entity is being changed, not created: some messages differ. */
  readonly isUpdate?: boolean;
}

/** The violation of a value; undefined when it is valid. */
export function validateField(field: Field, value: unknown, context: FieldContext): Violation | undefined {
  if (value === null || value === undefined) return field.required ? 'required field missing' : undefined;
  if (field.eq === null) return field.err ?? 'value must be null';
  switch (field.type) {
    case 'string': {
      if (typeof value !== 'string') return 'expected a string';
      // The secret behind a reference is validated where it is resolved.
      return field.referenceable && isSecretReference(value) ? undefined : violatedConstraint({ len_min: 1, ...field }, value);
    }
    case 'integer': return Number.isInteger(value) ? violatedConstraint(field, value) : 'expected an integer';
    case 'number': return typeof value === 'number' ? violatedConstraint(field, value) : 'expected a number';
    case 'boolean': return typeof value === 'boolean' ? violatedConstraint(field, value) : 'expected a boolean';
    case 'array':
    case 'set': return validateList(field, value, context);
    case 'map': return validateMap(field, value, context);
    case 'record': return validateRecord(field, value, context);
    case 'json': return undefined;
    case 'foreign': return validateForeign(field, value, context);
  }
}

/** The violations of a record's or entity's fields; empty when all are valid. */
export function validateFields(fields: Fields, values: EntityValue, context: FieldContext): Violations {
  const violations: Violations = {};
  for (const [name, field] of Object.entries(fields)) {
    const violation = validateField(field, values[name], context);
    if (violation !== undefined) violations[name] = violation;
  }
  for (const [name, value] of Object.entries(values)) {
    if (Object.hasOwn(fields, name) || value === undefined || (value === null && context.acceptsUnknownNulls)) continue;
    violations[name] = 'unknown field';
  }
  return violations;
}

function validateList(field: ListField, value: unknown, context: FieldContext): Violation | undefined {
  if (!Array.isArray(value)) return field.type === 'set' ? 'expected a set' : 'expected an array';
  const violations: Violation[] = [];
  value.forEach((element, index) => {
    // Elements are never optional: a null in a list is invalid.
    const violation = validateField({ ...field.elements, required: true }, element, context);
    if (violation !== undefined) violations[index] = violation;
  });
  return violations.length > 0 ? violations : violatedConstraint(field, value);
}

function validateMap(field: MapField, value: unknown, context: FieldContext): Violation | undefined {
  if (!isPlainObject(value)) return 'expected a map';
  for (const [key, item] of Object.entries(value)) {
    const violation = validateField(field.keys, key, context) ?? validateField({ ...field.values, required: true }, item, context);
    if (violation !== undefined) return violation;
  }
  return violatedConstraint(field, value);
}

function validateRecord(field: RecordField, value: unknown, context: FieldContext): Violation | undefined {
  if (!isPlainObject(value)) return 'expected a record';
  if (!field.fields) return undefined;
  const violations = validateFields(field.fields, value, context);
  checkEntity(field.entity_checks ?? [], value, violations, context.isUpdate ?? false);
  return Object.keys(violations).length > 0 ? violations : violatedConstraint(field, value);
}

function validateForeign(field: ForeignField, value: unknown, context: FieldContext): Violation | undefined {
  if (context.acceptsPlainReferences && typeof value === 'string') return undefined;
  if (Array.isArray(value) && value.length > 0) return value.map(() => 'unknown field');
  const target = context.schemas.get(field.reference);
  const key = target ? primaryKeyOf(target) : 'id';
  const reference = isPlainObject(value) ? value : {};
  if (reference[key] !== undefined && reference[key] !== null) {
    const keyField: Field = target?.fields[key] ?? { type: 'string', uuid: true };
    const violation = validateField(keyField, reference[key], context);
    return violation === undefined ? undefined : { [key]: violation };
  }
  const named = target && uniqueFieldsOf(target).some((name) => typeof reference[name] === 'string');
  return named ? undefined : { [key]: 'missing primary key' };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
