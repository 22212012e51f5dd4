/** What a writer asks of the tables behind it, whole sets of rows at a time: a database answers each in a few statements. */
import type { RowIndex } from './entity-index.ts';
import type { Change, Entity } from './store.ts';

export interface RowKey {
  readonly entity: string;
  readonly key: string;
}

/** What must be free and what must exist before a row is written. */
export interface Claim extends RowKey {
  /** The key must be free. */
  readonly isNew: boolean;
  /** Unique values that no other row may have. */
  readonly unique: RowIndex['unique'];
  /** Rows that must exist. */
  readonly references: RowIndex['references'];
}

export interface Findings {
  readonly isKeyTaken: boolean;
  /** Fields of unique values that other rows have. */
  readonly taken: ReadonlySet<string>;
  /** Fields of references that lead nowhere. */
  readonly missing: ReadonlySet<string>;
}

export interface WrittenRow extends RowKey {
  /** Null: it is new. */
  readonly before: Entity | null;
  readonly row: Entity;
  /** Seconds since 1970; null: never. */
  readonly expiresAt: number | null;
  /** Nothing for a new row. */
  readonly removed: RowIndex;
  readonly added: RowIndex;
}

/** A reference to a row that is about to be removed. */
export interface Dependence extends RowKey {
  readonly field: string;
  readonly target: string;
  readonly targetKey: string;
}

/** Where the changes go in the log. */
export interface LogPlace {
  readonly revision: number;
  /** Position of the first of them. */
  readonly position: number;
}

/** References that make a row belong to another. */
export type Cascading = ReadonlyMap<string, ReadonlySet<string>>;

export interface RowTables {
  check(claim: Claim): Promise<Findings>;
  insert(rows: readonly WrittenRow[], place: LogPlace): Promise<void>;
  replace(rows: readonly WrittenRow[], place: LogPlace): Promise<void>;
  /**
   * Which of the roots exist, and every reference to them and to what belongs to them, in ascending order of type, key and field.
   *
   * @param cascading fields by entity type
   */
  dependents(roots: readonly RowKey[], cascading: Cascading): Promise<{
    readonly found: readonly RowKey[]; readonly references: readonly Dependence[];
  }>;
  /** Expired rows too. */
  rows(keys: readonly RowKey[]): Promise<readonly (RowKey & { readonly row: Entity })[]>;
  /** Removes rows with their indexes. Nothing but these rows may refer to them. */
  remove(keys: readonly RowKey[], operation: Change['operation'], place: LogPlace): Promise<void>;
  /** Rows whose time to live is over, in ascending order of type and key. */
  expired(nowMs: number): Promise<readonly RowKey[]>;
}
