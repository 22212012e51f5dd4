/** Checks a value that stands alone: a part of a URL, a shorthand. */
import { compiledField } from './compiled/compile-field.ts';
import type { CompletionRun } from './compiled/completion-run.ts';
import type { Schemas } from './entity-schema.ts';
import type { Field } from './field.ts';
import type { Violation } from './violations.ts';

const NO_SCHEMAS: Schemas = new Map();

/** The violation of a value; undefined when it is valid. */
export function violationOf(field: Field, value: unknown, schemas = NO_SCHEMAS): Violation | undefined {
  const run: CompletionRun = {
    mode: 'import', schemas, now: 0, isUpdate: false, acceptsUnknownNulls: false, acceptsPlainReferences: false, references: [],
    violation: undefined,
  };
  compiledField(field)(value, run);
  return run.violation;
}
