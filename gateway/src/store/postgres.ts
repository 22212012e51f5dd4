/** The store of production: PostgreSQL, shared by all nodes of a control plane. */
import { readFile } from 'node:fs/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';

import { GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Secret } from '../base/secret.ts';
import type { ChangeFeed } from './change-feed.ts';
import { SqlStore } from './sql-store.ts';
import type { SqlStoreOptions } from './sql-store.ts';
import type { Store } from './store.ts';
import type { Dialect, Tables } from './tables.ts';

export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  /** File that holds the password: read for each connection, so that a password may change. Goes before `password`. */
  readonly passwordFile?: string;
  /** Schema that holds the tables. @default - the first of the user's search path */
  readonly schema?: string;
  readonly ssl: boolean;
  /** Whether the server's certificate is verified. */
  readonly sslVerify: boolean;
  /** Authorities to verify it with, as PEM. @default - those of the machine */
  readonly authorities?: readonly string[];
  /** Milliseconds to wait for a connection or an answer. */
  readonly timeoutMs: number;
}

export interface PostgresOptions extends SqlStoreOptions {
  readonly connection: PostgresConnection;
}

const CHANNEL = 'hybridge_changes';

/** Number of the advisory lock that migrations take; any number that nobody else uses. */
const MIGRATION_LOCK = 4_899_132_114;

/** Connections at most: requests of the Admin API are short, and many nodes may share one server. */
const POOL_SIZE = 10;

/** @throws GatewayError `database-unavailable`: no server answers, or it refuses the user */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { connection, log } = options;
  const config = clientConfig(connection);
  const pool = new pg.Pool({ ...config, max: POOL_SIZE, idleTimeoutMillis: 30_000 });
  // A connection that dies while idle is replaced at the next query.
  pool.on('error', (error) => log.warn('a connection to the database was lost', { error: messageOf(error) }));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let store: SqlStore | undefined;
  try {
    store = await SqlStore.open(db, dialect, options);
    const listener = new ChangeListener(config, store.feed, log);
    await listener.start();
    return Object.assign(store, { close: closeBoth(listener, store.close.bind(store)) });
  } catch (error) {
    await (store?.close() ?? db.destroy());
    throw unavailable(connection, error);
  }
}

function closeBoth(listener: ChangeListener, closeStore: () => Promise<void>): () => Promise<void> {
  return async () => {
    await listener.close();
    await closeStore();
  };
}

function clientConfig(connection: PostgresConnection): pg.ClientConfig {
  const { timeoutMs, schema, passwordFile } = connection;
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password: passwordFile === undefined ? connection.password?.reveal() : () => passwordIn(passwordFile),
    ssl: connection.ssl && { rejectUnauthorized: connection.sslVerify, ca: connection.authorities && [...connection.authorities] },
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'hybridge',
    options: schema === undefined ? undefined : `-c search_path=${schema}`,
    types: { getTypeParser },
  };
}

async function passwordIn(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

/** 64-bit numbers as numbers: revisions and times stay below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => (
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format));

function unavailable({ host, port, database, user }: PostgresConnection, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('database-unavailable',
    `cannot use PostgreSQL at ${host}:${port}, database '${database}', user '${user}': ${messageOf(error)}; check that it runs and KONG_PG_HOST, KONG_PG_PORT, KONG_PG_DATABASE, `
    + 'KONG_PG_USER, KONG_PG_PASSWORD and KONG_PG_SSL', 'unavailable', { cause: error });
}

const dialect: Dialect = {
  name: 'postgres',
  types: { key: sql`text collate "C"`, text: sql`text`, long: sql`bigint` },
  lock: async (transaction) => void await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction),
  snapshot: (db, work) => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
  notify: async (transaction, revision) => void await sql`select pg_notify(${CHANNEL}, ${String(revision)})`.execute(transaction),
};

/** Hears of changes by other nodes at once. While its connection is lost, polling finds them. */
class ChangeListener {
  private client?: pg.Client;
  private retry?: NodeJS.Timeout;
  private isClosed = false;

  constructor(private readonly config: pg.ClientConfig, private readonly feed: ChangeFeed, private readonly log: Log) {}

  async start(): Promise<void> {
    const client = new pg.Client(this.config);
    client.on('notification', ({ payload }) => this.feed.advance(Number(payload)));
    client.on('error', () => undefined);
    client.on('end', () => this.reconnect());
    this.client = client;
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    // What changed while nobody listened.
    const { rows } = await client.query<{ readonly value: number }>('select value from revisions where id = 1');
    this.feed.advance(rows[0]!.value);
  }

  private reconnect(): void {
    if (this.isClosed || this.retry) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.start().catch((error: unknown) => {
        this.log.debug('cannot listen for changes', { error: messageOf(error) });
        this.reconnect();
      });
    }, RECONNECT_MS).unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.client?.end();
  }
}

/** Short enough that a restarted server is heard again before people notice; polling covers the gap. */
const RECONNECT_MS = 1_000;
