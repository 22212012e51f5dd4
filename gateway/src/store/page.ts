/** What stores have in common: pages of lists, and the second at which a row is over. */
import type { Page } from './store.ts';

/**
 * Cuts a result that was asked for one row more than the page has.
 *
 * @param nextOf where the next page begins, given the last row of this one
 */
export function pageOf<Row, Item>(
  rows: readonly Row[], size: number, toItem: (row: Row) => Item, nextOf: (row: Row) => string,
): Page<Item> {
  const items = rows.slice(0, size).map(toItem);
  return rows.length > size ? { items, next: nextOf(rows[size - 1]!) } : { items };
}

/** Whole seconds, as `expires_at` of a row counts them: a row is over when its second begins. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
