/** Validation of a whole entity against its schema. Existence of what it refers to is the store's to tell. */
import { checkEntity } from './entity-checks.ts';
import { effectiveFields, primaryKeyOf, subschemaKeyOf } from './entity-schema.ts';
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { validateFields } from './validate-field.ts';
import type { FieldContext } from './validate-field.ts';
import type { Violations } from './violations.ts';

/** What is wrong with a filled entity; nothing when it is valid. */
export function validateEntity(schema: EntitySchema, entity: EntityValue, context: FieldContext): Violations | undefined {
  const key = primaryKeyOf(schema);
  // Only an explicit null can leave the key out: it is made when it is absent.
  if (entity[key] === null) return { [key]: 'required field missing' };
  const choice = chooseSubschema(schema, entity);
  if (choice.violation) return choice.violation;
  const { subschema } = choice;
  // `ttl` is no field: it says when the row goes, and the store keeps it beside the row.
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
  // A name of a wrong type is told by its field; only a list's first element has no field of its own to tell it.
  if (typeof value !== 'string' && !Array.isArray(entity[key])) return {};
  const subschema = typeof value === 'string' ? schema.subschema.choose(value) : undefined;
  return subschema ? { subschema } : { violation: { [key]: schema.subschema.unknown(value === undefined ? 'nil' : String(value)) } };
}
