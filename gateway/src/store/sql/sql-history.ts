/** The log of changes in a database. */
import type { Kysely } from 'kysely';

import { checkRevision } from '../history/revision-errors.ts';
import { NO_REVISION_HASH, RevisionHash } from '../history/revision-hash.ts';
import { differencesOf, reversed, sortedState, takeBack } from '../history/states.ts';
import type { Rows } from '../history/states.ts';
import { pageOf } from '../page.ts';
import type { Change, Difference, Entity, History, Page, RevisionRecord, Verification } from '../store.ts';
import type { SqlContext } from './sql-context.ts';
import { run } from './statement.ts';
import type { Parameters } from './statement.ts';
import type { Connection, Tables } from './tables.ts';

export interface RecordRow {
  readonly revision: number;
  readonly at: number;
  readonly author: string | null;
  readonly request_id: string | null;
  readonly comment: string | null;
  readonly changes: number;
  readonly previous: string | null;
  readonly hash: string;
}

export interface ChangeRow {
  readonly revision: number;
  readonly position: number;
  readonly entity: string;
  readonly key: string;
  readonly operation: Change['operation'];
  readonly body: string | null;
  readonly old_body: string | null;
  readonly at: number;
}

interface PageOptions {
  readonly size: number;
  readonly after?: string;
}

/** Records, and changes, that are checked at once. */
const AT_ONCE = 1_000;

export class SqlHistory implements History {
  readonly #db: Kysely<Tables>;
  readonly #context: SqlContext;

  constructor(db: Kysely<Tables>, context: SqlContext) {
    this.#db = db;
    this.#context = context;
  }

  async revisions({ size, after }: PageOptions): Promise<Page<RevisionRecord>> {
    const before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after);
    const rows = await run<RecordRow>(this.#db, this.#context.statements.records, { before, size: size + 1 });
    return pageOf(rows, size, recordOf, ({ revision }) => String(revision));
  }

  async revision(revision: number): Promise<RevisionRecord | undefined> {
    const [row] = await run<RecordRow>(this.#db, this.#context.statements.record, { revision });
    return row && recordOf(row);
  }

  async changes(revision: number, { size, after = '0' }: PageOptions): Promise<Page<Change>> {
    const rows = await run<ChangeRow>(this.#db, this.#context.statements.changesOf, { revision, after: Number(after), size: size + 1 });
    return pageOf(rows, size, (row) => this.change(row), ({ position }) => String(position));
  }

  stateAt(revision: number): Promise<ReadonlyMap<string, readonly Entity[]>> {
    return this.#moment(async (ask, db) => {
      await this.#check(db, revision);
      const rows: Rows = new Map();
      for (const { entity, key, body } of await ask<Body>('everything', {})) {
        let table = rows.get(entity);
        if (!table) rows.set(entity, table = new Map());
        table.set(key, JSON.parse(body) as Entity);
      }
      const changed = await ask<OldBody>('firstSince', { revision });
      takeBack(rows, changed.map(({ entity, key, old_body: body }) => ({ entity, key, before: this.#entity(entity, body) })));
      return sortedState(rows);
    });
  }

  async diff(from: number, to: number): Promise<readonly Difference[]> {
    const [first, last] = from < to ? [from, to] : [to, from];
    const rows = await this.#moment(async (ask, db) => {
      await this.#check(db, from);
      await this.#check(db, to);
      return ask<OldBody & { readonly body: string | null }>('between', { from: first, to: last });
    });
    const differences = differencesOf(rows.map(({ entity, key, old_body: old, body }) => (
      { entity, key, before: this.#entity(entity, old), after: this.#entity(entity, body) })));
    return from < to ? differences : reversed(differences);
  }

  async oldest(): Promise<number> {
    return (await this.#bounds(this.#db)).oldest;
  }

  /** Reads in pieces: what is written meanwhile continues what is there. */
  async verify(): Promise<Verification> {
    const { newest: first } = await this.#bounds(this.#db);
    let [count, before] = [0, undefined as RecordRow | undefined];
    for (;;) {
      const { recordsAfter } = this.#context.statements;
      const records = await run<RecordRow>(this.#db, recordsAfter, { revision: before?.revision ?? -1, size: AT_ONCE });
      for (const record of records) {
        const problem = before && problemBetween(before, record) || await this.#problemIn(record);
        if (problem) return { isIntact: false, revision: record.revision, problem };
        before = record;
        count += 1;
      }
      if (records.length === 0) break;
    }
    const { newest } = await this.#bounds(this.#db);
    if (before === undefined || (before.revision >= first && before.revision <= newest)) return { isIntact: true, revisions: count };
    return { isIntact: false, revision: before.revision, problem: `its record is the last, and the newest revision is ${newest}` };
  }

  change({ old_body: old, body, ...row }: ChangeRow): Change {
    return { ...row, before: this.#entity(row.entity, old), after: this.#entity(row.entity, body) };
  }

  async #problemIn(record: RecordRow): Promise<string | undefined> {
    const hash = new RevisionHash(record.previous ?? NO_REVISION_HASH);
    let [after, count] = [0, 0];
    for (;;) {
      const rows = await run<ChangeRow>(this.#db, this.#context.statements.changesOf, { revision: record.revision, after, size: AT_ONCE });
      for (const { old_body: before, body, ...row } of rows) hash.add({ ...row, before, after: body });
      count += rows.length;
      if (rows.length < AT_ONCE) break;
      after = rows.at(-1)!.position;
    }
    if (hash.end(recordOf(record)) === record.hash) return undefined;
    return count === record.changes ? 'its hash is not that of its changes' : `it has ${count} changes in place of ${record.changes}`;
  }

  async #check(db: Connection, revision: number): Promise<void> {
    const { oldest, newest } = await this.#bounds(db);
    checkRevision(revision, oldest, newest);
  }

  async #bounds(db: Connection): Promise<{ readonly oldest: number; readonly newest: number }> {
    const [row] = await run<{ readonly oldest: number; readonly value: number }>(db, this.#context.statements.oldest, {});
    return { oldest: row!.oldest, newest: row!.value };
  }

  #entity(entity: string, text: string | null): Entity | null {
    return text === null ? null : this.#context.seal.open(entity, text);
  }

  #moment<T>(work: (ask: Ask, db: Connection) => Promise<T>): Promise<T> {
    const { dialect, statements } = this.#context;
    return dialect.snapshot(this.#db, (transaction) => work((name, values) => run(transaction, statements[name], values), transaction));
  }
}

type Ask = <Row>(statement: 'everything' | 'firstSince' | 'between', values: Parameters) => Promise<readonly Row[]>;

interface Body {
  readonly entity: string;
  readonly key: string;
  readonly body: string;
}

interface OldBody {
  readonly entity: string;
  readonly key: string;
  readonly old_body: string | null;
}

function problemBetween(before: RecordRow, record: RecordRow): string | undefined {
  if (record.revision !== before.revision + 1) return `there is no revision ${before.revision + 1} before it`;
  return record.previous === before.hash ? undefined : `it does not continue revision ${before.revision}`;
}

function recordOf({ request_id: requestId, previous: _, ...record }: RecordRow): RevisionRecord {
  return { ...record, requestId };
}
