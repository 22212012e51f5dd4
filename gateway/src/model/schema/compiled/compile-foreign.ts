/** Compiles references to other entities. */
import { primaryKeyOf, uniqueFieldsOf } from '../entity-schema.ts';
import type { EntitySchema } from '../entity-schema.ts';
import type { Field, ForeignField } from '../field.ts';
import { string } from '../field.ts';
import { isPlainObject } from '../plain-object.ts';
import type { Violation, Violations } from '../violations.ts';
import type { Complete, CompletionRun } from './completion-run.ts';
import { fail, violationIn } from './completion-run.ts';

const UNKNOWN_KEY = string({ uuid: true });

/** What a value that is no object gives of its target. */
const NOTHING: Record<string, unknown> = {};

type ViolationOf = (field: Field, value: unknown) => Violation | undefined;

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
    const given = isPlainObject(value) ? value : NOTHING;
    if (given[key] === undefined || given[key] === null) {
      run.violation = unnamed(target, given, key, (part, partOf) => violationIn(run, compiledField(part), partOf));
      return collect(value, run);
    }
    const completed = compiledField(target?.fields[key] ?? UNKNOWN_KEY)(given[key], run);
    if (run.violation !== undefined) {
      const ofKey = run.violation;
      run.violation = undefined;
      const all = target && misread(target, given, (part, partOf) => violationIn(run, compiledField(part), partOf));
      run.violation = all ?? { [key]: ofKey };
    }
    return collect({ ...given, [key]: completed }, run);
  };
}

/** The violation of a reference without primary key: it needs a unique field of its target. */
function unnamed(
  target: EntitySchema | undefined, given: Record<string, unknown>, key: string, violationOf: ViolationOf,
): Violation | undefined {
  const isName = (name: string) => typeof given[name] === 'string' && violationOf(target!.fields[name]!, given[name]) === undefined;
  if (target !== undefined && uniqueFieldsOf(target).some(isName)) return undefined;
  const missing = given[key] === null ? 'required field missing' : 'missing primary key';
  return (target && given !== NOTHING && misread(target, given, violationOf)) || { [key]: missing };
}

/** What is wrong with the given part of the target, as if it were an entity: Kong reports that first. */
function misread(target: EntitySchema, given: Record<string, unknown>, violationOf: ViolationOf): Violations | undefined {
  const deciding = target.subschema?.key;
  if (deciding !== undefined && (given[deciding] ?? null) === null) return { [deciding]: 'required field missing' };
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const violations = names.flatMap((name): [string, Violation][] => {
    const field = Object.hasOwn(target.fields, name) ? target.fields[name] : undefined;
    const violation = field === undefined ? 'unknown field' : violationOf(field, given[name]);
    return violation === undefined ? [] : [[name, violation]];
  });
  return violations.length === 0 ? undefined : Object.fromEntries(violations);
}
