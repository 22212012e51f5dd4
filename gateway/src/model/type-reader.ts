/**
 * The rows of one entity type in tables that are read one after another: completed and validated, checked for repetitions, with their
 * references resolved to ids. Each stage does again what the rows that changed concern, and nothing else.
 */
import { KeptList } from '../base/kept-list.ts';
import { isSameJson } from '../base/same-json.ts';
import { forEachInSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { Row } from './config-table.ts';
import { upgradedRow } from './format-version.ts';
import { invalidReference } from './invalid-reference.ts';
import { ReferenceKeys } from './reference-keys.ts';
import { Repetitions } from './repetitions.ts';
import type { Repetition } from './repetitions.ts';
import { completeEntity } from './schema/complete.ts';
import { foreignFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema, Schemas } from './schema/entity-schema.ts';
import { isPlainObject } from './schema/plain-object.ts';
import { flattenViolations } from './schema/violations.ts';
import { errorOf } from './table-error.ts';
import type { SetAsideRow, TableError } from './table-error.ts';

export interface TypeReading {
  readonly name: string;
  /** Rows without errors. The same array as before when nothing has changed. */
  readonly served: readonly Row[];
  readonly setAside: readonly SetAsideRow[];
  /** Of all rows. */
  readonly errors: readonly TableError[];
}

interface ReadRow {
  readonly row: Row;
  readonly isRecord: boolean;
  /** Field and message. */
  readonly violations: readonly (readonly [field: string, message: string])[];
}

interface ResolvedRow {
  readonly row: Row;
  /** Fields and what they refer to in vain. */
  readonly dangling: readonly (readonly [field: string, message: string])[];
}

const NONE: readonly never[] = [];

export class TypeReader {
  readonly #schema: EntitySchema;
  readonly #schemas: Schemas;
  readonly #references: ReturnType<typeof foreignFieldsOf>;
  readonly #repetitions: Repetitions;
  /** What rows of other types refer to these by. */
  readonly keys: ReferenceKeys;
  #read = KeptList.empty<unknown, ReadRow>();
  #resolved = KeptList.empty<ReadRow, ResolvedRow>();
  #repeated: readonly Repetition[] = NONE;
  /** Versions of the keys that references were resolved with. */
  #targets: readonly (object | undefined)[] = NONE;
  #reading: TypeReading | undefined;
  /** How many rows are no records, have violations, and refer to nothing: mostly none, and then there is nothing to look for. */
  #strays = 0;
  #violating = 0;
  #dangling = 0;

  constructor(schema: EntitySchema, schemas: Schemas) {
    this.#schema = schema;
    this.#schemas = schemas;
    this.#references = foreignFieldsOf(schema);
    this.#repetitions = new Repetitions(schema);
    this.keys = new ReferenceKeys(schema);
  }

  /** @returns errors that belong to no row */
  * readRows(rows: readonly unknown[], formatVersion: unknown): Steps<readonly TableError[]> {
    const before = this.#read;
    this.#read = yield* before.next(rows, (row) => this.#readRow(row, formatVersion), { keyOf: idOf, isKept: isSameJson });
    if (this.#read.isSameAs(before)) return NONE;
    this.#reading = undefined;
    this.keys.update(this.#read);
    this.#strays += changeOf(this.#read, isStray);
    this.#violating += changeOf(this.#read, hasViolations);
    return this.#strays === 0 ? NONE : this.#read.made.flatMap(({ isRecord }, index): TableError[] => (
      isRecord ? [] : [{ entity: this.#schema.name, index, field: '', message: 'expected a record' }]));
  }

  * checkRepetitions(): Steps<void> {
    if (this.#reading !== undefined) return;
    this.#repeated = yield* this.#repetitions.of(this.#read);
  }

  /** @param readerOf what has read another entity type of the same table */
  * resolve(readerOf: (name: string) => TypeReader | undefined): Steps<TypeReading> {
    const keys = this.#references.map(({ reference }) => readerOf(reference)?.keys);
    const targets = keys.map((of) => of?.version);
    const areSame = targets.length === this.#targets.length && targets.every((version, at) => version === this.#targets[at]);
    if (this.#reading !== undefined && areSame) return this.#reading;
    const resolve = (given: ReadRow): ResolvedRow => this.#resolveRow(given, keys);
    const isKept = areSame ? undefined : (_: ReadRow, given: ReadRow, { row, dangling }: ResolvedRow) => {
      const now = resolve(given);
      return isSameJson(now.row, row) && isSameJson(now.dangling, dangling);
    };
    this.#targets = targets;
    const before = this.#resolved;
    this.#resolved = yield* before.next(this.#read.made, resolve, isKept === undefined ? {} : { isKept });
    this.#dangling += changeOf(this.#resolved, isDangling);
    if (this.#reading === undefined || !this.#resolved.isSameAs(before)) this.#reading = yield* this.#settled();
    return this.#reading;
  }

  #readRow(given: unknown, formatVersion: unknown): ReadRow {
    if (!isPlainObject(given)) return { row: {}, isRecord: false, violations: NONE };
    const upgraded = upgradedRow(formatVersion, this.#schema.name, given);
    const { entity, violations } = completeEntity(this.#schema, upgraded, {
      mode: 'import', now: 0, schemas: this.#schemas, acceptsUnknownNulls: true, acceptsPlainReferences: true,
    });
    // Control planes send whole rows: then there is no need for a second one.
    const row = violations === undefined && isSameJson(entity, given) ? given : entity;
    return { row, isRecord: true, violations: violations === undefined ? NONE : flattenViolations(violations) };
  }

  #resolveRow({ row }: ReadRow, keys: readonly (ReferenceKeys | undefined)[]): ResolvedRow {
    let resolved: Record<string, unknown> | undefined;
    let dangling: [string, string][] | undefined;
    this.#references.forEach(({ name, reference }, at) => {
      const value = row[name];
      if (value === null) return;
      const id = keys[at]?.idOf(value);
      if (id === undefined) (dangling ??= []).push([name, invalidReference(name, printed(value), reference)]);
      if (id !== value) (resolved ??= { ...row })[name] = id;
    });
    return { row: resolved ?? row, dangling: dangling ?? NONE };
  }

  * #settled(): Steps<TypeReading> {
    const { name } = this.#schema;
    const rows: Row[] = [];
    yield* forEachInSteps(this.#resolved.made, ({ row }) => void rows.push(row));
    if (this.#violating === 0 && this.#repeated.length === 0 && this.#dangling === 0) {
      return { name, served: rows, setAside: NONE, errors: NONE };
    }
    const errors: TableError[] = [];
    const byIndex = new Map<number, TableError[]>();
    const add = (index: number, row: Row, [field, message]: readonly [field: string, message: string]): void => {
      const error = errorOf(name, index, row, field, message);
      errors.push(error);
      const ofRow = byIndex.get(index);
      if (ofRow === undefined) byIndex.set(index, [error]);
      else ofRow.push(error);
    };
    const [read, resolved] = [this.#read.made, this.#resolved.made];
    read.forEach(({ row, violations }, index) => violations.forEach((violation) => add(index, row, violation)));
    for (const { index, field, message } of this.#repeated) add(index, read[index]!.row, [field, message]);
    resolved.forEach(({ dangling }, index) => dangling.forEach((violation) => add(index, read[index]!.row, violation)));
    const setAside = [...byIndex].sort(([a], [b]) => a - b).map(([index, ofRow]) => ({ entity: name, row: rows[index]!, errors: ofRow }));
    return { name, served: rows.filter((_, index) => !byIndex.has(index)), setAside, errors };
  }
}

/** Rows without an id are found by their places. */
function idOf(row: unknown): unknown {
  return isPlainObject(row) ? row.id : undefined;
}

/** How many more there are of a kind than in the list before. */
function changeOf<Out>({ added, removed }: KeptList<unknown, Out>, isOfKind: (made: Out) => boolean): number {
  return added.filter(isOfKind).length - removed.filter(isOfKind).length;
}

function isStray({ isRecord }: ReadRow): boolean {
  return !isRecord;
}

function hasViolations({ violations }: ReadRow): boolean {
  return violations.length > 0;
}

function isDangling({ dangling }: ResolvedRow): boolean {
  return dangling.length > 0;
}

function printed(reference: unknown): string {
  return isPlainObject(reference) ? String(Object.values(reference)[0]) : String(reference);
}
