/** Connections to PostgreSQL. Errors that mean "not now" become `database-unavailable`; their connections are not used again. */
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

import { messageOf } from '../../base/errors.ts';
import type { GatewayError } from '../../base/errors.ts';
import { databaseUnavailable } from '../database-unavailable.ts';
import type { PostgresConnection } from './connection.ts';

interface PoolObserver {
  /** An operation failed because the database cannot be used now. */
  failed(error: unknown): void;
  /** An operation succeeded. */
  answered(): void;
}

/** Connections of one node. Requests of the Admin API are short, and many nodes may share one server. */
const POOL_SIZE = 10;

/** After this time without use, a connection is closed. Milliseconds. */
const IDLE_MS = 30_000;

/** The pool as kysely expects it. */
export function openPool(connection: PostgresConnection, config: pg.ClientConfig, observer: PoolObserver): PostgresPool {
  const pool = new pg.Pool({ ...config, max: POOL_SIZE, idleTimeoutMillis: IDLE_MS });
  // A connection that is lost while it is idle is replaced at the next query, which finds out whether the database is there.
  pool.on('error', () => undefined);
  // A connection can be lost as soon as it is ready, before the pool has handed it out, and between two statements of a transaction;
  // an error without a listener ends the node. The next query fails, and reports it; the pool drops a connection that was lost.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const judged = (error: unknown): unknown => {
    if (!isOutage(error)) return error;
    const unusable = unavailable(connection, error);
    observer.failed(unusable);
    return unusable;
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        return judgedClient(await pool.connect(), judged, observer);
      } catch (error) {
        throw judged(error);
      }
    },
  };
}

function judgedClient(client: pg.PoolClient, judged: (error: unknown) => unknown, observer: PoolObserver): PostgresPoolClient {
  let isBroken = false;
  const query = async <R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    try {
      const result: pg.QueryResult | readonly pg.QueryResult[] = await client.query(text, [...parameters]);
      observer.answered();
      return (isSeveral(result) ? together(result) : result) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      isBroken ||= isOutage(error);
      throw judged(error);
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    // After an outage the connection may still be busy with the query that nothing waits for any more.
    release: (destroy) => client.release(destroy === true || isBroken),
  };
}

function isSeveral(result: pg.QueryResult | readonly pg.QueryResult[]): result is readonly pg.QueryResult[] {
  return Array.isArray(result);
}

/** The rows of several statements that were sent at once; that they are `select` is what makes kysely take rows. */
function together(results: readonly pg.QueryResult[]): pg.QueryResult {
  return { ...results[0]!, command: 'SELECT', rows: results.flatMap(({ rows }) => rows as readonly unknown[]) };
}

/**
 * Classes of SQLSTATE that say that the server cannot work for us now: connection (08), authorization (28), database missing (3D),
 * resources (53), intervention of an operator (57), system error (58). 25006: the server has become a read-only standby.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const OUTAGE_STATES = /^(08|28|3D|53|57|58)|^25006$/;

/** Everything that is no answer of the server is an outage, unless it is a defect of this program. */
export function isOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return OUTAGE_STATES.test(error.code ?? '');
  return !(error instanceof TypeError || error instanceof RangeError);
}

export function unavailable({ host, port, database, user }: PostgresConnection, error: unknown): GatewayError {
  const settings = 'KONG_PG_HOST, KONG_PG_PORT, KONG_PG_DATABASE, KONG_PG_USER, KONG_PG_PASSWORD and KONG_PG_SSL';
  const place = `PostgreSQL at ${host}:${port}, database '${database}', user '${user}'`;
  return databaseUnavailable(`cannot use ${place}: ${messageOf(error)}; check that it runs and ${settings}`, 'unavailable', error);
}
