/** Rules over several fields of an entity or record. They add to the violations of single fields. */
import { violatedConstraint } from './constraints.ts';
import type { Conditional, CustomCheck, EntityCheck, EntityValue } from './field.ts';
import { addEntityViolation } from './violations.ts';
import type { Violations } from './violations.ts';

/** Runs the rules in order; a rule whose fields are invalid on their own is skipped. */
export function checkEntity(checks: readonly EntityCheck[], entity: EntityValue, violations: Violations, isUpdate: boolean): void {
  for (const check of checks) {
    if ('conditional' in check) runConditional(check.conditional, entity, violations);
    else if ('custom_entity_check' in check) runCustom(check.custom_entity_check, entity, violations);
    else runCounting(check, entity, violations, isUpdate);
  }
}

type CountingCheck = Exclude<EntityCheck, { conditional: Conditional } | { custom_entity_check: CustomCheck }>;

function runCounting(check: CountingCheck, entity: EntityValue, violations: Violations, isUpdate: boolean): void {
  const [[kind, names]] = Object.entries(check) as [[string, readonly string[]]];
  const set = names.filter((name) => !isEmpty(valueAt(entity, name)));
  const text = COUNTING_RULES[kind]!({ set: set.length, all: names.length, values: names.map((name) => valueAt(entity, name)) });
  if (!text) return;
  const prefix = isUpdate && kind === 'at_least_one_of' ? 'when updating, ' : '';
  addEntityViolation(violations, `${prefix}${text}: ${names.map((name) => `'${name}'`).join(', ')}`);
}

interface Counted {
  readonly set: number;
  readonly all: number;
  readonly values: readonly unknown[];
}

const COUNTING_RULES: Readonly<Record<string, (counted: Counted) => string | false>> = {
  at_least_one_of: ({ set }) => set === 0 && 'at least one of these fields must be non-empty',
  only_one_of: ({ set }) => set !== 1 && 'exactly one of these fields must be non-empty',
  mutually_exclusive: ({ set }) => set > 1 && 'only one or none of these fields must be set',
  mutually_required: ({ set, all }) => set > 0 && set < all && 'all or none of these fields must be set',
  distinct: ({ set, values }) => (
    set > 1 && new Set(values.filter((value) => !isEmpty(value))).size < set && 'values of these fields must be distinct'),
};

function runConditional(check: Conditional, entity: EntityValue, violations: Violations): void {
  if (hasViolation(violations, check.if_field)) return;
  const deciding = valueAt(entity, check.if_field);
  if (deciding === null || deciding === undefined || !matches(check.if_match, deciding)) return;
  const violation = violatedThen(check, valueAt(entity, check.then_field));
  if (violation === undefined) return;
  addEntityViolation(violations, check.then_err ?? `failed conditional validation given value of field '${check.if_field}'`);
  setViolation(violations, check.then_field, violation);
}

function violatedThen({ then_match: then }: Conditional, value: unknown): string | undefined {
  if (value === null || value === undefined) return then.required ? 'required field missing' : undefined;
  if (then.eq === null) return then.err ?? 'value must be null';
  return violatedConstraint(then, value);
}

function matches({ elements, ...match }: Conditional['if_match'], value: unknown): boolean {
  if (elements) return Array.isArray(value) && value.every((element) => violatedConstraint(elements, element) === undefined);
  return violatedConstraint(match, value) === undefined;
}

function runCustom(check: CustomCheck, entity: EntityValue, violations: Violations): void {
  if (check.field_sources.some((name) => hasViolation(violations, name))) return;
  const isMissing = check.field_sources.some((name) => isEmpty(valueAt(entity, name)));
  if (isMissing && !check.run_with_missing_fields) return;
  for (const [name, text] of Object.entries(check.fn(entity) ?? {})) {
    if (name === '@entity') addEntityViolation(violations, text);
    else setViolation(violations, name, text);
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function valueAt(entity: EntityValue, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], entity);
}

function hasViolation(violations: Violations, path: string): boolean {
  return valueAt(violations, path) !== undefined;
}

function setViolation(violations: Violations, path: string, text: string): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = violations;
  for (const key of keys) {
    if (typeof at[key] !== 'object' || Array.isArray(at[key])) at[key] = {};
    at = at[key] as Violations;
  }
  at[last] = text;
}
