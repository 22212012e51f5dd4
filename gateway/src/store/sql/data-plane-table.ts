/** Rows of data planes. They change with every ping, so they are not part of the change log. */
import type { Kysely } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import { pageOf, toSeconds } from '../page.ts';
import type { DataPlaneRow, DataPlaneRows, Page } from '../store.ts';
import { run, statement } from './statement.ts';
import type { Statement } from './statement.ts';
import type { Dialect, Tables } from './tables.ts';

export class DataPlaneTable implements DataPlaneRows {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;
  readonly #put: Statement;

  constructor(db: Kysely<Tables>, dialect: Dialect, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#put = statement(dialect, `insert into data_planes (id, body, expires_at) values (:id, :body, cast(:expiresAt as bigint))
      on conflict (id) do update set body = excluded.body, expires_at = excluded.expires_at`);
  }

  async put(row: DataPlaneRow, ttlSeconds: number): Promise<void> {
    const now = toSeconds(this.#clock.now());
    await run(this.#db, this.#put, { id: row.id, body: JSON.stringify(row), expiresAt: now + ttlSeconds });
    await this.#db.deleteFrom('data_planes').where('expires_at', '<=', now).execute();
  }

  async list({ size, after }: { readonly size: number; readonly after?: string }): Promise<Page<DataPlaneRow>> {
    const now = toSeconds(this.#clock.now());
    let query = this.#db.selectFrom('data_planes').selectAll().where('expires_at', '>', now).orderBy('id').limit(size + 1);
    if (after !== undefined) query = query.where('id', '>', after);
    const toRow = ({ body, expires_at: end }: { readonly body: string; readonly expires_at: number }) => (
      { ...JSON.parse(body) as DataPlaneRow, ttl: end - now });
    return pageOf(await query.execute(), size, toRow, (row) => row.id);
  }
}
