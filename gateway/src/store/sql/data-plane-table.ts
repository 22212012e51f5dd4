/** Rows of data planes. They change with every ping, so they are not part of the change log. */
import type { Kysely } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import { pageOf, toSeconds } from '../page.ts';
import type { DataPlaneRow, DataPlaneRows, Page } from '../store.ts';
import type { Tables } from './tables.ts';

export class DataPlaneTable implements DataPlaneRows {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async put(row: DataPlaneRow, ttlSeconds: number): Promise<void> {
    const now = toSeconds(this.#clock.now());
    const values = { body: JSON.stringify(row), expires_at: now + ttlSeconds };
    await this.#db.insertInto('data_planes').values({ id: row.id, ...values })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values)).execute();
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
