/** Compiles the fields of schemas to functions that complete and check a value in one pass. Each field is compiled once. */
import { randomInt, randomUUID } from 'node:crypto';

import type { EntityValue, Field, RecordField } from '../field.ts';
import { isSecretReference } from '../secret-references.ts';
import type { Violation, Violations } from '../violations.ts';
import { compileForeign } from './compile-foreign.ts';
import { compileList, compileMap } from './compile-list.ts';
import { compileRecord } from './compile-record.ts';
import { fail } from './completion-run.ts';
import type { Complete, CompletionRun } from './completion-run.ts';
import { compileConstraints } from './constraints.ts';
import type { Constraint } from './constraints.ts';

const compiled = new WeakMap<Field, Complete>();

/** The completion of a field that stands alone. */
export function compiledField(field: Field): Complete {
  let complete = compiled.get(field);
  if (complete === undefined) {
    complete = compileField(field);
    compiled.set(field, complete);
  }
  return complete;
}

/** @param name the field's name in its record, where it decides: of times, and of references */
export function compileField(field: Field, name = ''): Complete {
  const present = field.eq === null ? forbidden(field) : compilePresent(field, name);
  const absent = compileAbsent(field, present);
  const whenNull = nullViolation(field);
  const complete: Complete = (value, run) => {
    if (value === undefined) return absent(value, run);
    if (value !== null) return present(value, run);
    return whenNull === undefined ? null : fail(run, whenNull, null);
  };
  return field.auto && field.timestamp ? compileTime(field, name, complete) : complete;
}

function nullViolation({ required, eq }: Field): string | undefined {
  if (required) return 'required field missing';
  return eq === undefined || eq === null ? undefined : `value must be ${String(eq)}`;
}

function forbidden({ err = 'value must be null' }: Field): Complete {
  return (value, run) => fail(run, err, value);
}

/** Completes a value that is neither absent nor null. */
function compilePresent(field: Field, name: string): Complete {
  switch (field.type) {
    case 'string': return compileString(field);
    case 'integer': return compileScalar(Number.isInteger, 'expected an integer', compileConstraints(field));
    case 'number': return compileScalar(Number.isFinite, 'expected a number', compileConstraints(field));
    case 'boolean': return compileScalar((value) => typeof value === 'boolean', 'expected a boolean', compileConstraints(field));
    case 'array':
    case 'set': return compileList(field, compileField);
    case 'map': return compileMap(field, compileField);
    case 'record': return compileRecordField(field);
    case 'json': return (value) => value;
    case 'foreign': return compileForeign(field, name, compiledField);
  }
}

function compileString(field: Field): Complete {
  const { uuid, referenceable } = field;
  const constraint = compileConstraints({ len_min: 1, ...field })!;
  return (value, run) => {
    if (typeof value !== 'string') return fail(run, 'expected a string', value);
    // The secret behind a reference is validated where it is resolved.
    if (referenceable && isSecretReference(value)) return value;
    run.violation = constraint(value as never);
    return uuid ? value.toLowerCase() : value;
  };
}

function compileScalar(isOfType: (value: unknown) => boolean, expected: string, constraint: Constraint | undefined): Complete {
  return (value, run) => {
    if (!isOfType(value)) run.violation = expected;
    else if (constraint !== undefined) run.violation = constraint(value as never);
    return value;
  };
}

function compileRecordField(field: RecordField): Complete {
  const complete = field.fields && compileRecord({ fields: field.fields, checks: field.entity_checks ?? [] }, compileField);
  const constraint = compileConstraints(field);
  return (value, run) => {
    if (typeof value !== 'object') return fail(run, 'expected a record', value);
    const given = Array.isArray(value) ? numbered(value) : value as EntityValue;
    const record = complete === undefined ? given : complete(given, run);
    if (run.violation === undefined) run.violation = constraint?.(record as never);
    else if (Array.isArray(value)) run.violation = ofNumbered(run.violation as Violations);
    return record;
  };
}

/** Lua, which Kong is written in, has one type for lists and objects: a list is a record with numbers for names. */
function numbered(list: readonly unknown[]): EntityValue {
  return Object.fromEntries(list.map((item, index) => [index + 1, item]));
}

/** Violations of numbers only are those of a list. */
function ofNumbered(violations: Violations): Violation {
  const names = Object.keys(violations);
  return names.every((name, index) => name === String(index + 1)) ? Object.values(violations) : violations;
}

/** An absent required field stays absent, which rules over several fields distinguish from null. */
function compileAbsent(field: Field, present: Complete): Complete {
  if (field.auto) return automaticValue(field);
  const { default: initial } = field;
  if (initial === null) return () => null;
  if (field.type === 'record' && initial === undefined && field.required && field.fields) return (_, run) => present({}, run);
  // What a default contains is completed like input: a list of records.
  if (typeof initial === 'object') return isFlat(initial) ? () => [...initial] : (_, run) => present(structuredClone(initial), run);
  if (initial !== undefined) return () => initial;
  return field.required ? (value, run) => fail(run, 'required field missing', value) : () => null;
}

function isFlat(value: object): value is readonly unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

function automaticValue(field: Field): Complete {
  if (field.uuid) return () => randomUUID();
  if (field.timestamp) return () => null;
  return () => randomText(32);
}

/** On writes, times are the gateway's where they are absent or null, and that of the change always. */
function compileTime(field: Field, name: string, complete: Complete): Complete {
  const isOfChange = name === 'updated_at';
  return (value, run) => {
    if (run.mode === 'write' && (isOfChange || value === undefined || value === null)) return timeOf(field, run);
    return complete(value, run);
  };
}

/** Whole seconds, or seconds with milliseconds where the field is a number. */
function timeOf({ type }: Field, { now }: CompletionRun): number {
  return type === 'number' ? now / 1000 : Math.floor(now / 1000);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits of the system's secure source, for keys and secrets. */
function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
