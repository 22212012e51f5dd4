/** Completes an entity in one pass over its schema, compiled once: shorthands, defaults, automatic values, violations, references. */
import { compileField } from './compiled/compile-field.ts';
import { compileRecord } from './compiled/compile-record.ts';
import type { CompletionRun, EntityReference } from './compiled/completion-run.ts';
import { expandShorthands } from './compiled/expand-shorthands.ts';
import { violatedTransformations } from './compiled/transformations.ts';
import { effectiveFields, primaryKeyOf, subschemaKeyOf } from './entity-schema.ts';
import type { EntitySchema, Schemas, Subschema } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import { mergeEntity } from './merge.ts';
import { isPlainObject } from './plain-object.ts';
import type { Violations } from './violations.ts';

export interface CompletionOptions {
  /** Needed for references by unique fields. */
  readonly schemas: Schemas;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `write` sets `updated_at`, and `created_at` when it is absent; `import` keeps the times of the input. @default 'write' */
  readonly mode?: 'write' | 'import';
  /** Accept unknown fields that are null: newer control planes send them to older data planes. @default false */
  readonly acceptsUnknownNulls?: boolean;
  /** Accept references as id or name strings, as in configuration tables. @default false */
  readonly acceptsPlainReferences?: boolean;
}

export interface Completion {
  /** Every field of the schema, unset ones null. What is invalid is as it was given; unknown fields are gone. */
  readonly entity: EntityValue;
  /** Absent when the entity is valid. */
  readonly violations?: Violations;
  /** The references to other entities that are set and valid. Whether these exist is the store's knowledge. */
  readonly references: readonly EntityReference[];
}

/** Completes a new entity. The store checks that the entities it refers to exist. */
export function completeEntity(schema: EntitySchema, given: EntityValue, options: CompletionOptions): Completion {
  const { entity, violations } = expandShorthands(schema, given, options);
  if (violations !== undefined) return { entity, violations, references: [] };
  return settled(schema, completed(schema, entity, given, runOf(options, false)), options);
}

/** Completes a stored entity with changes on top of it. */
export function completeChange(schema: EntitySchema, stored: EntityValue, changes: EntityValue, options: CompletionOptions): Completion {
  const expanded = expandShorthands(schema, changes, options, stored);
  if (expanded.violations !== undefined) return { entity: expanded.entity, violations: expanded.violations, references: [] };
  const merged = mergeEntity(schema, stored, expanded.entity);
  return settled(schema, completed(schema, merged, expanded.entity, runOf(options, true)), options);
}

/** Shorthands that have the name of a field see the defaults, too: Kong expands them again whenever it reads an entity. */
function settled(schema: EntitySchema, completion: Completion, { schemas, mode }: CompletionOptions): Completion {
  if (schema.shorthands === undefined || mode === 'import' || completion.violations !== undefined) return completion;
  return { ...completion, entity: expandShorthands(schema, completion.entity, { schemas }).entity };
}

function runOf(options: CompletionOptions, isUpdate: boolean): CompletionRun {
  const { schemas, now, mode = 'write', acceptsUnknownNulls = false, acceptsPlainReferences = false } = options;
  return { mode, now, isUpdate, acceptsUnknownNulls, acceptsPlainReferences, schemas, references: [], violation: undefined };
}

/** @param given what the client sent, of which `whole` is made */
function completed(schema: EntitySchema, whole: EntityValue, given: EntityValue, run: CompletionRun): Completion {
  const key = primaryKeyOf(schema);
  // Only an explicit null can be missing here: an absent key is generated.
  const missing = whole[key] === null ? key : undefined;
  const { subschema, violations } = chooseSubschema(schema, whole);
  const complete = compiledEntity(schema, subschema);
  const entity = complete(whole, run);
  if (missing !== undefined) return { entity, violations: { [missing]: 'required field missing' }, references: run.references };
  if (violations !== undefined) return { entity, violations, references: run.references };
  const found = (run.violation ?? {}) as Violations;
  violatedTransformations(schema, entity, given, run, found);
  return { entity, references: run.references, ...Object.keys(found).length > 0 && { violations: found } };
}

type CompleteEntity = ReturnType<typeof compileRecord>;

const NO_SUBSCHEMA = {};
const compiled = new WeakMap<EntitySchema, WeakMap<object, CompleteEntity>>();

function compiledEntity(schema: EntitySchema, subschema: Subschema | undefined): CompleteEntity {
  let bySubschema = compiled.get(schema);
  if (bySubschema === undefined) compiled.set(schema, bySubschema = new WeakMap());
  let complete = bySubschema.get(subschema ?? NO_SUBSCHEMA);
  if (complete === undefined) bySubschema.set(subschema ?? NO_SUBSCHEMA, complete = compileEntity(schema, subschema));
  return complete;
}

/** `ttl` is not a field of the schema: it is the row's expiry, which the store keeps beside the row. */
function compileEntity(schema: EntitySchema, subschema: Subschema | undefined): CompleteEntity {
  return compileRecord({
    fields: effectiveFields(schema, subschema),
    checks: [...schema.entity_checks ?? [], ...subschema?.entity_checks ?? []],
    ...schema.hasTtl && { kept: 'ttl' },
  }, compileField);
}

/** The subschema of a given entity; the default of the deciding field counts when it is absent. */
function chooseSubschema(schema: EntitySchema, given: EntityValue): { subschema?: Subschema; violations?: Violations } {
  if (schema.subschema === undefined) return {};
  const { key, choose, unknown } = schema.subschema;
  const deciding = given[key] === undefined ? schema.fields[key]?.default : given[key];
  if (deciding === null || deciding === undefined) return { violations: { [key]: 'required field missing' } };
  // A number or boolean is reported by the field's own check.
  if (typeof deciding !== 'string' && typeof deciding !== 'object') return {};
  // Kong takes the first element of whatever is not a string; an object has none.
  const value = isPlainObject(deciding) ? undefined : subschemaKeyOf(schema, { [key]: deciding });
  const subschema = typeof value === 'string' ? choose(value) : undefined;
  return subschema ? { subschema } : { violations: { [key]: unknown(inLua(value)) } };
}

/** A value as Kong prints it: absent and null have names of their own. */
function inLua(value: unknown): string {
  return value === undefined ? 'nil' : value === null ? 'userdata: NULL' : String(value);
}
