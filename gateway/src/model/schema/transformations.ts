/** Changes of values on their way into the store: what they need, and when they run. */
import type { EntitySchema, Transformation } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { addEntityViolation } from './violations.ts';
import type { Violations } from './violations.ts';

/**
 * The values to store.
 *
 * @param entity complete, valid, its references resolved
 * @param given what the client sent: only its values are changed, those that are stored already have been
 */
export function transformed(schema: EntitySchema, entity: EntityValue, given: EntityValue): EntityValue {
  const due = transformationsOf(schema).filter(({ input, needs = [] }) => (
    (input ?? []).every((name) => isSet(given, name)) && needs.every((name) => isSet(entity, name))));
  return due.reduce((changed, transformation) => ({ ...changed, ...transformation.onWrite(changed) }), entity);
}

/** Adds a violation for each transformation that has a part of its fields only: a new owner needs the password, too. */
export function violatedTransformations(
  schema: EntitySchema, entity: EntityValue, violations: Violations,
  change?: { readonly changes: EntityValue; readonly stored: EntityValue },
): void {
  for (const { input = [], needs = [] } of transformationsOf(schema)) {
    const given = change?.changes ?? entity;
    const isNeedChanged = change !== undefined && needs.some((name) => (
      isSet(given, name) && textAt(given, name) !== textAt(change.stored, name)));
    if (!isNeedChanged && !input.some((name) => isSet(given, name))) continue;
    const all = [...input, ...needs];
    if (isPartly(isNeedChanged ? given : entity, all)) addEntityViolation(violations, incomplete(all));
    else if (isPartly(given, input)) addEntityViolation(violations, incomplete(input));
  }
}

function transformationsOf(schema: EntitySchema): readonly Transformation[] {
  return schema.transformations ?? [];
}

function incomplete(names: readonly string[]): string {
  return `all or none of these fields must be set: ${names.map((name) => `'${name}'`).join(', ')}`;
}

function isPartly(entity: EntityValue, names: readonly string[]): boolean {
  const set = names.filter((name) => isSet(entity, name)).length;
  return set > 0 && set < names.length;
}

function isSet(entity: EntityValue, name: string): boolean {
  const value = valueAt(entity, name);
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function textAt(entity: EntityValue, name: string): string {
  return JSON.stringify(valueAt(entity, name) ?? null);
}

function valueAt(entity: EntityValue, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], entity);
}
