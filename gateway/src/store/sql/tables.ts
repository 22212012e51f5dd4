/** The tables as kysely sees them. All entity types share one set of tables, so a new type needs no migration. */
import type { Kysely, RawBuilder, Transaction } from 'kysely';

export interface Tables {
  entities: {
    entity: string;
    key: string;
    /** JSON. */
    body: string;
    /** Seconds since 1970; null: never. */
    expires_at: number | null;
  };
  /** Values that only one entity of a type may have; as digests, because databases index short texts only. */
  unique_values: { entity: string; field: string; digest: string; key: string };
  /** What the unique values of an entity type are made of, as they were indexed. */
  unique_declarations: { entity: string; declaration: string };
  entity_references: { entity: string; key: string; field: string; target: string; target_key: string };
  entity_tags: { entity: string; key: string; digest: string; tag: string };
  changes: {
    revision: number; position: number; entity: string; key: string; operation: string;
    /** The entity before and afterwards, as the log keeps it. */
    old_body: string | null; body: string | null;
    at: number;
  };
  /** One row: the newest revision. */
  revisions: { id: number; value: number; hash: string | null };
  revision_records: {
    revision: number; at: number; author: string | null; request_id: string | null; comment: string | null; changes: number;
    /** The hash of the revision before. */
    previous: string | null;
    hash: string;
  };
  /** Answers of writes, by the key that their client has given. */
  kept_answers: { id: string; fingerprint: string; body: string; at: number };
  data_planes: { id: string; body: string; expires_at: number };
  applied_migrations: { name: string; applied_at: number };
}

export type Connection = Kysely<Tables> | Transaction<Tables>;

/** What differs between databases. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql';
  /** Column types. `key` compares byte by byte, whatever the collation of the database. */
  readonly types: { readonly key: RawBuilder<unknown>; readonly text: RawBuilder<unknown>; readonly long: RawBuilder<unknown> };
  /** How a query takes its rows, so that other transactions that take them wait. */
  readonly forUpdate: string;
  /** A table with one column, `value`: the elements of a JSON array. @param parts how many parts of an element are used at most */
  elements(parameter: string, parts: number): string;
  /** The number that a member of the JSON in a column is. */
  number(column: string, member: string): string;
  /** A statement, parameters still by name, that is written as SQLite and PostgreSQL understand it. @default - it stays as it is */
  translate?(template: string): string;
  /** The statements that do all parts of a change: one where the database allows it. It may notify other nodes; without that, they poll. */
  write(parts: readonly string[]): readonly string[];
  /**
   * One statement that does all parts of a change unless a check finds something, and gives what that finds. @default - the check is run
   * apart
   */
  checked?(parts: readonly string[], check: string): string;
  /** A value as part of a statement. With it, several statements go to the database at once. @default - each goes on its own */
  literal?(value: string | number | null): string;
  /** Runs the work in a transaction of a connection, while every other node that does the same waits. */
  alone<T>(db: Kysely<Tables>, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Runs a migration, where one that was interrupted may have left some of its tables. @default - a transaction leaves none */
  migration?(transaction: Transaction<Tables>, name: string, work: () => Promise<void>): Promise<void>;
  /** Whether a transaction was undone because of another one, and may succeed when it runs again. @default - none is */
  isConflict?(error: unknown): boolean;
  /** Runs the work in a transaction that sees one state. */
  snapshot<T>(db: Kysely<Tables>, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
}
