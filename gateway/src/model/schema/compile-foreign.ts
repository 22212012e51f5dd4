/** Compiles references to other entities. */
import { fail } from './completion-run.ts';
import type { Complete, CompletionRun } from './completion-run.ts';
import { primaryKeyOf, uniqueFieldsOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { Field, ForeignField } from './field.ts';
import { string } from './field.ts';
import { isPlainObject } from './plain-object.ts';
import type { Violation } from './violations.ts';

const UNKNOWN_KEY = string({ uuid: true });

/** Completes `{ id }` or a reference by a unique field. The store checks that the entity exists. */
export function compileForeign({ reference }: ForeignField, field: string, compiledField: (field: Field) => Complete): Complete {
  const collect = (value: unknown, run: CompletionRun): unknown => {
    if (run.violation === undefined) run.references.push({ field, reference, value });
    return value;
  };
  return (value, run) => {
    if (run.acceptsPlainReferences && typeof value === 'string') return collect(value, run);
    if (Array.isArray(value) && value.length > 0) return fail(run, value.map(() => 'unknown field'), value);
    const target = run.schemas.get(reference);
    const key = target === undefined ? 'id' : primaryKeyOf(target);
    const given = isPlainObject(value) ? value : {};
    if (given[key] === undefined || given[key] === null) {
      run.violation = unnamed(target, given, key);
      return collect(value, run);
    }
    const completed = compiledField(target?.fields[key] ?? UNKNOWN_KEY)(given[key], run);
    if (run.violation !== undefined) run.violation = { [key]: run.violation };
    return collect({ ...given, [key]: completed }, run);
  };
}

/** The violation of a reference without primary key: it needs a unique field of its target. */
function unnamed(target: EntitySchema | undefined, given: Record<string, unknown>, key: string): Violation | undefined {
  const isNamed = target !== undefined && uniqueFieldsOf(target).some((name) => typeof given[name] === 'string');
  return isNamed ? undefined : { [key]: 'missing primary key' };
}
