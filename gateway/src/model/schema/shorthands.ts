/** Shorthands: inputs that set other fields. Input is expanded; answers repeat deprecated ones with the value of their successor. */
import type { EntityValue, Shorthand, Shorthands } from './field.ts';
import { isPlainObject } from './plain-object.ts';

/**
 * Replaces the shorthands of one record by the fields that they set.
 *
 * @param record a copy of the input; it is changed
 * @param violationOf the violation of a value, by the shorthand's own field
 * @returns the first shorthand with a violation that cannot be expanded, or nothing
 */
export function expandRecord<V>(
  shorthands: Shorthands, record: Record<string, unknown>, violationOf: (name: string, value: unknown) => V | undefined,
): Record<string, V | string> | undefined {
  let violations: Record<string, V | string> | undefined;
  for (const name in shorthands) {
    const value = record[name];
    if (value === undefined) continue;
    const shorthand = shorthands[name]!;
    const violation = violationOf(name, value) ?? contradiction(name, shorthand, value, record);
    if (violation !== undefined) {
      (violations ??= {})[name] = violation;
      continue;
    }
    delete record[name];
    assignExpanded(record, shorthand.expand(value as never, record), shorthand.field.deprecation !== undefined);
  }
  return violations;
}

/** A shorthand that is not deprecated wins over the fields of the input; a deprecated one gives way to them. */
function assignExpanded(record: Record<string, unknown>, expanded: EntityValue, givesWay: boolean): void {
  for (const [name, value] of Object.entries(expanded)) {
    const given = record[name];
    if (isPlainObject(value)) {
      record[name] = givesWay ? mergedUnder(value, given) : { ...isPlainObject(given) ? given : {}, ...value };
    } else if (!givesWay || given === undefined || given === null) record[name] = value;
  }
}

/** The expanded record below the given one: given values that are not null win. */
function mergedUnder(expanded: EntityValue, given: unknown): unknown {
  if (given === undefined || given === null) return expanded;
  if (!isPlainObject(given)) return given;
  const merged: Record<string, unknown> = { ...expanded };
  for (const [name, value] of Object.entries(given)) {
    const below = merged[name];
    if (isPlainObject(below)) merged[name] = mergedUnder(below, value);
    else if (value !== null || below === undefined) merged[name] = value;
  }
  return merged;
}

function contradiction(name: string, { field: { deprecation } }: Shorthand, value: unknown, record: EntityValue): string | undefined {
  if (value === null) return undefined;
  for (const { path } of deprecation?.replaced_with ?? []) {
    const successor = valueAtPath(record, path);
    // A successor that is false wins without a word, as in Kong.
    if (successor === undefined || successor === null || successor === false || isEqual(successor, value)) continue;
    const mismatch = `${name} = ${shown(value)} vs ${path.join('.')} = ${shown(successor)}`;
    return `both deprecated and new field are used but their values mismatch: ${mismatch}`;
  }
  return undefined;
}

/** Adds the deprecated shorthands of one record, with the values that are in their places now. */
export function withDeprecated(shorthands: Shorthands, record: EntityValue): EntityValue {
  const repeated: Record<string, unknown> = { ...record };
  for (const name in shorthands) {
    const path = shorthands[name]!.field.deprecation?.replaced_with?.[0]?.path;
    if (path !== undefined) repeated[name] = valueAtPath(record, path) ?? null;
  }
  return repeated;
}

function valueAtPath(record: EntityValue, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const key of path) {
    if (!isPlainObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isEqual(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
