/** Rows of data planes in memory. */
import type { Clock } from '../../base/clock.ts';
import { pageOf, toSeconds } from '../page.ts';
import type { DataPlaneRow, DataPlaneRows, Page } from '../store.ts';

export class MemoryDataPlanes implements DataPlaneRows {
  readonly #clock: Clock;
  readonly #rows = new Map<string, { readonly row: DataPlaneRow; readonly expiresAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(row: DataPlaneRow, ttlSeconds: number): Promise<void> {
    const now = toSeconds(this.#clock.now());
    this.#rows.set(row.id, { row, expiresAt: now + ttlSeconds });
    for (const [id, { expiresAt }] of this.#rows) if (expiresAt <= now) this.#rows.delete(id);
  }

  async list({ size, after }: { readonly size: number; readonly after?: string }): Promise<Page<DataPlaneRow>> {
    const now = toSeconds(this.#clock.now());
    const rows = [...this.#rows.values()]
      .filter(({ row, expiresAt }) => expiresAt > now && (after === undefined || row.id > after))
      .sort((one, other) => (one.row.id < other.row.id ? -1 : 1));
    return pageOf(rows, size, ({ row, expiresAt }) => ({ ...row, ttl: expiresAt - now }), ({ row }) => row.id);
  }
}
