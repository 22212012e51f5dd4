/** Compiles rules over several fields of an entity or record. They add to the violations of single fields. */
import type { Conditional, ConditionalAtLeastOneOf, CustomCheck, EntityCheck, EntityValue, Field, Fields } from '../field.ts';
import { isPlainObject } from '../plain-object.ts';
import { isSecretReference } from '../secret-references.ts';
import { addEntityViolation } from '../violations.ts';
import type { Violation, Violations } from '../violations.ts';
import type { Complete, CompletionRun } from './completion-run.ts';
import { violationIn } from './completion-run.ts';

type RunChecks = (entity: EntityValue, violations: Violations, run: CompletionRun) => void;
type CompileField = (field: Field) => Complete;

/** A field that a rule reads, found once. */
interface CheckedField {
  readonly name: string;
  readonly path: readonly string[];
  readonly field?: Field;
  readonly isReferenceable: boolean;
}

/** The rules in their order; undefined when there are none. */
export function compileChecks(checks: readonly EntityCheck[], fields: Fields, compileField: CompileField): RunChecks | undefined {
  if (checks.length === 0) return undefined;
  const compiled = checks.map((check) => compileCheck(check, (name) => checkedField(fields, name), compileField));
  return (entity, violations, run) => {
    for (const check of compiled) check(entity, violations, run);
  };
}

function checkedField(fields: Fields, name: string): CheckedField {
  const path = name.split('.');
  let found: Field | undefined;
  let inside: Fields | undefined = fields;
  for (const key of path) {
    found = inside?.[key];
    inside = found?.type === 'record' ? found.fields : undefined;
  }
  return { name, path, isReferenceable: found?.type === 'string' && found.referenceable === true, ...found && { field: found } };
}

type FindField = (name: string) => CheckedField;

function compileCheck(check: EntityCheck, find: FindField, compileField: CompileField): RunChecks {
  if ('conditional' in check) return compileConditional(check.conditional, find, compileField);
  if ('conditional_at_least_one_of' in check) return compileConditionalNeed(check.conditional_at_least_one_of, find, compileField);
  if ('custom_entity_check' in check) return compileCustom(check.custom_entity_check, find);
  const [[kind, names]] = Object.entries(check) as [[CountingKind, readonly string[]]];
  return compileCounting(kind, names, find);
}

interface Conditions {
  /** Whether the rule runs although one of its fields is absent: a required field that was not given. */
  readonly runsWithMissing: boolean;
  /** Whether the rule runs although one of its fields is invalid. */
  readonly runsWithInvalid: boolean;
  /** The fields that must not be absent. @default - all */
  readonly needed?: readonly CheckedField[];
}

/** Whether a rule can run. A reference to a secret in one of its fields stops it: the secret is unknown here. */
function isRunnable(
  fields: readonly CheckedField[], { runsWithMissing, runsWithInvalid, needed = fields }: Conditions,
  entity: EntityValue, violations: Violations, run: CompletionRun,
): boolean {
  let isAbsent = true;
  for (const { name, path, isReferenceable } of fields) {
    const value = path.length === 1 ? entity[name] : valueAt(entity, path);
    if (value !== undefined) isAbsent = false;
    if (isReferenceable && isSecretReference(value)) return false;
    // As in Kong, violations inside of records do not stop a rule.
    if (!runsWithInvalid && path.length === 1 && violations[name] !== undefined) return false;
  }
  if (isAbsent && (run.isUpdate || !runsWithMissing)) return false;
  if (runsWithMissing) return true;
  let isComplete = true;
  for (const { path } of needed) {
    if (valueAt(entity, path) !== undefined) continue;
    isComplete = false;
    setViolation(violations, path, `field required for entity check${run.isUpdate ? ' when updating' : ''}`);
  }
  return isComplete;
}

type CountingKind = 'at_least_one_of' | 'only_one_of' | 'mutually_exclusive' | 'mutually_required' | 'distinct';

interface CountingRule extends Conditions {
  readonly isBroken: (set: readonly unknown[], all: number) => boolean;
  readonly message: string;
  /** Whether updates have a message of their own. */
  readonly saysUpdate?: true;
}

const COUNTING_RULES: Readonly<Record<CountingKind, CountingRule>> = {
  at_least_one_of: {
    runsWithMissing: true, runsWithInvalid: true, saysUpdate: true,
    isBroken: (set) => set.length === 0, message: 'at least one of these fields must be non-empty',
  },
  only_one_of: {
    runsWithMissing: false, runsWithInvalid: true,
    isBroken: (set) => set.length !== 1, message: 'exactly one of these fields must be non-empty',
  },
  mutually_exclusive: {
    runsWithMissing: true, runsWithInvalid: false,
    isBroken: (set) => set.length > 1, message: 'only one or none of these fields must be set',
  },
  mutually_required: {
    runsWithMissing: true, runsWithInvalid: false,
    isBroken: (set, all) => set.length > 0 && set.length < all, message: 'all or none of these fields must be set',
  },
  distinct: {
    runsWithMissing: false, runsWithInvalid: true,
    isBroken: (set) => new Set(set).size < set.length, message: 'values of these fields must be distinct',
  },
};

