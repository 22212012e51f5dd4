/** Validates an entity against its schema. The store checks that the entities it refers to exist. */
import { checkEntity } from './entity-checks.ts';
import { effectiveFields, primaryKeyOf, subschemaKeyOf } from './entity-schema.ts';
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { validateFields } from './validate-field.ts';
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
  if (entity[key] === null || entity[key] === undefined) return {};
  const value = subschemaKeyOf(schema, entity);
  // The field's own check reports a value of the wrong type; a list's first element has no such check.
  if (typeof value !== 'string' && !Array.isArray(entity[key])) return {};
  const subschema = typeof value === 'string' ? schema.subschema.choose(value) : undefined;
  return subschema ? { subschema } : { violation: { [key]: schema.subschema.unknown(value === undefined ? 'nil' : String(value)) } };
}
