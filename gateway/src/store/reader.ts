/** Reads entities through one connection or transaction. */
import { createHash } from 'node:crypto';

import type { Entity, ListOptions, Page, Reader, TagRow } from './store.ts';
import type { Connection } from './tables.ts';

export class TableReader implements Reader {
  /** @param nowMs moment that decides which rows have expired, in milliseconds since 1970 */
  constructor(protected readonly db: Connection, protected readonly nowMs: number) {}

  async get(entity: string, key: string): Promise<Entity | undefined> {
    const row = await this.#live(entity).where('key', '=', key).executeTakeFirst();
    return row && bodyOf(row);
  }

  async getByUnique(entity: string, field: string, value: string): Promise<Entity | undefined> {
    const row = await this.#live(entity)
      .where('key', 'in', this.db.selectFrom('unique_values').select('unique_values.key')
        .where('unique_values.entity', '=', entity).where('field', '=', field).where('digest', '=', digestOf(value)))
      .executeTakeFirst();
    return row && bodyOf(row);
  }

  async list(entity: string, options: ListOptions): Promise<Page> {
    let query = this.#live(entity).orderBy('key').limit(options.size + 1);
    if (options.after !== undefined) query = query.where('key', '>', options.after);
    if (options.referring) {
      query = query.where('key', 'in', this.db.selectFrom('entity_references').select('entity_references.key')
        .where('entity_references.entity', '=', entity)
        .where('entity_references.field', '=', options.referring.field)
        .where('target_key', '=', options.referring.key));
    }
    const { tags } = options;
    if (tags) {
      const wanted = new Set(tags.tags);
      query = query.where('key', 'in', this.db.selectFrom('entity_tags').select('entity_tags.key')
        .where('entity_tags.entity', '=', entity)
        .where('digest', 'in', [...wanted].map(digestOf))
        .groupBy('entity_tags.key')
        .having((eb) => eb.fn.countAll(), '>=', tags.match === 'all' ? wanted.size : 1));
    }
    const rows = await query.execute();
    return pageOf(rows, options.size, bodyOf, (row) => row.key);
  }

  async all(entity: string): Promise<readonly Entity[]> {
    return (await this.#rows(entity).orderBy('key').execute()).map(bodyOf);
  }

  async tags({ size, after, tag }: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>> {
    let query = this.db.selectFrom('entity_tags').select(['tag', 'digest', 'entity', 'key'])
      .orderBy('digest').orderBy('entity').orderBy('key').limit(size + 1);
    if (tag !== undefined) query = query.where('digest', '=', digestOf(tag));
    if (after !== undefined) {
      const [digest, entity, key] = JSON.parse(after) as [string, string, string];
      query = query.where((eb) => eb(eb.refTuple('digest', 'entity', 'key'), '>', eb.tuple(digest, entity, key)));
    }
    const rows = await query.execute();
    const toTag = (row: typeof rows[number]) => ({ tag: row.tag, entity_name: row.entity, entity_id: row.key });
    return pageOf(rows, size, toTag, (row) => JSON.stringify([row.digest, row.entity, row.key]));
  }

  async revision(): Promise<number> {
    const row = await this.db.selectFrom('revisions').select('value').where('id', '=', 1).executeTakeFirstOrThrow();
    return row.value;
  }

  #rows(entity: string) {
    return this.db.selectFrom('entities').select(['key', 'body']).where('entity', '=', entity);
  }

  #live(entity: string) {
    return this.#rows(entity).where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', toSeconds(this.nowMs))]));
  }
}

/** Cuts a result that was asked for one row more than the page has. */
export function pageOf<Row, Item>(rows: readonly Row[], size: number, toItem: (row: Row) => Item, keyOf: (row: Row) => string): Page<Item> {
  const items = rows.slice(0, size).map(toItem);
  return rows.length > size ? { items, next: keyOf(rows[size - 1]!) } : { items };
}

/** Whole seconds, as `expires_at` of a row counts them: a row is over when its second begins. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function bodyOf({ body }: { readonly body: string }): Entity {
  return JSON.parse(body) as Entity;
}

/** Represents a text of any length in indexes. SHA-256, hexadecimal. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
