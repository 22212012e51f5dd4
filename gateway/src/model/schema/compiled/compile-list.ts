/** Compiles lists and maps. */
import type { Field, ListField, MapField } from '../field.ts';
import { isPlainObject } from '../plain-object.ts';
import type { Violation } from '../violations.ts';
import { fail, setOwn, violationIn } from './completion-run.ts';
import type { Complete } from './completion-run.ts';
import { compileConstraints } from './constraints.ts';

type CompileField = (field: Field) => Complete;

/** Up to here, looking through a list is faster than an index of it. */
const FEW = 16;

/** Completes each element; sets lose repetitions. An empty object counts as an empty list, as in Kong. */
export function compileList(field: ListField, compileField: CompileField): Complete {
  // Elements are never optional: a null in a list is invalid.
  const element = compileField({ ...field.elements, required: true });
  const constraint = compileConstraints(field);
  const isSet = field.type === 'set';
  return (value, run) => {
    const given = isPlainObject(value) && Object.keys(value).length === 0 ? [] : value;
    if (!Array.isArray(given)) return fail(run, isSet ? 'expected a set' : 'expected an array', value);
    const seen = isSet && given.length > FEW ? new Set<unknown>() : undefined;
    const items: unknown[] = [];
    let violations: Violation[] | undefined;
    for (const item of given as readonly unknown[]) {
      const completed = element(item === undefined ? null : item, run);
      const { violation } = run;
      run.violation = undefined;
      if (isSet && (completed === null || typeof completed !== 'object')) {
        if (seen === undefined ? items.includes(completed) : seen.has(completed)) continue;
        seen?.add(completed);
      }
      if (violation !== undefined) (violations ??= [])[items.length] = violation;
      items.push(completed);
    }
    run.violation = violations ?? constraint?.(items as never);
    return items;
  };
}

/**
 * Completes each value; the first invalid key or value is reported. An empty array counts as an empty map, as in Kong, and other arrays as
 * maps whose keys are numbers.
 */
export function compileMap(field: MapField, compileField: CompileField): Complete {
  const keys = compileField(field.keys);
  const values = compileField({ ...field.values, required: true });
  const constraint = compileConstraints(field);
  return (value, run) => {
    if (Array.isArray(value) && value.length > 0) return fail(run, violationIn(run, keys, 1)!, value);
    const given = Array.isArray(value) ? {} : value;
    if (!isPlainObject(given)) return fail(run, 'expected a map', value);
    const map: Record<string, unknown> = {};
    let first: Violation | undefined;
    for (const key of Object.keys(given)) {
      keys(key, run);
      first ??= run.violation;
      run.violation = undefined;
      setOwn(map, key, values(given[key] ?? null, run));
      first ??= run.violation;
      run.violation = undefined;
    }
    run.violation = first ?? constraint?.(map as never);
    return map;
  };
}
