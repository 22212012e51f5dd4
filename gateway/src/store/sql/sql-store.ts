/** The store over kysely. What differs between databases is in the dialect. */
import type { Kysely } from 'kysely';

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { ChangeFeed } from '../change-feed.ts';
import { isDatabaseUnavailable } from '../database-unavailable.ts';
import { ExpiryWatch } from '../expiry-watch.ts';
import { DEFAULT_RETENTION } from '../history/retention.ts';
import type { Retention } from '../history/retention.ts';
import { sealWith } from '../history/seal.ts';
import type { Change, DataPlaneRows, Newest, Reader, Store, WriteOptions, Writer, Written } from '../store.ts';
import { DataPlaneTable } from './data-plane-table.ts';
import { KeptAnswerTable } from './kept-answer-table.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { Pruning } from './pruning.ts';
import { TableReader } from './reader.ts';
import { RevisionLog } from './revision-log.ts';
import { SqlContext } from './sql-context.ts';
import { SqlHistory } from './sql-history.ts';
import type { ChangeRow } from './sql-history.ts';
import { SqlTables } from './sql-tables.ts';
import { SqlTransaction } from './sql-transaction.ts';
import { run } from './statement.ts';
import type { Connection, Dialect, Tables } from './tables.ts';
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
  /** Encrypt secrets in the history, 32 bytes each; the first encrypts. @default - secrets are left out */
  readonly historyKeys?: readonly Buffer[];
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
  readonly history: SqlHistory;
  readonly #database: SqlDatabase;
  readonly #context: SqlContext;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #expiry: ExpiryWatch;
  readonly #pruning: Pruning;
  readonly #parts: { close(): Promise<void> }[] = [];
  #feed: ChangeFeed | undefined;
  /** The newest revision that this node has seen. */
  #newest: Newest = { revision: 0, hash: null };
  /** The newest revision that this node has made; 0 when that is not certain. */
  #ownRevision = 0;

  private constructor(database: SqlDatabase, options: SqlStoreOptions) {
    const { schemas, log, clock = SYSTEM_CLOCK, retention = DEFAULT_RETENTION, historyKeys = [] } = options;
    this.#database = database;
    this.#context = new SqlContext(database.dialect, schemas, sealWith(historyKeys, schemas));
    this.#clock = clock;
    this.#log = log;
    this.history = new SqlHistory(database.reading, this.#context);
    this.#pruning = new Pruning({
      db: database.db, context: this.#context, retention, clock,
      failed: (error) => {
        if (!isDatabaseUnavailable(error)) log.error('cannot remove old revisions from the history', { error: messageOf(error) });
      },
    });
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

  async write<T>(work: (writer: Writer) => Promise<T>, options: WriteOptions = {}): Promise<Written<T>> {
    const { begin } = this.#context.statements;
    const { db, dialect } = this.#database;
    const transact = () => SqlTransaction.run<Begun, Outcome<T>>(db, dialect, begin, async (transaction, [begun]) => {
      const nowMs = this.#clock.now();
      const log = new RevisionLog({
        seal: this.#context.seal, previous: begun!.hash, nowMs, ends: (made) => { this.#ownRevision = made; },
      });
      const outcome = await runTransaction({
        reader: this.#reader(transaction.connection, nowMs), schemas: this.#context.schemas, nowMs, options,
        tables: new SqlTables({ transaction, context: this.#context, log, nowMs }),
        revision: begun!.value, nextExpiry: begun!.next_expiry ?? undefined, kept: new KeptAnswerTable(transaction.connection, nowMs),
      }, work);
      return { ...outcome, hash: log.hash };
    });
    const { value, revision, hash, nextExpiry } = await this.#withoutConflict(transact).catch((error: unknown) => {
      this.#ownRevision = 0;
      throw error;
    });
    if (nextExpiry !== undefined) this.#expiry.expires(nextExpiry);
    this.#see({ revision, hash });
    this.#pruning.wrote(revision);
    return { value, revision };
  }

  async changesAfter(revision: number, limit: number): Promise<readonly Change[]> {
    const rows = await run<ChangeRow>(this.#database.reading, this.#context.statements.changes, { revision, limit });
    return rows.map((row) => this.history.change(row));
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
    await Promise.all([this.#expiry.close(), this.#pruning.close()]);
    await Promise.all([this.#database.db.destroy(), this.#database.reading.destroy()]);
  }

  async #watch(pollMs: number): Promise<void> {
    this.#newest = await this.latest.newest();
    const feed = this.#feed = new ChangeFeed(this.#newest.revision, this.#log, this.#clock);
    // A write of this node tells the watch itself when its rows expire.
    feed.listen((revision) => {
      if (revision > this.#ownRevision) this.#expiry.lookSoon();
    });
    this.#expiry.look();
    if (pollMs > 0) feed.poll(pollMs, () => this.#look());
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

  /** @returns the newest revision */
  async #look(): Promise<number> {
    const known = this.#newest;
    const [row] = await run<SeenRow>(this.#database.reading, this.#context.statements.seen, { revision: known.revision });
    const { value, hash, seen_hash: hashNow } = row!;
    // A revision that is pruned, or was written before there were hashes, proves nothing.
    const isOther = known.hash !== null && hashNow !== null && hashNow !== known.hash;
    if (known === this.#newest && (value < known.revision || isOther)) this.#restored({ revision: value, hash });
    else this.#see({ revision: value, hash });
    return value;
  }

  #see(newest: Newest): void {
    if (newest.revision > this.#newest.revision) this.#newest = newest;
    this.feed.advance(newest.revision);
  }

  #restored(newest: Newest): void {
    const { revision } = newest;
    this.#log.error('the database was restored to an older state, or another one took its place: this node follows what it has now', {
      revision, seen: this.#newest.revision,
    });
    this.#newest = newest;
    this.feed.restart(revision);
  }

  #reader(transaction: Connection, nowMs: number): Reader {
    return new TableReader(transaction, this.#context, () => nowMs);
  }

  async #nextExpiry(): Promise<number | undefined> {
    const [row] = await run<{ readonly next_expiry: number | null }>(this.#database.reading, this.#context.statements.nextExpiry, {});
    return row!.next_expiry ?? undefined;
  }
}

interface SeenRow {
  readonly value: number;
  readonly hash: string | null;
  /** Of the revision that was asked for. */
  readonly seen_hash: string | null;
}

interface Begun {
  readonly value: number;
  readonly hash: string | null;
  readonly next_expiry: number | null;
}

interface Outcome<T> {
  readonly value: T;
  readonly revision: number;
  readonly hash: string | null;
  readonly nextExpiry: number | undefined;
}