function compileCounting(kind: CountingKind, names: readonly string[], find: FindField): RunChecks {
  const rule = COUNTING_RULES[kind];
  const fields = names.map(find);
  const message = `${rule.message}: ${quoted(names)}`;
  return (entity, violations, run) => {
    if (!isRunnable(fields, rule, entity, violations, run)) return;
    const set = fields.map(({ path }) => valueAt(entity, path)).filter((value) => !isEmpty(value));
    if (rule.isBroken(set, fields.length)) addEntityViolation(violations, rule.saysUpdate ? updating(message, run) : message);
  };
}

type Match = (value: unknown, run: CompletionRun) => Violation | undefined;

/** What a value must match is the field with the rule's constraints on top, so that its type counts, too. */
function compileMatch({ field }: CheckedField, match: object, compileField: CompileField): Match {
  const complete = compileField({ type: 'json', ...field, ...match, auto: false, default: undefined } as unknown as Field);
  return (value, run) => violationIn(run, complete, value ?? null);
}

function compileConditional(check: Conditional, find: FindField, compileField: CompileField): RunChecks {
  const deciding = find(check.if_field);
  const other = find(check.then_field);
  const violatedIf = compileMatch(deciding, check.if_match, compileField);
  const violatedThen = compileMatch(other, check.then_match, compileField);
  const message = `failed conditional validation given value of field '${check.if_field}'`;
  const conditions = { runsWithMissing: false, runsWithInvalid: true, needed: [deciding] };
  const read = [deciding, other];
  return (entity, violations, run) => {
    if (!isRunnable(read, conditions, entity, violations, run)) return;
    if (violatedIf(valueAt(entity, deciding.path), run) !== undefined) return;
    const value = valueAt(entity, other.path);
    const violation = violatedThen(value, run);
    if (violation === undefined) return;
    const isMissing = check.then_match.required === true && (value === undefined || value === null);
    addEntityViolation(violations, isMissing ? message : check.then_err?.replace('%s', check.if_field) ?? message);
    setViolation(violations, other.path, violation);
  };
}

function compileConditionalNeed(check: ConditionalAtLeastOneOf, find: FindField, compileField: CompileField): RunChecks {
  const deciding = find(check.if_field);
  const needed = check.then_at_least_one_of.map(find);
  const violatedIf = compileMatch(deciding, check.if_match, compileField);
  const names = quoted(check.then_at_least_one_of);
  const message = `at least one of these fields must be non-empty: ${names}`;
  const conditions = { runsWithMissing: true, runsWithInvalid: true };
  const read = [deciding, ...needed];
  return (entity, violations, run) => {
    if (!isRunnable(read, conditions, entity, violations, run)) return;
    const value = valueAt(entity, deciding.path);
    if (value === undefined || violatedIf(value, run) !== undefined) return;
    if (needed.some(({ path }) => !isEmpty(valueAt(entity, path)))) return;
    addEntityViolation(violations, check.then_err?.replace('%s', names) ?? updating(message, run));
  };
}

function compileCustom(check: CustomCheck, find: FindField): RunChecks {
  const fields = check.field_sources.map(find);
  const conditions = { runsWithMissing: check.run_with_missing_fields ?? false, runsWithInvalid: check.run_with_invalid_fields ?? false };
  return (entity, violations, run) => {
    if (!isRunnable(fields, conditions, entity, violations, run)) return;
    // The function relies on the types of its fields.
    if (!conditions.runsWithInvalid && fields.some(({ path }) => valueAt(violations, path) !== undefined)) return;
    for (const [name, text] of Object.entries(check.fn(entity) ?? {})) {
      if (name === '@entity') addEntityViolation(violations, text);
      else setViolation(violations, name.split('.'), text);
    }
  };
}

function updating(message: string, { isUpdate }: CompletionRun): string {
  return isUpdate ? `when updating, ${message}` : message;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function valueAt(entity: EntityValue, path: readonly string[]): unknown {
  let value: unknown = entity;
  for (const key of path) {
    if (value === null || value === undefined) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function setViolation(violations: Violations, path: readonly string[], violation: Violation): void {
  let at = violations;
  for (const key of path.slice(0, -1)) {
    if (!isPlainObject(at[key])) at[key] = {};
    at = at[key] as Violations;
  }
  at[path.at(-1)!] = violation;
}
