/** The store over kysely. What differs between databases is in the dialect. */
import type { Kysely, Transaction } from 'kysely';

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { ChangeFeed } from '../change-feed.ts';
import { isDatabaseUnavailable } from '../database-unavailable.ts';
import { ExpiryWatch } from '../expiry-watch.ts';
import type { Retention } from '../history/retention.ts';
import type { Change, DataPlaneRows, Entity, History, Reader, Store, WriteOptions, Writer, Written } from '../store.ts';
import { DataPlaneTable } from './data-plane-table.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { TableReader } from './reader.ts';
import { SqlContext } from './sql-context.ts';
import { SqlTables } from './sql-tables.ts';
import { run } from './statement.ts';
import type { Dialect, Tables } from './tables.ts';
import { runTransaction } from './transaction.ts';
import { renewUniqueIndex } from './unique-index.ts';

export interface SqlStoreOptions {
  readonly schemas: Schemas;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** Milliseconds between looks for changes by other nodes; 0: never. */
  readonly pollMs: number;
  /** @default - `DEFAULT_RETENTION` */
  readonly retention?: Retention;
}

/** The connections of a store. */
export interface SqlDatabase {
  readonly db: Kysely<Tables>;
  /** For reads. It may be the same. */
  readonly reading: Kysely<Tables>;
  readonly dialect: Dialect;
}

/** How often a transaction runs that others undo. */
const TRIES = 3;

export class SqlStore implements Store {
  /** Brings the tables up to date and begins to watch for changes and for rows that expire. */
  static async open(database: SqlDatabase, options: SqlStoreOptions): Promise<SqlStore> {
    const { log, pollMs } = options;
    const applied = await migrate(database.db, database.dialect, MIGRATIONS);
    if (applied.length > 0) log.info('database migrated', { migrations: applied });
    const store = new SqlStore(database, options);
    await renewUniqueIndex(database.db, store.#context, log);
    await store.#watch(pollMs);
    return store;
  }

  readonly dataPlanes: DataPlaneRows;
  readonly latest: Reader;
  readonly #database: SqlDatabase;
  readonly #context: SqlContext;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #expiry: ExpiryWatch;
  readonly #parts: { close(): Promise<void> }[] = [];
  #feed: ChangeFeed | undefined;
  /** The newest revision that this node has made; 0 when that is not certain. */
  #ownRevision = 0;

  private constructor(database: SqlDatabase, { schemas, log, clock = SYSTEM_CLOCK }: SqlStoreOptions) {
    this.#database = database;
    this.#context = new SqlContext(database.dialect, schemas);
    this.#clock = clock;
    this.#log = log;
    this.latest = new TableReader(database.reading, this.#context, () => clock.now());
    this.dataPlanes = new DataPlaneTable(database.db, database.dialect, clock);
    this.#expiry = new ExpiryWatch({
      clock,
      next: () => this.#nextExpiry(),
      expire: async () => void await this.write(async () => undefined),
      failed: (error) => {
        if (!isDatabaseUnavailable(error)) log.error('cannot remove rows whose time to live is over', { error: messageOf(error) });
      },
    });
  }

  get feed(): ChangeFeed {
    return this.#feed!;
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#database.dialect.snapshot(this.#database.reading, (transaction) => work(this.#reader(transaction, this.#clock.now())));
  }

  get history(): History {
    throw new Error('databases keep no history yet');
  }

  async write<T>(work: (writer: Writer) => Promise<T>, options: WriteOptions = {}): Promise<Written<T>> {
    const transact = () => this.#database.db.transaction().execute(async (transaction) => {
      const [begun] = await run<{ readonly value: number; readonly next_expiry: number | null }>(
        transaction, this.#context.statements.begin, {});
      const nowMs = this.#clock.now();
      const outcome = await runTransaction({
        reader: this.#reader(transaction, nowMs), tables: new SqlTables(transaction, this.#context, nowMs), schemas: this.#context.schemas,
        revision: begun!.value, nowMs, nextExpiry: begun!.next_expiry ?? undefined, options,
      }, work);
      // Its notification may come before the answer to the end of the transaction.
      if (outcome.revision > begun!.value) this.#ownRevision = outcome.revision;
      return outcome;
    });
    const { value, revision, nextExpiry } = await this.#withoutConflict(transact).catch((error: unknown) => {
      this.#ownRevision = 0;
      throw error;
    });
    if (nextExpiry !== undefined) this.#expiry.expires(nextExpiry);
    this.feed.advance(revision);
    return { value, revision };
  }

  async changesAfter(revision: number, limit: number): Promise<readonly Change[]> {
    const rows = await run<ChangeRow>(this.#database.reading, this.#context.statements.changes, { revision, limit });
    return rows.map(({ body, ...row }) => ({ ...row, before: null, after: body === null ? null : JSON.parse(body) as Entity }));
  }

  onChange(listener: (revision: number) => void): () => void {
    return this.feed.listen(listener);
  }

  async isReachable(): Promise<boolean> {
    try {
      await this.latest.revision();
      return true;
    } catch {
      return false;
    }
  }

  /** Something that uses the database beside this store: it is closed before the database is. */
  closeFirst(part: { close(): Promise<void> }): void {
    this.#parts.push(part);
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.splice(0).map((part) => part.close()));
    this.feed.close();
    await this.#expiry.close();
    await Promise.all([this.#database.db.destroy(), this.#database.reading.destroy()]);
  }

  async #watch(pollMs: number): Promise<void> {
    const feed = this.#feed = new ChangeFeed(await this.latest.revision(), this.#log, this.#clock);
    // A write of this node tells the watch itself when its rows expire.
    feed.listen((revision) => {
      if (revision > this.#ownRevision) this.#expiry.lookSoon();
    });
    this.#expiry.look();
    if (pollMs > 0) feed.poll(pollMs, () => this.latest.revision());
  }

  /** Runs a transaction again that was undone because of another one. */
  async #withoutConflict<T>(transact: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await transact();
      } catch (error) {
        if (tries === TRIES || !this.#database.dialect.isConflict?.(error)) throw error;
      }
    }
  }

  #reader(transaction: Transaction<Tables>, nowMs: number): Reader {
    return new TableReader(transaction, this.#context, () => nowMs);
  }

  async #nextExpiry(): Promise<number | undefined> {
    const [row] = await run<{ readonly next_expiry: number | null }>(this.#database.reading, this.#context.statements.nextExpiry, {});
    return row!.next_expiry ?? undefined;
  }
}

type ChangeRow = Omit<Change, 'before' | 'after'> & { readonly body: string | null };
