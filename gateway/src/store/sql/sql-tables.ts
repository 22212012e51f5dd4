/** What the writer asks of a database, inside a transaction. */
import type { Reference, RowIndex, UniqueValue } from '../entity-index.ts';
import { toSeconds } from '../page.ts';
import type {
  Cascading, Claim, Dependence, Finding, FoundRow, RowChanges, RowKey, RowTables, WantedValue, WrittenRow,
} from '../row-tables.ts';
import type { Entity } from '../store.ts';
import { digestOf } from './reader.ts';
import type { RevisionLog } from './revision-log.ts';
import type { SqlContext } from './sql-context.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { run } from './statement.ts';
import type { Parameters } from './statement.ts';
import { WRITE_ORDER } from './write-parts.ts';
import type { WritePart } from './write-parts.ts';

/** A row to be removed, or a reference to one. */
interface DependentRow {
  readonly target: string;
  readonly target_key: string;
  /** Of a row to be removed. */
  readonly body: string | null;
  readonly entity: string | null;
  readonly key: string | null;
  readonly field: string | null;
}

type Tuple = readonly (string | number | null)[];

interface SqlTablesOptions {
  readonly transaction: SqlTransaction;
  readonly context: SqlContext;
  readonly log: RevisionLog;
  /** When the transaction began, in milliseconds since 1970. */
  readonly nowMs: number;
}

export class SqlTables implements RowTables {
  readonly #transaction: SqlTransaction;
  readonly #context: SqlContext;
  readonly #log: RevisionLog;
  readonly #nowMs: number;

  constructor({ transaction, context, log, nowMs }: SqlTablesOptions) {
    this.#transaction = transaction;
    this.#context = context;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  async check(claims: readonly Claim[]): Promise<readonly Finding[]> {
    return findingsOf(await run<FoundProblem>(this.#connection, this.#context.statements.check, this.#claimed(claims)));
  }

  async write(changes: RowChanges): Promise<readonly Finding[]> {
    const { revision, claims, inserted, replaced, removed, end } = changes;
    const isCheckedApart = claims.length > 0 && this.#context.dialect.checked === undefined;
    const findings = isCheckedApart ? await this.check(claims) : [];
    if (findings.length > 0) return findings;
    const { lines, records, counts } = this.#log.tuples(changes);
    const gone = removed.map(({ entity, key }) => [entity, key]);
    const each = (tuplesOf: (row: WrittenRow) => readonly Tuple[]) => [...inserted, ...replaced].flatMap(tuplesOf);
    const parts: Readonly<Record<WritePart, readonly Tuple[]>> = {
      freed: gone,
      removedUnique: each((row) => row.removed.unique.map((value) => uniqueTuple(row.entity, value))),
      removedReferences: each((row) => vanished(row).map(({ field }) => [row.entity, row.key, field])),
      removedTags: each((row) => row.removed.tags.map((tag) => [digestOf(tag), row.entity, row.key])),
      removed: gone,
      inserted: inserted.map(bodyTuple),
      replaced: replaced.map(bodyTuple),
      addedUnique: each(({ entity, key, added }) => added.unique.map((value) => [...uniqueTuple(entity, value), key])),
      addedReferences: each(({ entity, key, added }) => added.references.map((reference) => referenceTuple(entity, key, reference))),
      addedTags: each(({ entity, key, added }) => added.tags.map((tag) => [digestOf(tag), entity, key, tag])),
      logged: lines,
      recorded: records,
      counted: counts,
    };
    const used = WRITE_ORDER.filter((part) => parts[part].length > 0);
    const values = { revision, at: this.#nowMs, ...Object.fromEntries(used.map((part) => [part, tuples(parts[part])])) };
    const isChecked = claims.length > 0 && !isCheckedApart;
    const statements = this.#context.changes(used, isChecked);
    const given = isChecked ? { ...values, ...this.#claimed(claims) } : values;
    return findingsOf(await this.#transaction.change(statements, given, end?.isLast === true) as readonly FoundProblem[]);
  }

  async dependents(roots: readonly RowKey[], cascading: Cascading) {
    const rows = await run<DependentRow>(this.#connection, this.#context.statements.dependents, {
      roots: tuples(roots.map(({ entity, key }) => [entity, key])),
      cascading: tuples([...cascading].flatMap(([entity, fields]) => [...fields].map((field) => [entity, field]))),
    });
    return {
      found: rows.flatMap(({ target, target_key: key, body }): FoundRow[] => (
        body === null ? [] : [{ entity: target, key, row: JSON.parse(body) as Entity }])),
      references: rows.flatMap(({ entity, key, field, target, target_key: targetKey }): Dependence[] => (
        entity === null || key === null || field === null ? [] : [{ entity, key, field, target, targetKey }])),
    };
  }

  async rows(keys: readonly RowKey[]): Promise<readonly FoundRow[]> {
    const found = await run<RowKey & { readonly body: string }>(this.#connection, this.#context.statements.rows, {
      keys: tuples(keys.map(({ entity, key }) => [entity, key])),
    });
    return found.map(({ entity, key, body }) => ({ entity, key, row: JSON.parse(body) as Entity }));
  }

  async owners(values: readonly WantedValue[]): Promise<readonly (FoundRow & { readonly value: number })[]> {
    const found = await run<RowKey & { readonly n: string; readonly body: string }>(this.#connection, this.#context.statements.owners, {
      unique: tuples(values.map(({ entity, field, text }, n) => [n, entity, field, digestOf(text)])),
    });
    return found.map(({ n, entity, key, body }) => ({ value: Number(n), entity, key, row: JSON.parse(body) as Entity }));
  }

  expired(nowMs: number): Promise<readonly RowKey[]> {
    return run<RowKey>(this.#connection, this.#context.statements.expired, { now: toSeconds(nowMs) });
  }

  get #connection() {
    return this.#transaction.connection;
  }

  #claimed(claims: readonly Claim[]): Parameters {
    return {
      now: toSeconds(this.#nowMs),
      newKeys: tuples(claims.flatMap(({ entity, key, isNew }, n) => (isNew ? [[n, entity, key]] : []))),
      claimedUnique: tuples(claims.flatMap(({ entity, key, unique }, n) => (
        unique.map(({ field, text }) => [n, entity, field, digestOf(text), key])))),
      claimedReferences: tuples(claims.flatMap(({ references }, n) => (
        references.map(({ field, target, targetKey }) => [n, field, target, targetKey])))),
    };
  }
}

interface FoundProblem {
  readonly problem: string;
  readonly field: string;
  readonly n: string;
}

function findingsOf(found: readonly FoundProblem[]): readonly Finding[] {
  return found.flatMap(({ problem, field, n }) => (
    problem === 'key' || problem === 'unique' || problem === 'reference' ? [{ claim: Number(n), problem, field }] : []));
}

function bodyTuple({ entity, key, row, expiresAt }: WrittenRow): Tuple {
  return [entity, key, JSON.stringify(row), expiresAt];
}

function uniqueTuple(entity: string, { field, text }: UniqueValue): readonly string[] {
  return [entity, field, digestOf(text)];
}

function referenceTuple(entity: string, key: string, { field, target, targetKey }: Reference): Tuple {
  return [entity, key, field, target, targetKey];
}

/** References that change are overwritten. */
function vanished({ removed, added }: WrittenRow): RowIndex['references'] {
  return removed.references.filter(({ field }) => !added.references.some((reference) => reference.field === field));
}

/** No database takes half a character. */
function tuples(rows: readonly Tuple[]): string {
  return JSON.stringify(rows.map((row) => row.map((value) => (typeof value === 'string' ? value.toWellFormed() : value))));
}
