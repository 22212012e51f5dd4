/** Rows of data planes. They change with every ping, so they stay out of the log of changes. */
import type { Kysely } from 'kysely';

import { pageOf } from './reader.ts';
import type { Clock } from './reader.ts';
import type { DataPlaneRow, DataPlaneRows, Page } from './store.ts';
import type { Tables } from './tables.ts';

export class DataPlaneTable implements DataPlaneRows {
  constructor(private readonly db: Kysely<Tables>, private readonly clock: Clock) {}

  async put(row: DataPlaneRow, ttlSeconds: number): Promise<void> {
    const values = { body: JSON.stringify(row), expires_at: this.nowSeconds() + ttlSeconds };
    await this.db.insertInto('data_planes').values({ id: row.id, ...values }).onConflict((conflict) => conflict.column('id').doUpdateSet(values)).execute();
    await this.db.deleteFrom('data_planes').where('expires_at', '<=', this.nowSeconds()).execute();
  }

  async list({ size, after }: { readonly size: number; readonly after?: string }): Promise<Page<DataPlaneRow>> {
    let query = this.db.selectFrom('data_planes').selectAll().where('expires_at', '>', this.nowSeconds()).orderBy('id').limit(size + 1);
    if (after !== undefined) query = query.where('id', '>', after);
    const toRow = (row: { readonly body: string; readonly expires_at: number }) => ({
      ...JSON.parse(row.body) as DataPlaneRow, ttl: row.expires_at - this.nowSeconds(),
    });
    return pageOf(await query.execute(), size, toRow, (row) => row.id);
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
