/** The SQLite driver of Node.js as kysely expects it. Errors that mean "not now" become `database-unavailable`. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

interface DriverObserver {
  /** What an error becomes that means that the database cannot be used now. */
  unavailable(error: unknown): Error;
  /** An operation failed because the database cannot be used now. */
  failed(error: unknown): void;
  /** A change was committed. Reads prove nothing: they succeed while another process holds the file, or while the disk is full. */
  answered(): void;
}

const WRITE = /^(insert|update|delete) /;

/**
 * Prepared statements are kept: preparing costs more than running.
 *
 * @param begin how transactions begin; `begin immediate` waits for other writers at once, not at the first change
 */
export function adapted(database: DatabaseSync, observer: DriverObserver, begin = 'begin'): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  let hasWritten = false;
  const succeeded = (text: string): void => {
    hasWritten ||= WRITE.test(text);
    if (database.isTransaction) return;
    if (hasWritten && text !== 'rollback') observer.answered();
    hasWritten = false;
  };
  const judged = <T>(work: () => T, text?: string): T => {
    try {
      const result = work();
      if (text !== undefined) succeeded(text);
      return result;
    } catch (error) {
      if (!isOutage(error)) throw error;
      const unusable = observer.unavailable(error);
      observer.failed(unusable);
      throw unusable;
    }
  };
  return {
    close: () => database.close(),
    prepare(text) {
      let statement = statements.get(text);
      if (!statement) {
        const prepared = judged(() => database.prepare(text === 'begin' ? begin : text));
        const bind = (values: readonly unknown[]) => values as readonly SQLInputValue[];
        statement = {
          reader: prepared.columns().length > 0,
          all: (values) => judged(() => prepared.all(...bind(values)), text),
          run: (values) => judged(() => prepared.run(...bind(values)), text),
          // The store streams nothing; kysely asks for the method.
          iterate: (values) => prepared.iterate(...bind(values)),
        };
        statements.set(text, statement);
      }
      return statement;
    },
  };
}

/**
 * Result codes that say that the file cannot be used now: BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB.
 *
 * @see https://www.sqlite.org/rescode.html
 */
const OUTAGE_CODES: ReadonlySet<number> = new Set([5, 6, 8, 10, 11, 13, 14, 26]);

function isOutage(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown };
  // The lowest byte is the code, the others say more about it.
  return typeof errcode === 'number' && OUTAGE_CODES.has(errcode % 256);
}
