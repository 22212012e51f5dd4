/** Changes of values on their way into the store: what they need, and when they run. */
import type { EntitySchema, Transformation } from '../entity-schema.ts';
import type { EntityValue } from '../field.ts';
import { isPlainObject } from '../plain-object.ts';
import { addEntityViolation } from '../violations.ts';
import type { Violations } from '../violations.ts';
import type { CompletionRun } from './completion-run.ts';

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

/**
 * Adds a violation for each transformation of which the input has only a part of the fields: who changes a password also says whose it is.
 *
 * @param given what the client sent
 * @param run of a change: the entity was there before, and all fields have to come together
 */
export function violatedTransformations(
  schema: EntitySchema, entity: EntityValue, given: EntityValue, run: Pick<CompletionRun, 'isUpdate' | 'acceptsPlainReferences'>,
  violations: Violations,
): void {
  for (const { input = [], needs = [] } of transformationsOf(schema)) {
    const names = [...input, ...needs];
    const isPartly = (values: EntityValue): boolean => {
      const set = names.filter((name) => isSet(values, name, run.acceptsPlainReferences)).length;
      return set > 0 && set < names.length;
    };
    const isBroken = run.isUpdate ? isPartly(given) : input.some((name) => isSet(given, name)) && isPartly(entity);
    if (isBroken) addEntityViolation(violations, `all or none of these fields must be set: ${names.map((name) => `'${name}'`).join(', ')}`);
  }
}

function transformationsOf(schema: EntitySchema): readonly Transformation[] {
  return schema.transformations ?? [];
}

/** A field of a reference is set with the reference: it may name its target by another field, or be an id, as in tables. */
function isSet(entity: EntityValue, name: string, acceptsPlainReferences = false): boolean {
  const [field, part] = name.split('.') as [string, string?];
  const value = valueAt(entity, name) ?? (part === 'id' && isReference(entity[field], acceptsPlainReferences) ? entity[field] : undefined);
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function isReference(value: unknown, acceptsPlainReferences: boolean): boolean {
  return isPlainObject(value) || (acceptsPlainReferences && typeof value === 'string');
}

function valueAt(entity: EntityValue, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], entity);
}
