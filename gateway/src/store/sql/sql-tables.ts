/** What the writer asks of a database, inside a transaction. */
import type { Transaction } from 'kysely';

import type { Reference, RowIndex, UniqueValue } from '../entity-index.ts';
import { toSeconds } from '../page.ts';
import type { Cascading, Claim, Dependence, Findings, LogPlace, RowKey, RowTables, WrittenRow } from '../row-tables.ts';
import type { Change, Entity } from '../store.ts';
import { digestOf } from './reader.ts';
import type { SqlContext } from './sql-context.ts';
import { run } from './statement.ts';
import type { Tables } from './tables.ts';
import { WRITE_ORDER } from './write-parts.ts';
import type { WritePart } from './write-parts.ts';

/** A row to be removed, with one reference to it; nulls when nothing refers to it. */
interface DependentRow {
  readonly target: string;
  readonly target_key: string;
  readonly entity: string | null;
  readonly key: string | null;
  readonly field: string | null;
}

type Tuple = readonly (string | number | null)[];

export class SqlTables implements RowTables {
  readonly #transaction: Transaction<Tables>;
  readonly #context: SqlContext;
  readonly #nowMs: number;

  /** @param nowMs when the transaction began, in milliseconds since 1970 */
  constructor(transaction: Transaction<Tables>, context: SqlContext, nowMs: number) {
    this.#transaction = transaction;
    this.#context = context;
    this.#nowMs = nowMs;
  }

  async check({ entity, key, isNew, unique, references }: Claim): Promise<Findings> {
    const found = await run<{ readonly problem: string; readonly field: string }>(this.#transaction, this.#context.statements.check, {
      entity, key, newKey: isNew ? key : null, now: toSeconds(this.#nowMs),
      unique: tuples(unique.map(({ field, text }) => [field, digestOf(text)])),
      references: tuples(references.map(({ field, target, targetKey }) => [field, target, targetKey])),
    });
    const fields = (wanted: string) => new Set(found.filter(({ problem }) => problem === wanted).map(({ field }) => field));
    return { isKeyTaken: fields('key').size > 0, taken: fields('unique'), missing: fields('reference') };
  }

  insert(rows: readonly WrittenRow[], place: LogPlace): Promise<void> {
    return this.#put('inserted', rows, place);
  }

  replace(rows: readonly WrittenRow[], place: LogPlace): Promise<void> {
    return this.#put('replaced', rows, place);
  }

  async dependents(roots: readonly RowKey[], cascading: Cascading) {
    const rows = await run<DependentRow>(this.#transaction, this.#context.statements.dependents, {
      roots: tuples(roots.map(({ entity, key }) => [entity, key])),
      cascading: tuples([...cascading].flatMap(([entity, fields]) => [...fields].map((field) => [entity, field]))),
    });
    const doomed = new Set(rows.map((row) => `${row.target}/${row.target_key}`));
    return {
      found: roots.filter(({ entity, key }) => doomed.has(`${entity}/${key}`)),
      references: rows.flatMap(({ entity, key, field, target, target_key: targetKey }): Dependence[] => (
        entity === null || key === null || field === null ? [] : [{ entity, key, field, target, targetKey }])),
    };
  }

  async rows(keys: readonly RowKey[]): Promise<readonly (RowKey & { readonly row: Entity })[]> {
    const found = await run<RowKey & { readonly body: string }>(this.#transaction, this.#context.statements.rows, {
      keys: tuples(keys.map(({ entity, key }) => [entity, key])),
    });
    return found.map(({ entity, key, body }) => ({ entity, key, row: JSON.parse(body) as Entity }));
  }

  async remove(keys: readonly RowKey[], operation: Change['operation'], place: LogPlace): Promise<void> {
    const gone = keys.map(({ entity, key }) => [entity, key]);
    await this.#write({ freed: gone, removed: gone, logged: gone.map((key, n) => [...key, null, place.position + n]) }, operation, place);
  }

  expired(nowMs: number): Promise<readonly RowKey[]> {
    return run<RowKey>(this.#transaction, this.#context.statements.expired, { now: toSeconds(nowMs) });
  }

  async #put(part: 'inserted' | 'replaced', rows: readonly WrittenRow[], place: LogPlace): Promise<void> {
    const bodies = rows.map(({ row }) => JSON.stringify(row));
    const each = (tuplesOf: (row: WrittenRow) => readonly Tuple[]) => rows.flatMap(tuplesOf);
    await this.#write({
      [part]: rows.map(({ entity, key, expiresAt }, n) => [entity, key, bodies[n]!, expiresAt]),
      logged: rows.map(({ entity, key }, n) => [entity, key, bodies[n]!, place.position + n]),
      removedUnique: each(({ entity, removed }) => removed.unique.map((value) => uniqueTuple(entity, value))),
      removedReferences: each(({ entity, key, removed, added }) => vanished(removed, added).map(({ field }) => [entity, key, field])),
      removedTags: each(({ entity, key, removed }) => removed.tags.map((tag) => [digestOf(tag), entity, key])),
      addedUnique: each(({ entity, key, added }) => added.unique.map((value) => [...uniqueTuple(entity, value), key])),
      addedReferences: each(({ entity, key, added }) => added.references.map((reference) => referenceTuple(entity, key, reference))),
      addedTags: each(({ entity, key, added }) => added.tags.map((tag) => [digestOf(tag), entity, key, tag])),
    }, part === 'inserted' ? 'insert' : 'replace', place);
  }

  async #write(parts: Partial<Record<WritePart, readonly Tuple[]>>, operation: Change['operation'], { revision }: LogPlace): Promise<void> {
    const used = Object.entries(parts).filter(([, rows]) => rows.length > 0);
    const names = new Set<WritePart>(['counted', ...used.map(([part]) => part as WritePart)]);
    const parameters = { revision, operation, at: this.#nowMs, ...Object.fromEntries(used.map(([part, rows]) => [part, tuples(rows)])) };
    await this.#context.write(this.#transaction, WRITE_ORDER.filter((part) => names.has(part)), parameters);
  }
}

function uniqueTuple(entity: string, { field, text }: UniqueValue): readonly string[] {
  return [entity, field, digestOf(text)];
}

function referenceTuple(entity: string, key: string, { field, target, targetKey }: Reference): Tuple {
  return [entity, key, field, target, targetKey];
}

/** References that change are overwritten. */
function vanished(removed: RowIndex, added: RowIndex): RowIndex['references'] {
  return removed.references.filter(({ field }) => !added.references.some((reference) => reference.field === field));
}

/** No database takes half a character. */
function tuples(rows: readonly Tuple[]): string {
  return JSON.stringify(rows.map((row) => row.map((value) => (typeof value === 'string' ? value.toWellFormed() : value))));
}
