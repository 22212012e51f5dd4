/** What errors of MySQL and MariaDB mean. */
import { messageOf } from '../../base/errors.ts';
import type { GatewayError } from '../../base/errors.ts';
import { databaseUnavailable } from '../database-unavailable.ts';
import type { MysqlConnection } from './connection.ts';

/**
 * Errors of a server that cannot work for us now, with what an operator should know about some of them.
 *
 * @see https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
 * @see https://mariadb.com/kb/en/mariadb-error-codes/
 */
const OUTAGES: ReadonlyMap<number, string | undefined> = new Map([
  // Disk full; table full.
  ...[1021, 1114].map((errno) => [errno, 'its disk is full'] as const),
  // Read-only by an option, by its mode, or in a transaction that a read-only server has begun.
  ...[1290, 1792, 1836].map((errno) => [errno, 'it is read-only: a replica, or a writer that has been replaced'] as const),
  // Statement or row too large.
  ...[1153, 1301].map((errno) => [errno, 'the change is larger than max_allowed_packet of the server: raise that'] as const),
  // Error of the storage engine, of a file, of memory.
  ...[1026, 1030, 1037, 1038, 1041].map((errno) => [errno, undefined] as const),
  // Too many connections; host blocked or not admitted; shutting down; aborted; limits of the user.
  ...[1040, 1053, 1077, 1079, 1129, 1130, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226].map((errno) => [errno, undefined] as const),
  // Login or rights; database missing; password expired; account locked; TLS required.
  ...[1044, 1045, 1049, 1142, 1227, 1698, 1820, 1862, 3118, 3159, 4151].map((errno) => [errno, undefined] as const),
  // Other transactions: their rows stayed locked, or a deadlock again and again.
  ...[1205, 1213].map((errno) => [errno, 'other transactions hold its rows'] as const),
  // Statement or connection ended by an administrator, by a limit of time, or because it was idle.
  ...[1317, 1927, 1969, 3024, 4031].map((errno) => [errno, undefined] as const),
]);

/** The server answers, and takes no change. */
const REFUSED_WRITES: ReadonlySet<number> = new Set([1021, 1114, 1290, 1792, 1836]);

/** A transaction that failed because of another one: the lock was not to be had in time, or there was a deadlock. */
const CONFLICTS: ReadonlySet<number> = new Set([1205, 1213]);

/** A change of tables that has been made already: table, column, index or constraint exists, or has been dropped. */
const ALREADY_MADE: ReadonlySet<number> = new Set([1050, 1060, 1061, 1062, 1091, 1826]);

function errnoOf(error: unknown): number | undefined {
  const { errno, sqlState } = (error ?? {}) as { readonly errno?: unknown; readonly sqlState?: unknown };
  // Errors of sockets have negative numbers, and no state.
  return typeof errno === 'number' && typeof sqlState === 'string' ? errno : undefined;
}

/** Everything that is no answer of the server is an outage, unless it is a defect of this program. */
export function isOutage(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === undefined ? !(error instanceof TypeError || error instanceof RangeError) : OUTAGES.has(errno);
}

/** @param error of the driver, or what `unavailable` made of it */
export function isConflict(error: unknown): boolean {
  const errno = errnoOf(error) ?? errnoOf((error as Error | undefined)?.cause);
  return errno !== undefined && CONFLICTS.has(errno);
}

export function refusesWrites(error: unknown): boolean {
  return REFUSED_WRITES.has(errnoOf(error) ?? 0);
}

export function isAlreadyMade(error: unknown): boolean {
  return ALREADY_MADE.has(errnoOf(error) ?? 0);
}

export function unavailable({ host, port, database, user }: MysqlConnection, error: unknown): GatewayError {
  const settings = ['HOST', 'PORT', 'DATABASE', 'USER', 'PASSWORD', 'SSL'].map((name) => `HYBRIDGE_MYSQL_${name}`).join(', ');
  const place = `MySQL at ${host}:${port}, database '${database}', user '${user}'`;
  const advice = OUTAGES.get(errnoOf(error) ?? 0) ?? `check that it runs and ${settings}`;
  return databaseUnavailable(`cannot use ${place}: ${messageOf(error)}; ${advice}`, 'unavailable', error);
}
