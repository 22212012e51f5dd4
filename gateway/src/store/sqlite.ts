/** The embedded store: SQLite inside the process, through Node's own driver. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { SqliteDatabase } from 'kysely';

import { GatewayError, messageOf } from '../base/errors.ts';
import { SqlStore } from './sql-store.ts';
import type { SqlStoreOptions } from './sql-store.ts';
import type { Store } from './store.ts';
import type { Dialect, Tables } from './tables.ts';

export interface SqliteOptions extends SqlStoreOptions {
  /** Path of the database file; it and its folder are made when missing. `:memory:` keeps nothing. */
  readonly file: string;
}

/** How long a statement waits for another process that writes. Milliseconds. */
const BUSY_MS = 5_000;

/** @throws GatewayError `database-unavailable`: the file cannot be opened or is no database */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const database = openFile(options.file);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(database) }) });
  return SqlStore.open(db, dialect, options.file === ':memory:' ? { ...options, pollMs: 0 } : options);
}

function openFile(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    database.exec(`pragma busy_timeout = ${BUSY_MS}; pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on`);
    // Keys of consumers are in there.
    if (file !== ':memory:') chmodSync(file, 0o600);
    return database;
  } catch (error) {
    throw new GatewayError('database-unavailable',
      `cannot open the embedded database ${file}: ${messageOf(error)}; is KONG_PREFIX writable, and the file a database of this gateway?`, 'io', { cause: error });
  }
}

/** Node's driver behind the interface that kysely expects. Statements are kept: preparing costs more than running them. */
function adapted(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close: () => database.close(),
    prepare(text) {
      let statement = statements.get(text);
      if (!statement) {
        const prepared = database.prepare(text);
        const bind = (values: readonly unknown[]) => values as readonly SQLInputValue[];
        statement = {
          reader: prepared.columns().length > 0,
          all: (values) => prepared.all(...bind(values)),
          run: (values) => prepared.run(...bind(values)),
          iterate: (values) => prepared.iterate(...bind(values)),
        };
        statements.set(text, statement);
      }
      return statement;
    },
  };
}

const dialect: Dialect = {
  name: 'sqlite',
  types: { key: sql`text`, text: sql`text`, long: sql`integer` },
  // One connection, one transaction at a time; other processes wait at the first write.
  lock: async () => undefined,
  snapshot: (db, work) => db.transaction().execute(work),
};
