/** Schemas as `/schemas/{entity}` prints them: an array of single-key objects in the order of the schema, functions left out. */
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { EntityCheck, Field, Fields, Shorthands } from './field.ts';

interface PrintedSchema {
  readonly fields: readonly Readonly<Record<string, unknown>>[];
  readonly entity_checks: readonly unknown[];
}

export function printSchema(schema: Pick<EntitySchema, 'fields' | 'entity_checks'> | Subschema): PrintedSchema {
  return { fields: printFields(schema.fields), entity_checks: printChecks(schema.entity_checks ?? []) };
}

function printFields(fields: Fields): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(fields).map(([name, field]) => ({ [name]: printField(field) }));
}

function printField(field: Field): Readonly<Record<string, unknown>> {
  const printed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(field)) {
    if (typeof value === 'function' || value === undefined) continue;
    printed[name] = PRINTERS[name]?.(value as never) ?? value;
  }
  return printed;
}

function printShorthands(shorthands: Shorthands): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(shorthands).map(([name, { field }]) => ({ [name]: printField(field) }));
}

const PRINTERS: Readonly<Record<string, (value: never) => unknown>> = {
  elements: printField,
  keys: printField,
  values: printField,
  fields: printFields,
  shorthand_fields: printShorthands,
  entity_checks: printChecks,
};

function printChecks(checks: readonly EntityCheck[]): readonly unknown[] {
  return checks.map((check) => {
    if (!('custom_entity_check' in check)) return check;
    const { fn: _, ...printed } = check.custom_entity_check;
    return { custom_entity_check: printed };
  });
}
