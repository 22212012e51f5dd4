/** The store on MySQL or MariaDB, shared by all nodes of a control plane. */
import { Kysely, MysqlDialect } from 'kysely';

import { GatewayError } from '../../base/errors.ts';
import { OutageLog } from '../database-unavailable.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { SqlStoreOptions } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import type { Store } from '../store.ts';
import type { MysqlConnection } from './connection.ts';
import { mysqlDialect } from './dialect.ts';
import { unavailable } from './failures.ts';
import { ConnectionPool } from './pool.ts';

interface MysqlOptions extends SqlStoreOptions {
  readonly connection: MysqlConnection;
}

/** How long a node waits for another one that migrates the tables. Milliseconds. */
const MIGRATION_WAIT_MS = 60_000;

/** @throws GatewayError `database-unavailable`: no server answers, it rejects the user, or it is too old; `database-newer` */
export async function openMysqlStore(options: MysqlOptions): Promise<Store> {
  const { connection, log } = options;
  const outage = new OutageLog(log);
  // The start of a node ends with the error itself: outages are logged from then on.
  let isOpen = false;
  const pool = new ConnectionPool(connection, {
    failed: (error) => { if (isOpen) outage.failed(error); },
    answered: () => outage.answered(),
  });
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
  try {
    const dialect = mysqlDialect(await pool.server(), pool, MIGRATION_WAIT_MS);
    const store = await SqlStore.open({ db, reading: db, dialect }, options);
    isOpen = true;
    return store;
  } catch (error) {
    await db.destroy();
    throw error instanceof GatewayError ? error : unavailable(connection, error);
  }
}
