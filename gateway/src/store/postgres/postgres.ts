/** The store for production: PostgreSQL, shared by all nodes of a control plane. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import { OutageLog } from '../database-unavailable.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { SqlStoreOptions } from '../sql/sql-store.ts';
import type { Dialect, Tables } from '../sql/tables.ts';
import type { Store } from '../store.ts';
import { PostgresChangeListener } from './change-listener.ts';
import { clientConfig } from './connection.ts';
import type { PostgresConnection } from './connection.ts';
import { openPool, unavailable } from './pool.ts';

interface PostgresOptions extends SqlStoreOptions {
  readonly connection: PostgresConnection;
}

/** Name of the notifications about changes. Schemas of one database belong to different control planes, each with revisions of its own. */
const CHANNEL = "'hybridge_changes_' || left(md5(current_schema()), 16)";

/** Number of the advisory lock that migrations take. Any number does that no other user of the database takes. */
const MIGRATION_LOCK = 4_899_132_114;

/** @throws GatewayError `database-unavailable`: no server answers, or it rejects the user; `database-newer` */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { connection, log, clock = SYSTEM_CLOCK } = options;
  const config = clientConfig(connection);
  const outage = new OutageLog(log);
  // The start of a node ends with the error itself: outages are logged from then on.
  let isOpen = false;
  const pool = openPool(connection, config, {
    failed: (error) => { if (isOpen) outage.failed(error); },
    answered: () => outage.answered(),
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let store: SqlStore | undefined;
  try {
    const opened = store = await SqlStore.open({ db, reading: db, dialect }, options);
    const channel = (await sql<{ readonly name: string }>`select ${sql.raw(CHANNEL)} as name`.execute(db)).rows[0]!.name;
    const listener = new PostgresChangeListener({ config, channel, log, clock, heard: (revision) => opened.feed.advance(revision) });
    await listener.start();
    opened.closeFirst(listener);
    isOpen = true;
    return opened;
  } catch (error) {
    await (store?.close() ?? db.destroy());
    throw error instanceof GatewayError ? error : unavailable(connection, error);
  }
}

/** Without the limit, the planner expects a hundred elements and scans tables of some thousand rows. */
function elements(parameter: string): string {
  const array = `cast(${parameter} as json)`;
  return `(select value from json_array_elements(${array}) limit json_array_length(${array})) given`;
}

const dialect: Dialect = {
  name: 'postgres',
  types: { key: sql`text collate "C"`, text: sql`text`, long: sql`bigint` },
  elements,
  number: (column, member) => `cast(cast(${column} as json) ->> '${member}' as double precision)`,
  forUpdate: 'for update',
  // PostgreSQL runs all modifying CTEs, and checks references when all of them have run.
  write: (parts) => {
    const named = parts.map((part, n) => `part${n} as (${part})`);
    return [`with ${named.join(', ')} select pg_notify(${CHANNEL}, cast(:revision as text))`];
  },
  // When the check finds something, nothing is given to the parts.
  checked: (parts, check) => {
    const unless = (parameter: string) => `(select case when exists (select from problems) then '[]' else cast(${parameter} as text) end)`;
    const given = parts.map((part) => part.replace(/elements\((:\w+)\)/g, (_, parameter: string) => elements(unless(parameter))));
    const named = given.map((part, n) => `part${n} as (${part})`);
    return `with problems as (${check}), ${named.join(', ')} select problem, field, n from problems
      union all select 'none', cast(pg_notify(${CHANNEL}, cast(:revision as text)) as text), '' where not exists (select from problems)`;
  },
  literal: (value) => (typeof value === 'string' ? pg.escapeLiteral(value) : String(value)),
  alone: (db, work) => db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    return work(transaction);
  }),
  snapshot: (db, work) => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
};
