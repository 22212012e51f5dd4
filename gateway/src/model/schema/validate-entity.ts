/** Validates an entity against its schema. The store checks that the entities it refers to exist. */
import { checkEntity } from './entity-checks.ts';
import { effectiveFields, primaryKeyOf, subschemaKeyOf } from './entity-schema.ts';
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { isPlainObject, validateFields } from './validate-field.ts';
import type { FieldContext } from './validate-field.ts';
import type { Violations } from './violations.ts';

/** The violations of a complete entity; undefined when it is valid. */
export function validateEntity(schema: EntitySchema, entity: EntityValue, context: FieldContext): Violations | undefined {
  const key = primaryKeyOf(schema);
  // Only an explicit null can be missing here: an absent key was generated.
  if (entity[key] === null) return { [key]: 'required field missing' };
  const choice = chooseSubschema(schema, entity);
  if (choice.violation) return choice.violation;
  const { subschema } = choice;
  // `ttl` is not a field of the schema: it is the row's expiry, which the store keeps beside the row.
  const { ttl: _, ...withoutTtl } = entity;
  const values = schema.hasTtl ? withoutTtl : entity;
  const violations = validateFields(effectiveFields(schema, subschema), values, context);
  checkEntity([...schema.entity_checks ?? [], ...subschema?.entity_checks ?? []], entity, violations, context.isUpdate ?? false);
  return Object.keys(violations).length > 0 ? violations : undefined;
}

function chooseSubschema(schema: EntitySchema, entity: EntityValue): { subschema?: Subschema; violation?: Violations } {
  if (!schema.subschema) return {};
  const { key } = schema.subschema;
  const given = entity[key];
  if (given === null || given === undefined) return schema.fields[key]!.required ? { violation: { [key]: 'required field missing' } } : {};
  // A number or boolean is reported by the field's own check.
  if (typeof given !== 'string' && typeof given !== 'object') return {};
  // Kong takes the first element of whatever is not a string; an object has none.
  const value = isPlainObject(given) ? undefined : subschemaKeyOf(schema, entity);
  const subschema = typeof value === 'string' ? schema.subschema.choose(value) : undefined;
  return subschema ? { subschema } : { violation: { [key]: schema.subschema.unknown(value === undefined ? 'nil' : String(value)) } };
}
