/** The store over kysely. What differs between databases is in the dialect. */
import type { Kysely } from 'kysely';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { ChangeFeed } from './change-feed.ts';
import { DataPlaneTable } from './data-plane-table.ts';
import { isDatabaseUnavailable } from './database-unavailable.ts';
import { removeExpiredRows } from './expired-rows.ts';
import { ExpiryWatch } from './expiry-watch.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { TableReader } from './reader.ts';
import type { Change, DataPlaneRows, Entity, Reader, Store, Writer, Written } from './store.ts';
import type { Dialect, Tables } from './tables.ts';
import { TableWriter } from './writer.ts';

export interface SqlStoreOptions {
  readonly schemas: Schemas;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** Milliseconds between looks for changes by other nodes; 0: never. */
  readonly pollMs: number;
}

export class SqlStore implements Store {
  /** Brings the tables up to date and begins to watch for changes and for rows that expire. */
  static async open(db: Kysely<Tables>, dialect: Dialect, options: SqlStoreOptions): Promise<SqlStore> {
    const { schemas, log, pollMs, clock = SYSTEM_CLOCK } = options;
    const applied = await migrate(db, dialect, MIGRATIONS);
    if (applied.length > 0) log.info('database migrated', { migrations: applied });
    const reader = new TableReader(db, clock.now());
    const feed = new ChangeFeed(await reader.revision(), log, clock);
    const store = new SqlStore(db, dialect, schemas, clock, feed, log);
    if (pollMs > 0) feed.poll(pollMs, () => reader.revision());
    return store;
  }

  readonly dataPlanes: DataPlaneRows;
  readonly feed: ChangeFeed;
  readonly #db: Kysely<Tables>;
  readonly #dialect: Dialect;
  readonly #schemas: Schemas;
  readonly #clock: Clock;
  readonly #expiry: ExpiryWatch;
  readonly #parts: { close(): Promise<void> }[] = [];

  private constructor(db: Kysely<Tables>, dialect: Dialect, schemas: Schemas, clock: Clock, feed: ChangeFeed, log: Log) {
    this.#db = db;
    this.#dialect = dialect;
    this.#schemas = schemas;
    this.#clock = clock;
    this.feed = feed;
    this.dataPlanes = new DataPlaneTable(db, clock);
    this.#expiry = new ExpiryWatch({
      clock,
      next: () => this.#nextExpiry(),
      expire: async () => void await this.write(async () => undefined),
      failed: (error) => {
        if (!isDatabaseUnavailable(error)) log.error('cannot remove rows whose time to live is over', { error: messageOf(error) });
      },
    });
    feed.listen(() => this.#expiry.look());
    this.#expiry.look();
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#dialect.snapshot(this.#db, (transaction) => work(new TableReader(transaction, this.#clock.now())));
  }

  async write<T>(work: (writer: Writer) => Promise<T>): Promise<Written<T>> {
    const written = await this.#db.transaction().execute(async (transaction) => {
      // Taking the counter first makes writers wait for each other: what one checked stays true until it has written.
      await transaction.updateTable('revisions').set((eb) => ({ value: eb.ref('value') })).where('id', '=', 1).execute();
      const nowMs = this.#clock.now();
      const expired = await removeExpiredRows(transaction, this.#schemas, nowMs);
      const writer = new TableWriter(transaction, this.#schemas, nowMs);
      const value = await work(writer);
      const changed = writer.changed ?? expired;
      if (changed !== undefined) await this.#dialect.notify?.(transaction, changed);
      return { value, revision: changed ?? await writer.revision() };
    });
    this.feed.advance(written.revision);
    return written;
  }

  async changesAfter(revision: number, limit: number): Promise<readonly Change[]> {
    const rows = await this.#db.selectFrom('changes').selectAll().where('revision', '>', revision)
      .orderBy('revision').orderBy('position').limit(limit).execute();
    return rows.map(({ body, position: _, operation, ...row }) => ({
      ...row, operation: operation as Change['operation'], after: body === null ? null : JSON.parse(body) as Entity,
    }));
  }

  onChange(listener: (revision: number) => void): () => void {
    return this.feed.listen(listener);
  }

  async isReachable(): Promise<boolean> {
    try {
      await new TableReader(this.#db, this.#clock.now()).revision();
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
    await this.#db.destroy();
  }

  async #nextExpiry(): Promise<number | undefined> {
    const row = await this.#db.selectFrom('entities').select('expires_at').where('expires_at', 'is not', null)
      .orderBy('expires_at').limit(1).executeTakeFirst();
    return row?.expires_at ?? undefined;
  }
}
