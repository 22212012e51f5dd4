/** Reads entities in memory. */
import type { Schemas } from '../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import { combinationIn, uniqueValue } from '../entity-index.ts';
import type { UniqueValue } from '../entity-index.ts';
import { pageOf, toSeconds } from '../page.ts';
import type { RowKey } from '../row-tables.ts';
import type { ChangedRow, Entity, ListOptions, Newest, Page, Reader, TagRow } from '../store.ts';
import type { IndexedRows } from './indexed-rows.ts';
import type { SortedKeys } from './sorted-keys.ts';

export interface MemoryState {
  readonly rows: IndexedRows;
  readonly revision: number;
}

interface MemoryReaderOptions {
  /** Asked for each call: a reader inside a transaction is always given the same. */
  readonly state: () => MemoryState;
  readonly schemas: Schemas;
  /** Decides which rows have expired, in milliseconds since 1970. */
  readonly now: () => number;
  /** Where the rows are that changed after a revision; nothing when that is not known. */
  readonly changed: (since: Newest, limit: number) => readonly RowKey[] | undefined;
  readonly newest: () => Newest;
}

export class MemoryReader implements Reader {
  readonly #options: MemoryReaderOptions;

  constructor(options: MemoryReaderOptions) {
    this.#options = options;
  }

  async get(entity: string, key: string): Promise<Entity | undefined> {
    return this.#live(entity, key);
  }

  async getByUnique(entity: string, field: string, value: unknown): Promise<Entity | undefined> {
    return value === null || value === undefined ? undefined : this.#owner(entity, uniqueValue(field, value));
  }

  async getByCombination(entity: string, values: EntityValue): Promise<Entity | undefined> {
    const schema = this.#options.schemas.get(entity);
    if (!schema) throw new Error(`no entity type is named '${entity}'`);
    return this.#owner(entity, combinationIn(schema, values));
  }

  async list(entity: string, options: ListOptions): Promise<Page> {
    if (options.newestFirst) return this.#newest(entity, options);
    const rows = firstOf(this.#select(entity, options, options.after), options.size + 1);
    return pageOf(rows, options.size, ({ row }) => row, ({ key }) => key);
  }

  async all(entity: string): Promise<readonly Entity[]> {
    const { rows } = this.#options.state();
    return Array.from(rows.keysOf(entity).after(), (key) => rows.find(entity, key)!.row);
  }

  async tags({ size, after, tag }: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>> {
    const begin = after === undefined ? undefined : JSON.parse(after) as readonly string[];
    const wanted = (row: RowKey & { readonly tag: string }) => begin === undefined || isAfter([row.tag, row.entity, row.key], begin);
    const rows = firstOf(this.#options.state().rows.tags(tag), size + 1, wanted);
    const toTag = (row: typeof rows[number]) => ({ tag: row.tag, entity_name: row.entity, entity_id: row.key });
    return pageOf(rows, size, toTag, (row) => JSON.stringify([row.tag, row.entity, row.key]));
  }

  async revision(): Promise<number> {
    return this.#options.state().revision;
  }

  async newest(): Promise<Newest> {
    return this.#options.newest();
  }

  async changedSince(since: Newest, limit: number): Promise<readonly ChangedRow[] | undefined> {
    const { state, changed } = this.#options;
    return changed(since, limit)?.map(({ entity, key }) => ({ entity, key, row: state().rows.find(entity, key)?.row ?? null }));
  }

  #owner(entity: string, value: UniqueValue): Entity | undefined {
    const key = this.#options.state().rows.ownerOf(entity, value);
    return key === undefined ? undefined : this.#live(entity, key);
  }

  #live(entity: string, key: string): Entity | undefined {
    const stored = this.#options.state().rows.find(entity, key);
    if (!stored) return undefined;
    return stored.expiresAt === null || stored.expiresAt > toSeconds(this.#options.now()) ? stored.row : undefined;
  }

  #newest(entity: string, options: ListOptions): Page {
    const skipped = Number(options.after ?? 0);
    const rows = [...this.#select(entity, options)].reverse()
      .sort((one, other) => Number(other.row.created_at) - Number(one.row.created_at)).slice(skipped);
    return pageOf(rows, options.size, ({ row }) => row, () => String(skipped + options.size));
  }

  * #select(entity: string, { referring, tags }: ListOptions, after?: string): Generator<{ readonly key: string; readonly row: Entity }> {
    const { rows } = this.#options.state();
    const wanted = tags && [...new Set(tags.tags)].map((tag) => rows.tagged(entity, tag));
    const keys = referring ? rows.referring(entity, referring.field, referring.key) : smallest(wanted, tags?.match) ?? rows.keysOf(entity);
    for (const key of keys.after(after)) {
      const has = (set: SortedKeys) => set.has(key);
      if (wanted && !(tags!.match === 'all' ? wanted.every(has) : wanted.some(has))) continue;
      const row = this.#live(entity, key);
      if (row) yield { key, row };
    }
  }
}

function firstOf<T>(items: Iterable<T>, size: number, wanted: (item: T) => boolean = () => true): readonly T[] {
  const first: T[] = [];
  for (const item of items) {
    if (wanted(item)) first.push(item);
    if (first.length === size) break;
  }
  return first;
}

/** The set that has all keys which several sets have in common. */
function smallest(sets: readonly SortedKeys[] | undefined, match: 'all' | 'any' | undefined): SortedKeys | undefined {
  if (!sets || match === 'any') return sets?.length === 1 ? sets[0] : undefined;
  return sets.reduce((one, other) => (one.size <= other.size ? one : other));
}

function isAfter(one: readonly string[], other: readonly string[]): boolean {
  const differing = one.findIndex((part, at) => part !== other[at]);
  return differing >= 0 && one[differing]! > other[differing]!;
}
