/** What the compiled parts of a schema share while they complete one entity. */
import type { Schemas } from '../entity-schema.ts';
import type { Violation } from '../violations.ts';

/** A field of the entity that refers to another entity, with its completed value. */
export interface EntityReference {
  readonly field: string;
  /** Entity type that the field refers to. */
  readonly reference: string;
  readonly value: unknown;
}

export interface CompletionRun {
  /** `write` sets `updated_at`, and `created_at` when it is absent; `import` keeps the times of the input. */
  readonly mode: 'write' | 'import';
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The entity is being changed, not created: some messages differ. */
  readonly isUpdate: boolean;
  /** Accept unknown fields that are null: newer control planes send them to older data planes. */
  readonly acceptsUnknownNulls: boolean;
  /** Accept references as id or name strings, as in configuration tables. */
  readonly acceptsPlainReferences: boolean;
  /** Needed for references by unique fields. */
  readonly schemas: Schemas;
  readonly references: EntityReference[];
  /** Set by the part that has just run when its value is invalid; the caller takes it and clears it. */
  violation: Violation | undefined;
}

/** Completes a value: fills in what is absent and checks the rest. Sets `run.violation` when the value is invalid. */
export type Complete = (value: unknown, run: CompletionRun) => unknown;

/** Reports a violation. @returns the value */
export function fail<T>(run: CompletionRun, violation: Violation, value: T): T {
  run.violation = violation;
  return value;
}

/** The violation of a value that is only checked: its completion is dropped. */
export function violationIn(run: CompletionRun, complete: Complete, value: unknown): Violation | undefined {
  const before = run.references.length;
  complete(value, run);
  run.references.length = before;
  const { violation } = run;
  run.violation = undefined;
  return violation;
}

/** Sets a property whatever its name is: an assignment to `__proto__` would change the prototype. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
