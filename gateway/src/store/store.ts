/** What a control plane keeps in its database: entities, the log of their changes, and the rows of data planes. */
import type { EntityValue } from '../model/schema/field.ts';
import type { Once } from './once.ts';

/**
 * An entity as stored: every field, references as `{ id }`. Types with a time to live also have `ttl`: when it ends, in seconds since 1970,
 * or null.
 */
export type Entity = EntityValue;

/** Entities that have all, or any, of some tags. */
export interface TagFilter {
  readonly tags: readonly string[];
  readonly match: 'all' | 'any';
}

export interface ListOptions {
  /** Largest number of rows, 1 or more. */
  readonly size: number;
  /** Where the page begins: `next` of the page before. It is the last key of that page, unless `newestFirst` is set. */
  readonly after?: string;
  /**
   * Orders the rows by `created_at`, then by keys, both descending. `after` and `next` are then the number of rows before the page,
   * as text. Meant for lists below one parent: it costs as much as the whole list.
   *
   * @default false
   */
  readonly newestFirst?: boolean;
  readonly tags?: TagFilter;
  /** Only entities whose reference `field` points to `key`. */
  readonly referring?: { readonly field: string; readonly key: string };
}

export interface Page<Item = Entity> {
  readonly items: readonly Item[];
  /** `after` of the next page, when there are more rows: the last key of this page, unless the list says otherwise. */
  readonly next?: string;
}

/** One entity's tag. */
export interface TagRow {
  readonly tag: string;
  readonly entity_name: string;
  readonly entity_id: string;
}

