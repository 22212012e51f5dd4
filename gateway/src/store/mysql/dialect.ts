/** The dialect of MySQL and MariaDB: how it says what the statements of the store say in the words of SQLite and PostgreSQL. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';

import { GatewayError } from '../../base/errors.ts';
import type { Dialect, Tables } from '../sql/tables.ts';
import { isConflict } from './failures.ts';
import type { MysqlServer } from './server.ts';

/**
 * Length of keys, in characters of up to four bytes: an index has room for 3072 bytes, and one of ours has five keys.
 *
 * @see https://dev.mysql.com/doc/refman/8.0/en/innodb-limits.html
 */
const KEY_LENGTH = 150;

interface Retries {
  /** Whether a change of tables that has been made already is taken as done. */
  isResuming: boolean;
}

export function mysqlDialect({ isMariaDb }: MysqlServer, retries: Retries, waitMs: number): Dialect {
  // Compares byte by byte, whatever the collation of the database; 'a' and 'a ' differ.
  const collation = isMariaDb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  const text = `longtext character set utf8mb4 collate ${collation}`;
  return {
    name: 'mysql',
    types: {
      key: sql.raw(`varchar(${KEY_LENGTH}) character set utf8mb4 collate ${collation}`), text: sql.raw(text), long: sql`bigint`,
    },
    forUpdate: 'for update',
    elements: (parameter, parts) => {
      const columns = Array.from({ length: parts }, (_, n) => `v${n} ${text} path '$[${n}]'`).join(', ');
      return `json_table(${parameter}, '$[*]' columns (${columns})) given`;
    },
    number: (column, member) => `cast(json_extract(${column}, '$.${member}') as double)`,
    translate: translated,
    write: (parts) => parts,
    alone: (db, work) => db.connection().execute(async (connection) => {
      await takeLock(connection, waitMs);
      try {
        await sql`create table if not exists begun_migrations (name varchar(150) not null primary key)`.execute(connection);
        return await connection.transaction().execute(work);
      } finally {
        await sql`select release_lock(${LOCK})`.execute(connection);
      }
    }),
    // Each change of tables is a transaction of its own, so one that was interrupted is made again over what it has left.
    migration: async (transaction, name, work) => {
      const { rows } = await sql`select name from begun_migrations where name = ${name}`.execute(transaction);
      if (rows.length === 0) await sql`insert into begun_migrations (name) values (${name})`.execute(transaction);
      retries.isResuming = rows.length > 0;
      try {
        await work();
      } finally {
        retries.isResuming = false;
      }
    },
    isConflict,
    snapshot: (db, work) => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
  };
}

/** Locks are of the whole server, and their names have 64 characters at most. */
const LOCK = sql`concat('hybridge_', left(sha2(database(), 256), 32))`;

/** @throws GatewayError `database-unavailable`: another node holds the lock */
async function takeLock(connection: Kysely<Tables>, waitMs: number): Promise<void> {
  for (const end = Date.now() + waitMs; Date.now() < end;) {
    const { rows } = await sql<{ readonly taken: number | null }>`select get_lock(${LOCK}, 1) as taken`.execute(connection);
    if (rows[0]!.taken === 1) return;
  }
  const problem = `another node has been changing the tables of the database for ${waitMs / 1000} seconds`;
  throw new GatewayError('database-unavailable', `${problem}: wait until it has started, then start this one again`, 'unavailable');
}

/** `key` is a reserved word; parts of a JSON array are columns; what an insert overwrites, and what a join deletes, is said otherwise. */
function translated(template: string): string {
  return template
    .replace(/delete from (\w+)\s+where \(([\w, ]+)\) in\s+\(select ([^()]+) from (elements\(:\w+\))\)/g, joinedDelete)
    .replace(/value ->> (\d+)/g, 'given.v$1')
    .replace(/on conflict \([\w, ]+\) do update set/g, 'on duplicate key update')
    .replace(/excluded\.(\w+)/g, 'values($1)')
    .replace(/cast\(((?:[^()]|\([^()]*\))+) as bigint\)/g, 'cast($1 as signed)')
    .replace(/cast\(((?:[^()]|\([^()]*\))+) as text\)/g, 'cast($1 as char)')
    .replace(/(?<![':.\w]|duplicate )key\b(?!')/g, '`key`');
}

/** A subquery would be run again for every row of the table. The few given rows come first, then the index. */
function joinedDelete(_: string, table: string, columns: string, given: string, elements: string): string {
  const values = given.split(',').map((value) => value.trim());
  const on = columns.split(',').map((column, n) => `${table}.${column.trim()} = ${values[n]}`).join(' and ');
  return `delete ${table} from ${elements} straight_join ${table} on ${on}`;
}
