/** What the control plane keeps, whichever database keeps it: entities, the log of their changes, and the rows of data planes. */
import type { EntityValue } from '../model/schema/field.ts';

/** An entity as stored: every field, references as `{ id }`; of types with a time to live also `ttl`, the second it ends or null. */
export type Entity = EntityValue;

/** Entities that have all, or any, of some tags. */
export interface TagFilter {
  readonly tags: readonly string[];
  readonly match: 'all' | 'any';
}

export interface ListOptions {
  /** Rows at most, 1 or more. */
  readonly size: number;
  /** Only keys greater than this one: the last of the page before. */
  readonly after?: string;
  readonly tags?: TagFilter;
  /** Only entities whose reference `field` points to `key`. */
  readonly referring?: { readonly field: string; readonly key: string };
}

export interface Page<Item = Entity> {
  readonly items: readonly Item[];
  /** The last key of this page when there are more. */
  readonly next?: string;
}

/** One entity's tag. */
export interface TagRow {
  readonly tag: string;
  readonly entity_name: string;
  readonly entity_id: string;
}

/** A consistent view: everything read through one reader is of one moment. Lists are in ascending order of keys. */
export interface Reader {
  get(entity: string, key: string): Promise<Entity | undefined>;
  /** By a field that is unique. */
  getByUnique(entity: string, field: string, value: string): Promise<Entity | undefined>;
  list(entity: string, options: ListOptions): Promise<Page>;
  /**
   * Every row of the revision, expired ones too until a revision removes them: for one revision, this gives the same rows at any time.
   * The other methods leave expired rows out.
   */
  all(entity: string): Promise<readonly Entity[]>;
  /** Tags of all entities, or the entities of one tag; `after` is opaque. */
  tags(options: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>>;
  /** The number of the last change. */
  revision(): Promise<number>;
}

/** Changes to one state of the store; all of them happen, or none. */
export interface Writer extends Reader {
  /** @throws EntityError key or unique value taken, reference dangling */
  insert(entity: string, row: Entity): Promise<void>;
  /** Replaces a row that is there. @throws EntityError unique value taken, reference dangling */
  replace(entity: string, row: Entity): Promise<void>;
  /**
   * Deletes a row with all that belongs to it (references with `on_delete: cascade`).
   *
   * @returns whether it was there
   * @throws EntityError something refers to it that does not belong to it
   */
  delete(entity: string, key: string): Promise<boolean>;
}

export interface Written<T> {
  readonly value: T;
  /** The revision that has the changes; the last one when nothing was changed. */
  readonly revision: number;
}

/** One line of the log of changes. */
export interface Change {
  readonly revision: number;
  readonly entity: string;
  readonly key: string;
  /** `expire`: its time to live was over, or that of what it belongs to. */
  readonly operation: 'insert' | 'replace' | 'delete' | 'expire';
  /** The entity afterwards; null when it was removed. */
  readonly after: Entity | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The row of a data plane; it vanishes some time after its last sign of life. */
export interface DataPlaneRow extends EntityValue {
  readonly id: string;
}

export interface DataPlaneRows {
  /** Inserts or replaces; the row goes after `ttlSeconds` unless it is put again. */
  put(row: DataPlaneRow, ttlSeconds: number): Promise<void>;
  /** Rows with `ttl`, the seconds left. */
  list(options: { readonly size: number; readonly after?: string }): Promise<Page<DataPlaneRow>>;
}

export interface Store {
  readonly dataPlanes: DataPlaneRows;
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** Runs the work in one transaction; writes happen one after the other, so the order of revisions is the order of changes. */
  write<T>(work: (writer: Writer) => Promise<T>): Promise<Written<T>>;
  /** Changes after a revision, oldest first. */
  changesAfter(revision: number, limit: number): Promise<readonly Change[]>;
  /** Calls the listener after changes, by this node or another, with the newest revision. Several changes may make one call. Returns the function that ends it. */
  onChange(listener: (revision: number) => void): () => void;
  /** Whether the database answers now. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}