/** A consistent view: everything that is read through one reader belongs to one revision. Lists are in ascending order of keys. */
export interface Reader {
  get(entity: string, key: string): Promise<Entity | undefined>;
  /** Finds an entity by a unique field. References are given as `{ id }`. */
  getByUnique(entity: string, field: string, value: unknown): Promise<Entity | undefined>;
  /**
   * Finds an entity by fields whose combination is unique, such as the target and the upstream that it belongs to.
   *
   * @param values a value or null for each field of one combination; references are given as `{ id }`
   * @throws Error the schema has no such combination
   */
  getByCombination(entity: string, values: EntityValue): Promise<Entity | undefined>;
  list(entity: string, options: ListOptions): Promise<Page>;
  /**
   * Every row of the revision, expired ones too until a revision removes them: for one revision, this gives the same rows at any time.
   * The other methods leave expired rows out.
   */
  all(entity: string): Promise<readonly Entity[]>;
  /** Tags of all entities, or the entities that have one tag; `after` is opaque. */
  tags(options: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>>;
  /** The number of the last change. */
  revision(): Promise<number>;
  /** The newest revision. */
  newest(): Promise<Newest>;
  /**
   * The rows that were changed since a revision was the newest, as they are now, in ascending order of types and keys.
   *
   * @returns nothing when the log does not reach back to the revision or has another one of its number, or when more than `limit` rows
   * were changed
   */
  changedSince(since: Newest, limit: number): Promise<readonly ChangedRow[] | undefined>;
}

/** A revision, as one that was read can be found again: a database that is restored to an older state numbers its revisions again. */
export interface Newest {
  readonly revision: number;
  /** Null: it was written before there were hashes. */
  readonly hash: string | null;
}

export interface ChangedRow {
  readonly entity: string;
  readonly key: string;
  /** Null: it was removed. */
  readonly row: Entity | null;
}

/** What a writer will ask for: a row by its key, or by a unique field. */
export type WantedRow =
  | { readonly entity: string; readonly key: string }
  | { readonly entity: string; readonly field: string; readonly value: unknown };

/**
 * Changes inside one transaction: all of them are made, or none. Rows that are inserted, replaced and deleted may be collected, and
 * checked and written together later: at the latest when the transaction ends. So an `EntityError` may come from a later call than the
 * one that it is about; `failedOperation` tells which.
 */
export interface Writer extends Reader {
  /** Number of the operation that the next changes belong to, for `failedOperation`. */
  operation: number | undefined;
  /** Reads many rows at once: single reads of these rows cost nothing afterwards. */
  preload(wanted: readonly WantedRow[]): Promise<void>;
  /** Checks and writes what is collected. @throws EntityError as `insert` and `replace` */
  flush(): Promise<void>;
  /** @throws EntityError the key or a unique value is taken, or a reference leads nowhere */
  insert(entity: string, row: Entity): Promise<void>;
  /** Replaces an existing row. @throws EntityError a unique value is taken, or a reference leads nowhere */
  replace(entity: string, row: Entity): Promise<void>;
  /**
   * Deletes a row with all that belongs to it (references with `on_delete: cascade`), in a number of statements that does not depend on
   * how much that is.
   *
   * @returns whether it existed
   * @throws EntityError another entity refers to it and does not belong to it
   */
  delete(entity: string, key: string): Promise<boolean>;
}

export interface Written<T> {
  readonly value: T;
  /** The revision that contains the changes; the newest one when nothing was changed. */
  readonly revision: number;
}

/** Who writes, why, and on what condition. */
export interface WriteOptions {
  /** Who claims to write. */
  readonly author?: string | undefined;
  /** Finds the request in the access log. */
  readonly requestId?: string | undefined;
  readonly comment?: string | undefined;
  /** The revision that the changes were made for: when another is the newest one, the write fails. */
  readonly expected?: number | undefined;
  /** Makes the write once. @default - each time */
  readonly once?: Once | undefined;
}

/** One line of the log of changes. */
export interface Change {
  readonly revision: number;
  /** Counts the changes of a revision, from 1 on. */
  readonly position: number;
  readonly entity: string;
  readonly key: string;
  /** `expire`: its time to live was over, or that of what it belongs to. */
  readonly operation: 'insert' | 'replace' | 'delete' | 'expire';
  /** The entity before; null when there was none. */
  readonly before: Entity | null;
  /** The entity afterwards; null when it was removed. */
  readonly after: Entity | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the log says of a revision as a whole. */
export interface RevisionRecord {
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null: it was not said, or rows expired. */
  readonly author: string | null;
  readonly requestId: string | null;
  readonly comment: string | null;
  /** How many changes it consists of. */
  readonly changes: number;
  /** SHA-256 of the hash of the revision before and of this one, hexadecimal. Null: it was written before there were hashes. */
  readonly hash: string | null;
}

/** How an entity differs between two revisions. */
export interface Difference {
  readonly entity: string;
  readonly key: string;
  /** Null: it did not exist. */
  readonly before: Entity | null;
  /** Null: it does not exist any more. */
  readonly after: Entity | null;
}

/** What `verify` found. */
export type Verification =
  | { readonly isIntact: true; readonly revisions: number }
  /** `revision`: the first that does not continue the one before it, or does not have the changes that it had when it was written. */
  | { readonly isIntact: false; readonly revision: number; readonly problem: string };

/**
 * The log of changes, as far as it is kept. Old revisions are removed, the oldest first; what is kept can be looked at, and every state
 * from the one before its first revision on can be restored. Secrets may be missing from it: see `isWithheld`.
 */
export interface History {
  /** Newest first. `after` and `next` are numbers of revisions, as text. */
  revisions(options: { readonly size: number; readonly after?: string }): Promise<Page<RevisionRecord>>;
  /** @returns nothing when there is no such revision, or no longer */
  revision(revision: number): Promise<RevisionRecord | undefined>;
  /** The changes of a revision, in the order in which they were made. `after` and `next` are positions, as text. */
  changes(revision: number, options: { readonly size: number; readonly after?: string }): Promise<Page<Change>>;
  /**
   * All rows as they were after a revision, by entity type, in ascending order of keys. Types without rows are left out.
   *
   * @throws GatewayError `revision-pruned`, `revision-unknown`
   */
  stateAt(revision: number): Promise<ReadonlyMap<string, readonly Entity[]>>;
  /**
   * What made the state of one revision that of another, in ascending order of types and keys. `from` may be the newer one.
   *
   * @throws GatewayError `revision-pruned`, `revision-unknown`
   */
  diff(from: number, to: number): Promise<readonly Difference[]>;
  /** The first revision whose state can be restored. */
  oldest(): Promise<number>;
  /** Checks the hashes of what is kept. */
  verify(): Promise<Verification>;
}

/** The row of a data plane; it is removed some time after the last ping. */
export interface DataPlaneRow extends EntityValue {
  readonly id: string;
}

export interface DataPlaneRows {
  /** Inserts or replaces a row. It is removed after `ttlSeconds`, unless it is put again. */
  put(row: DataPlaneRow, ttlSeconds: number): Promise<void>;
  /** Rows with `ttl`, the number of seconds left. */
  list(options: { readonly size: number; readonly after?: string }): Promise<Page<DataPlaneRow>>;
}

export interface Store {
  readonly dataPlanes: DataPlaneRows;
  readonly history: History;
  /** Reads without a transaction: each call belongs to one revision, two calls may belong to two. Cheaper than `read` for one call. */
  readonly latest: Reader;
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Runs the work in one transaction. Writes run one after the other, so the order of revisions is the order of changes.
   * Rows whose time to live is over are removed first, under a revision of their own. On MySQL, the work may run up to three times: a
   * transaction that the database undoes because of another one is made again.
   *
   * @throws GatewayError `database-unavailable`, as the other methods do; `revision-conflict`: another revision than the expected one is
   * the newest
   */
  write<T>(work: (writer: Writer) => Promise<T>, options?: WriteOptions): Promise<Written<T>>;
  /** Changes after a revision, oldest first. */
  changesAfter(revision: number, limit: number): Promise<readonly Change[]>;
  /**
   * Calls the listener with the newest revision after changes, by this node or another. Several changes may make one call.
   *
   * @returns the function that removes the listener
   */
  onChange(listener: (revision: number) => void): () => void;
  /** Whether the database answers now. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}
