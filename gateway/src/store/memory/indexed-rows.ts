/** The rows of all entity types in memory, with the indexes that find them. What it does can be undone, until it is kept. */
import type { Reference, RowIndex, UniqueValue } from '../entity-index.ts';
import type { RowKey, WrittenRow } from '../row-tables.ts';
import type { Entity } from '../store.ts';
import { SortedKeys } from './sorted-keys.ts';

export interface StoredRow {
  readonly row: Entity;
  readonly expiresAt: number | null;
  readonly index: RowIndex;
}

interface EntityTable {
  readonly rows: Map<string, StoredRow>;
  readonly keys: SortedKeys;
}

const NO_KEYS = new SortedKeys();
const NO_TABLE: EntityTable = { rows: new Map(), keys: NO_KEYS };

export class IndexedRows {
  readonly #tables = new Map<string, EntityTable>();
  /** Keys by entity type, field and text. */
  readonly #unique = new Map<string, string>();
  /** Keys of the rows that refer to a row, by their type, their field and its key. */
  readonly #referring = new Map<string, SortedKeys>();
  /** Keys of the rows that have a tag, by tag and entity type. */
  readonly #tagged = new Map<string, Map<string, SortedKeys>>();
  readonly #expiring = new Map<string, RowKey & { readonly expiresAt: number }>();
  #undo: (() => void)[] = [];

  find(entity: string, key: string): StoredRow | undefined {
    return this.#tables.get(entity)?.rows.get(key);
  }

  keysOf(entity: string): SortedKeys {
    return (this.#tables.get(entity) ?? NO_TABLE).keys;
  }

  ownerOf(entity: string, { field, text }: Pick<UniqueValue, 'field' | 'text'>): string | undefined {
    return this.#unique.get(path(entity, field, text));
  }

  /** Keys of the rows of a type whose reference points to a row. */
  referring(entity: string, field: string, targetKey: string): SortedKeys {
    return this.#referring.get(path(entity, field, targetKey)) ?? NO_KEYS;
  }

  tagged(entity: string, tag: string): SortedKeys {
    return this.#tagged.get(tag)?.get(entity) ?? NO_KEYS;
  }

  /** Every tag of every entity, by tag, entity type and key. */
  * tags(only?: string): Generator<RowKey & { readonly tag: string }> {
    for (const tag of only === undefined ? [...this.#tagged.keys()].sort() : [only]) {
      const byEntity = this.#tagged.get(tag) ?? new Map<string, SortedKeys>();
      for (const entity of [...byEntity.keys()].sort()) for (const key of byEntity.get(entity)!.after()) yield { tag, entity, key };
    }
  }

  /** When the next row expires, in seconds since 1970; `undefined`: none does. */
  nextExpiry(): number | undefined {
    let next: number | undefined;
    for (const { expiresAt } of this.#expiring.values()) if (next === undefined || expiresAt < next) next = expiresAt;
    return next;
  }

  /** Rows that expire some time, in ascending order of type and key. */
  expiring(): readonly (RowKey & { readonly expiresAt: number })[] {
    return [...this.#expiring.values()].sort((one, other) => (path(one.entity, one.key) < path(other.entity, other.key) ? -1 : 1));
  }

  /** Inserts or replaces a row. */
  put(written: WrittenRow, index: RowIndex): void {
    const before = this.find(written.entity, written.key);
    if (before) this.#take(written, before);
    this.#add(written, { row: written.row, expiresAt: written.expiresAt, index });
    this.#undo.push(() => {
      this.#take(written, this.find(written.entity, written.key)!);
      if (before) this.#add(written, before);
    });
  }

  remove(key: RowKey): void {
    const before = this.find(key.entity, key.key);
    if (!before) return;
    this.#take(key, before);
    this.#undo.push(() => this.#add(key, before));
  }

  /** What was done since the last call cannot be undone any more. */
  keep(): void {
    this.#undo = [];
  }

  /** Undoes what was done since it was last kept. */
  undo(): void {
    for (const step of this.#undo.reverse()) step();
    this.#undo = [];
  }

  #add({ entity, key }: RowKey, stored: StoredRow): void {
    let table = this.#tables.get(entity);
    if (!table) this.#tables.set(entity, table = { rows: new Map(), keys: new SortedKeys() });
    table.rows.set(key, stored);
    table.keys.add(key);
    for (const { field, text } of stored.index.unique) this.#unique.set(path(entity, field, text), key);
    for (const reference of stored.index.references) keysAt(this.#referring, referringPath(entity, reference)).add(key);
    for (const tag of stored.index.tags) {
      let byEntity = this.#tagged.get(tag);
      if (!byEntity) this.#tagged.set(tag, byEntity = new Map());
      keysAt(byEntity, entity).add(key);
    }
    if (stored.expiresAt !== null) this.#expiring.set(path(entity, key), { entity, key, expiresAt: stored.expiresAt });
  }

  #take({ entity, key }: RowKey, { index }: StoredRow): void {
    const table = this.#tables.get(entity)!;
    table.rows.delete(key);
    table.keys.delete(key);
    for (const { field, text } of index.unique) this.#unique.delete(path(entity, field, text));
    for (const reference of index.references) dropKey(this.#referring, referringPath(entity, reference), key);
    for (const tag of index.tags) {
      const byEntity = this.#tagged.get(tag)!;
      dropKey(byEntity, entity, key);
      if (byEntity.size === 0) this.#tagged.delete(tag);
    }
    this.#expiring.delete(path(entity, key));
  }
}

function referringPath(entity: string, { field, targetKey }: Reference): string {
  return path(entity, field, targetKey);
}

/** No name of an entity type or a field has a line break; the last part may be anything. */
function path(...parts: readonly string[]): string {
  return parts.join('\n');
}

function keysAt(sets: Map<string, SortedKeys>, at: string): SortedKeys {
  let keys = sets.get(at);
  if (!keys) sets.set(at, keys = new SortedKeys());
  return keys;
}

function dropKey(keys: Map<string, SortedKeys>, at: string, key: string): void {
  const set = keys.get(at);
  set?.delete(key);
  if (set?.size === 0) keys.delete(at);
}
