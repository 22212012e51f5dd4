/** The store over kysely. Everything that differs between databases is in the dialect. */
import type { Kysely } from 'kysely';

import type { Log } from '../base/log.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { ChangeFeed } from './change-feed.ts';
import { DataPlaneTable } from './data-plane-table.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { TableReader } from './reader.ts';
import type { Clock } from './reader.ts';
import type { Change, DataPlaneRows, Entity, Reader, Store, Writer, Written } from './store.ts';
import type { Dialect, Tables } from './tables.ts';
import { TableWriter } from './writer.ts';

export interface SqlStoreOptions {
  readonly schemas: Schemas;
  readonly log: Log;
  /** @default - the clock of the machine */
  readonly clock?: Clock;
  /** Milliseconds between looks for changes by other nodes; 0: never. */
  readonly pollMs: number;
}

export class SqlStore implements Store {
  /** Brings the tables up to date and begins to watch for changes. */
  static async open(db: Kysely<Tables>, dialect: Dialect, { schemas, log, pollMs, clock = { now: Date.now } }: SqlStoreOptions): Promise<SqlStore> {
    const applied = await migrate(db, dialect, MIGRATIONS);
    if (applied.length > 0) log.info('database migrated', { migrations: applied });
    const reader = new TableReader(db, clock);
    const feed = new ChangeFeed(await reader.revision(), log);
    if (pollMs > 0) feed.poll(pollMs, () => reader.revision());
    return new SqlStore(db, dialect, schemas, clock, feed);
  }

  readonly dataPlanes: DataPlaneRows;

  private constructor(
    private readonly db: Kysely<Tables>,
    private readonly dialect: Dialect,
    private readonly schemas: Schemas,
    private readonly clock: Clock,
    readonly feed: ChangeFeed,
  ) {
    this.dataPlanes = new DataPlaneTable(db, clock);
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.dialect.snapshot(this.db, (transaction) => work(new TableReader(transaction, this.clock)));
  }

  async write<T>(work: (writer: Writer) => Promise<T>): Promise<Written<T>> {
    const written = await this.db.transaction().execute(async (transaction) => {
      // Taking the counter first makes writers wait for each other: what one checked stays true until it has written.
      await transaction.updateTable('revisions').set((eb) => ({ value: eb.ref('value') })).where('id', '=', 1).execute();
      const writer = new TableWriter(transaction, this.schemas, this.clock);
      await writer.dropExpired();
      const value = await work(writer);
      if (writer.changed !== undefined) await this.dialect.notify?.(transaction, writer.changed);
      return { value, revision: writer.changed ?? await writer.revision() };
    });
    this.feed.advance(written.revision);
    return written;
  }

  async changesAfter(revision: number, limit: number): Promise<readonly Change[]> {
    const rows = await this.db.selectFrom('changes').selectAll().where('revision', '>', revision)
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
      await new TableReader(this.db, this.clock).revision();
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.feed.close();
    await this.db.destroy();
  }
}
