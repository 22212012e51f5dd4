/** What a writer asks of the tables behind it, whole sets of rows at a time: a database answers each in a few statements. */
import type { RowIndex } from './entity-index.ts';
import type { Change, Entity, WriteOptions } from './store.ts';

export interface RowKey {
  readonly entity: string;
  readonly key: string;
}

export interface FoundRow extends RowKey {
  readonly row: Entity;
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

/** Why a claim cannot be met. */
export interface Finding {
  /** Number of the claim, from 0 on. */
  readonly claim: number;
  readonly problem: 'key' | 'unique' | 'reference';
  /** Of the unique value or the reference. */
  readonly field: string;
}

export interface WrittenRow extends RowKey {
  readonly row: Entity;
  /** Seconds since 1970; null: never. */
  readonly expiresAt: number | null;
  /** Nothing for a new row. */
  readonly removed: RowIndex;
  readonly added: RowIndex;
}

/** A unique value, with the type of its row. */
export interface WantedValue {
  readonly entity: string;
  readonly field: string;
  readonly text: string;
}

/** A reference to a row that is about to be removed. */
export interface Dependence extends RowKey {
  readonly field: string;
  readonly target: string;
  readonly targetKey: string;
}

/** What is written together. No row is in two of its lists, and nothing is taken that another row gives up. */
export interface RowChanges {
  readonly revision: number;
  /** Nothing is written unless all are met. */
  readonly claims: readonly Claim[];
  readonly inserted: readonly WrittenRow[];
  readonly replaced: readonly WrittenRow[];
  /** With their indexes. Nothing but these rows may refer to them. */
  readonly removed: readonly RowKey[];
  /** What the log says of it, in order. */
  readonly logged: readonly Change[];
  /** Set with the last changes of a revision. */
  readonly end?: RevisionEnd;
}

export interface RevisionEnd {
  readonly options: WriteOptions;
  /** How many changes the revision has. */
  readonly changes: number;
  /** Whether nothing follows in the transaction. */
  readonly isLast: boolean;
}

/** References that make a row belong to another. */
export type Cascading = ReadonlyMap<string, ReadonlySet<string>>;

export interface RowTables {
  check(claims: readonly Claim[]): Promise<readonly Finding[]>;
  /** @returns why nothing was written */
  write(changes: RowChanges): Promise<readonly Finding[]>;
  /**
   * The roots that exist with all that belongs to them, and every reference to one of these rows, in ascending order of type, key and
   * field.
   *
   * @param cascading fields by entity type
   */
  dependents(roots: readonly RowKey[], cascading: Cascading): Promise<{
    readonly found: readonly FoundRow[]; readonly references: readonly Dependence[];
  }>;
  /** Expired rows too. */
  rows(keys: readonly RowKey[]): Promise<readonly FoundRow[]>;
  /** The rows that have unique values, each with the number of a value, from 0 on. Expired rows too. */
  owners(values: readonly WantedValue[]): Promise<readonly (FoundRow & { readonly value: number })[]>;
  /** Rows whose time to live is over, in ascending order of type and key. */
  expired(nowMs: number): Promise<readonly RowKey[]>;
}
