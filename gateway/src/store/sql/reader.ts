/** Reads entities of a database through one connection or transaction. */
import { createHash } from 'node:crypto';

import { foreignFieldsOf } from '../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import { combinationIn, uniqueValue } from '../entity-index.ts';
import type { UniqueValue } from '../entity-index.ts';
import { pageOf, toSeconds } from '../page.ts';
import type { ChangedRow, Entity, ListOptions, Newest, Page, Reader, TagRow } from '../store.ts';
import { listStatement, tagsStatement } from './list-statement.ts';
import type { SqlContext } from './sql-context.ts';
import { run } from './statement.ts';
import type { Parameters, Statement } from './statement.ts';
import type { Connection } from './tables.ts';

interface BodyRow {
  readonly key: string;
  readonly body: string;
}

interface NewestRow {
  readonly value: number;
  readonly hash: string | null;
}

interface TagTableRow {
  readonly tag: string;
  readonly digest: string;
  readonly entity: string;
  readonly key: string;
}

export class TableReader implements Reader {
  readonly #db: Connection;
  readonly #context: SqlContext;
  readonly #now: () => number;

  /** @param now the moment that decides which rows have expired, in milliseconds since 1970 */
  constructor(db: Connection, context: SqlContext, now: () => number) {
    this.#db = db;
    this.#context = context;
    this.#now = now;
  }

  async get(entity: string, key: string): Promise<Entity | undefined> {
    return this.#one(this.#context.statements.get, { entity, key });
  }

  async getByUnique(entity: string, field: string, value: unknown): Promise<Entity | undefined> {
    return value === null || value === undefined ? undefined : this.#owner(entity, uniqueValue(field, value));
  }

  async getByCombination(entity: string, values: EntityValue): Promise<Entity | undefined> {
    return this.#owner(entity, combinationIn(this.#context.schemaOf(entity), values));
  }

  async list(entity: string, options: ListOptions): Promise<Page> {
    const { size, after, referring, tags } = options;
    const wanted = tags ? [...new Set(tags.tags)].map(digestOf) : [];
    const isNewestFirst = options.newestFirst === true;
    const shape = {
      isBelow: referring !== undefined, isAfter: after !== undefined, isNewestFirst, match: tags?.match, tags: wanted.length,
    };
    const list = this.#context.list(shape, () => listStatement(this.#context.dialect, shape));
    const skipped = isNewestFirst ? Number(after ?? 0) : 0;
    const rows = await this.#run<BodyRow>(list, {
      entity, size: size + 1, after: after ?? '', skipped, tags: JSON.stringify(wanted.map((digest) => [digest])),
      ...Object.fromEntries(wanted.map((digest, n) => [`tag${n}`, digest])),
      ...referring && { field: referring.field, targetKey: referring.key, target: this.#targetOf(entity, referring.field) },
    });
    return pageOf(rows, size, bodyOf, ({ key }) => (isNewestFirst ? String(skipped + size) : key));
  }

  async all(entity: string): Promise<readonly Entity[]> {
    return (await this.#run<BodyRow>(this.#context.statements.all, { entity })).map(bodyOf);
  }

  async tags({ size, after, tag }: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>> {
    const shape = { isOne: tag !== undefined, isAfter: after !== undefined };
    const [afterDigest, afterEntity, afterKey] = JSON.parse(after ?? '["", "", ""]') as [string, string, string];
    const list = this.#context.list(shape, () => tagsStatement(this.#context.dialect, shape.isOne, shape.isAfter));
    const digest = tag === undefined ? '' : digestOf(tag);
    const rows = await this.#run<TagTableRow>(list, { size: size + 1, digest, afterDigest, afterEntity, afterKey });
    const toTag = (row: TagTableRow) => ({ tag: row.tag, entity_name: row.entity, entity_id: row.key });
    return pageOf(rows, size, toTag, (row) => JSON.stringify([row.digest, row.entity, row.key]));
  }

  async revision(): Promise<number> {
    return (await this.#run<{ readonly value: number }>(this.#context.statements.revision, {}))[0]!.value;
  }

  async newest(): Promise<Newest> {
    const [{ value, hash }] = await this.#run<NewestRow>(this.#context.statements.newest, {}) as [NewestRow];
    return { revision: value, hash };
  }

  async changedSince({ revision, hash }: Newest, limit: number): Promise<readonly ChangedRow[] | undefined> {
    const [seen] = await this.#run<NewestRow & { readonly seen_hash: string | null }>(this.#context.statements.seen, { revision });
    const { value, hash: newest, seen_hash: known } = seen!;
    if (value === revision) return newest === hash ? [] : undefined;
    // Without a hash, the revision may be another one with the same number.
    if (value < revision || known === null || known !== hash) return undefined;
    const { statements } = this.#context;
    const rows = await this.#run<BodyRow & { readonly entity: string }>(statements.changedSince, { revision, limit: limit + 1 });
    if (rows.length > limit) return undefined;
    return rows.map(({ entity, key, body }) => ({ entity, key, row: body === null ? null : JSON.parse(body) as Entity }));
  }

  #owner(entity: string, { field, text }: UniqueValue): Promise<Entity | undefined> {
    return this.#one(this.#context.statements.byUnique, { entity, field, digest: digestOf(text) });
  }

  async #one(find: Statement, values: Parameters): Promise<Entity | undefined> {
    const [row] = await this.#run<BodyRow>(find, values);
    return row && bodyOf(row);
  }

  #run<Row>(query: Statement, values: Parameters): Promise<readonly Row[]> {
    return run<Row>(this.#db, query, { now: toSeconds(this.#now()), ...values });
  }

  #targetOf(entity: string, field: string): string {
    return foreignFieldsOf(this.#context.schemaOf(entity)).find(({ name }) => name === field)?.reference ?? '';
  }
}

function bodyOf({ body }: BodyRow): Entity {
  return JSON.parse(body) as Entity;
}

/** Represents a text of any length in indexes. SHA-256, hexadecimal. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
