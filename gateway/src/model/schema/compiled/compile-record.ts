/** Compiles records and entities: their fields in the order of the schema, then the rules over several fields. */
import type { EntityCheck, EntityValue, Field, Fields } from '../field.ts';
import type { Violations } from '../violations.ts';
import { setOwn } from './completion-run.ts';
import type { Complete, CompletionRun } from './completion-run.ts';
import { compileChecks } from './entity-checks.ts';

interface RecordParts {
  readonly fields: Fields;
  readonly checks: readonly EntityCheck[];
  /** A name that is kept as it is, without being a field. @default - none */
  readonly kept?: string;
}

type CompileField = (field: Field, name?: string) => Complete;

/** Completes a record; its result has every field, unset ones are null. */
export function compileRecord(
  { fields, checks, kept }: RecordParts, compileField: CompileField,
): (value: EntityValue, run: CompletionRun) => EntityValue {
  const names = Object.keys(fields);
  const completes = names.map((name) => compileField(fields[name]!, name));
  // A copy of all names at once is faster than an object that grows.
  const unset = Object.fromEntries(names.map((name) => [name, null]));
  const runChecks = compileChecks(checks, fields, (field) => compileField(field));
  return (value, run) => {
    const record: Record<string, unknown> = { ...unset };
    let violations: Violations | undefined;
    let known = 0;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]!;
      const given = value[name];
      if (given !== undefined) known += 1;
      record[name] = completes[index]!(given, run);
      if (run.violation === undefined) continue;
      (violations ??= {})[name] = run.violation;
      run.violation = undefined;
    }
    if (kept !== undefined && value[kept] !== undefined) {
      known += 1;
      record[kept] = value[kept];
    }
    if (Object.keys(value).length > known) violations = unknownFields(fields, kept, value, run, violations);
    if (runChecks !== undefined) {
      violations ??= {};
      runChecks(record, violations, run);
    }
    run.violation = violations !== undefined && isFilled(violations) ? violations : undefined;
    return record;
  };
}

function unknownFields(
  fields: Fields, kept: string | undefined, value: EntityValue, run: CompletionRun, violations: Violations | undefined,
): Violations | undefined {
  let found = violations;
  for (const key of Object.keys(value)) {
    // Kong never validates the time of the change, whether there is such a field or not.
    if (key === kept || key === 'updated_at' || value[key] === undefined || Object.hasOwn(fields, key)) continue;
    if (value[key] === null && run.acceptsUnknownNulls) continue;
    setOwn(found ??= {}, key, 'unknown field');
  }
  return found;
}

function isFilled(violations: Violations): boolean {
  for (const _ in violations) return true;
  return false;
}
