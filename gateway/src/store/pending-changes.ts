/** What a transaction has not written yet: rows that are inserted, replaced or removed, with what they claim and what the log says. */
import { EMPTY_INDEX, indexChanges } from './entity-index.ts';
import type { RowIndex, UniqueValue } from './entity-index.ts';
import type { Claim, RowChanges, RowKey, WrittenRow } from './row-tables.ts';
import type { Change, Entity } from './store.ts';

export type ClaimOfOperation = Claim & { readonly operation: number | undefined };

interface NewRow extends RowKey {
  readonly row: Entity;
  readonly expiresAt: number | null;
  readonly index: RowIndex;
}

interface Pending extends NewRow {
  /** The index that the tables have; nothing for a row that they do not have. */
  readonly stored: RowIndex | undefined;
}

export class PendingChanges {
  #rows = new Map<string, Pending>();
  #removed = new Map<string, RowKey>();
  /** Unique values that pending changes give up, with the keys of their rows. */
  #released = new Map<string, string>();
  #claims: ClaimOfOperation[] = [];
  #logged: Change[] = [];

  get isEmpty(): boolean {
    return this.#logged.length + this.#removed.size === 0;
  }

  get size(): number {
    return this.#logged.length;
  }

  get claims(): readonly ClaimOfOperation[] {
    return this.#claims;
  }

  isRemoved(entity: string, key: string): boolean {
    return this.#removed.has(`${entity}/${key}`);
  }

  /** Whether a value is free only when the changes are written that another row is in. */
  isReleased(entity: string, value: UniqueValue, key: string): boolean {
    return (this.#released.get(placeOf(entity, value)) ?? key) !== key;
  }

  claim(claim: Claim, operation: number | undefined): void {
    this.#claims.push({ ...claim, operation });
  }

  insert(row: NewRow): void {
    this.#rows.set(`${row.entity}/${row.key}`, { ...row, stored: undefined });
  }

  /** @param before the index before */
  replace(row: NewRow, before: RowIndex): void {
    const id = `${row.entity}/${row.key}`;
    const pending = this.#rows.get(id);
    this.#rows.set(id, { ...row, stored: pending ? pending.stored : before });
  }

  remove(row: RowKey, unique: readonly UniqueValue[]): void {
    this.#removed.set(`${row.entity}/${row.key}`, row);
    for (const value of unique) this.release(row.entity, value, row.key);
  }

  release(entity: string, value: UniqueValue, key: string): void {
    this.#released.set(placeOf(entity, value), key);
  }

  log(change: Change): void {
    this.#logged.push(change);
  }

  /** Everything, to be written under a revision; nothing is pending afterwards. */
  take(revision: number): RowChanges & { readonly claims: readonly ClaimOfOperation[] } {
    const rows = [...this.#rows.values()];
    const taken = {
      revision, claims: this.#claims, logged: this.#logged, removed: [...this.#removed.values()],
      inserted: rows.filter(({ stored }) => stored === undefined).map((row) => written(row, EMPTY_INDEX)),
      replaced: rows.flatMap((row) => (row.stored === undefined ? [] : [written(row, row.stored)])),
    };
    this.#rows = new Map();
    this.#removed = new Map();
    this.#released = new Map();
    this.#claims = [];
    this.#logged = [];
    return taken;
  }
}

function written({ entity, key, row, expiresAt, index }: Pending, stored: RowIndex): WrittenRow {
  return { entity, key, row, expiresAt, ...indexChanges(stored, index) };
}

function placeOf(entity: string, { field, text }: UniqueValue): string {
  return `${entity}\n${field}\n${text}`;
}
