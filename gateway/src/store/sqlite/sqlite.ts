/** The embedded store: SQLite inside the process, through the driver of Node.js. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';

import { messageOf } from '../../base/errors.ts';
import type { GatewayError } from '../../base/errors.ts';
import { OutageLog, databaseUnavailable } from '../database-unavailable.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { SqlStoreOptions } from '../sql/sql-store.ts';
import type { Dialect, Tables } from '../sql/tables.ts';
import type { Store } from '../store.ts';
import { adapted } from './driver.ts';

interface SqliteOptions extends SqlStoreOptions {
  /** Path of the database file. It and its folder are created when they are missing. `:memory:` keeps nothing. */
  readonly file: string;
  /** Milliseconds that a statement waits for another process that writes. @default 5000 */
  readonly busyMs?: number;
}

const BUSY_MS = 5_000;

/** @throws GatewayError `database-unavailable`: the file cannot be opened or is no database; `database-newer` */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { file, log, busyMs = BUSY_MS } = options;
  const outage = new OutageLog(log);
  const connect = async (begin: string) => adapted(openFile(file, busyMs), {
    unavailable: (error) => unavailable(file, error), failed: (error) => outage.failed(error), answered: () => outage.answered(),
  }, begin);
  const database = await connect('begin immediate');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  // Readers of a file need not wait for writers. Another connection to a database in memory would open another database.
  const reading = file === IN_MEMORY ? db : new Kysely<Tables>({ dialect: new SqliteDialect({ database: () => connect('begin') }) });
  try {
    return await SqlStore.open({ db, reading, dialect }, file === IN_MEMORY ? { ...options, pollMs: 0 } : options);
  } catch (error) {
    await Promise.all([db.destroy(), reading.destroy()]);
    throw error;
  }
}

const IN_MEMORY = ':memory:';

function openFile(file: string, busyMs: number): DatabaseSync {
  try {
    if (file !== IN_MEMORY) mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    database.exec(`pragma busy_timeout = ${busyMs}; pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on`);
    // The file contains keys of consumers.
    if (file !== IN_MEMORY) chmodSync(file, 0o600);
    return database;
  } catch (error) {
    throw unavailable(file, error);
  }
}

function unavailable(file: string, error: unknown): GatewayError {
  const advice = 'check that KONG_PREFIX is writable, that its disk has space, and that the file is a database of this gateway';
  return databaseUnavailable(`cannot use the embedded database ${file}: ${messageOf(error)}; ${advice}`, 'io', error);
}

const dialect: Dialect = {
  name: 'sqlite',
  types: { key: sql`text`, text: sql`text`, long: sql`integer` },
  elements: (parameter) => `json_each(${parameter}) given`,
  number: (column, member) => `cast(${column} ->> '${member}' as double precision)`,
  // A transaction of the connection that writes has the whole file.
  forUpdate: '',
  write: (parts) => parts,
  alone: (db, work) => db.transaction().execute(work),
  snapshot: (db, work) => db.transaction().execute(work),
};
