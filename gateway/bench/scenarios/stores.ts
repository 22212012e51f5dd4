/** How fast each store reads and writes, in this process, beside the driver of its database without a store. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPool } from 'mysql2/promise';
import pg from 'pg';

import { SILENT } from '../../src/base/log.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import { openStore } from '../../src/store/open.ts';
import type { Place } from '../../src/store/open.ts';
import { DATABASE, onMariaDb, onPostgres } from '../databases.ts';
import type { Scale, TableScenario } from '../measured.ts';

const CALLERS = 8;

/** What both sides of a comparison can do. */
interface Rows {
  read(key: string): Promise<unknown>;
  write(key: string): Promise<unknown>;
  /** Writes all in one transaction. @default - not measured */
  writeAll?(keys: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

type Open = () => Promise<Rows>;

const TABLE = 'create table bare (id varchar(40) primary key, value text)';

export const stores: TableScenario = {
  name: 'Stores',
  about: 'Consumers by their key and new consumers, each in a transaction with its revision, eight callers, in this process. '
    + 'Bare: the driver of the same database writes one row of the same content to a table without indexes, and reads it; '
    + 'for the store in memory, a map. Together: consumers in one transaction.',
  table: async (scale) => [
    '| store | reads/s | bare | ratio | writes/s | bare | ratio | written together/s |', '|---|---|---|---|---|---|---|---|',
    await lineOf('memory', scale, () => ours({ kind: 'memory' }), async () => inMap()),
    await inFolder((folder) => lineOf('SQLite', scale, () => ours({ kind: 'embedded', file: join(folder, 'hybridge.db') }), async () => (
      bareSqlite(join(folder, 'bare.db'))))),
    await onPostgres((address) => {
      const login = { ...address, database: DATABASE };
      return lineOf('PostgreSQL', scale, () => ours({ kind: 'postgres', connection: { ...login, ...PLAIN } }), () => barePostgres(login));
    }) ?? '| PostgreSQL | skipped: no binaries for this platform | | | | | | |',
    await onMariaDb((address) => {
      const login = { ...address, database: DATABASE };
      return lineOf('MariaDB', scale, () => ours({ kind: 'mysql', connection: { ...login, ...PLAIN } }), () => bareMariaDb(login));
    }) ?? '| MariaDB | skipped: no mariadbd on this machine | | | | | | |',
  ],
};

const PLAIN = { ssl: false, sslVerify: false, timeoutMs: 30_000 } as const;

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function consumer(id: string): Readonly<Record<string, unknown>> {
  return { id, username: `consumer-${id}`, custom_id: null, tags: null, created_at: 1_700_000_000, updated_at: 1_700_000_000 };
}

async function ours(place: Place): Promise<Rows> {
  const store = await openStore({ place, schemas: SCHEMAS, log: SILENT, pollMs: 1_000 });
  const writeAll = (keys: readonly string[]) => store.write(async (writer) => {
    for (const key of keys) await writer.insert('consumers', consumer(key));
  });
  return {
    read: (key) => store.latest.get('consumers', key), write: (key) => writeAll([key]), writeAll, close: () => store.close(),
  };
}

function inMap(): Rows {
  const rows = new Map<string, unknown>();
  return {
    read: async (key) => rows.get(key),
    write: async (key) => rows.set(key, consumer(key)),
    close: async () => rows.clear(),
  };
}

function bareSqlite(file: string): Rows {
  const database = new DatabaseSync(file);
  database.exec(`pragma journal_mode = wal; pragma synchronous = normal; ${TABLE}`);
  const [insert, select] = [database.prepare('insert into bare values (?, ?)'), database.prepare('select value from bare where id = ?')];
  return {
    read: async (key) => JSON.parse(select.get(key)!.value as string) as unknown,
    write: async (key) => insert.run(key, JSON.stringify(consumer(key))),
    close: async () => database.close(),
  };
}

async function barePostgres(login: pg.PoolConfig): Promise<Rows> {
  const pool = new pg.Pool({ ...login, max: CALLERS });
  await pool.query(TABLE);
  return {
    read: async (key) => (await pool.query('select value from bare where id = $1', [key])).rows,
    write: (key) => pool.query('insert into bare values ($1, $2)', [key, JSON.stringify(consumer(key))]),
    close: () => pool.end(),
  };
}

async function bareMariaDb(login: { readonly host: string; readonly port: number; readonly user: string }): Promise<Rows> {
  const pool = createPool({ ...login, connectionLimit: CALLERS });
  await pool.query(TABLE);
  return {
    read: async (key) => (await pool.execute('select value from bare where id = ?', [key]))[0],
    write: (key) => pool.execute('insert into bare values (?, ?)', [key, JSON.stringify(consumer(key))]),
    close: () => pool.end(),
  };
}

interface Rates {
  readonly reads: number;
  readonly writes: number;
  readonly together: number;
}

async function lineOf(name: string, { requests, routes }: Scale, open: Open, openBare: Open): Promise<string> {
  const bare = await ratesOf(openBare, requests, routes);
  const rates = await ratesOf(open, requests, routes);
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const beside = (key: 'reads' | 'writes') => `${count(rates[key])} | ${count(bare[key])} | ${(rates[key] / bare[key]).toFixed(2)}`;
  return `| ${name} | ${beside('reads')} | ${beside('writes')} | ${count(rates.together)} |`;
}

async function ratesOf(open: Open, requests: number, together: number): Promise<Rates> {
  const rows = await open();
  try {
    const keys = Array.from({ length: requests }, () => randomUUID());
    // The engine compiles what runs often.
    const warm = Array.from({ length: Math.min(requests, 500) }, () => randomUUID());
    await rateOf(warm, rows.write);
    await rateOf(warm, rows.read);
    const writes = await rateOf(keys, rows.write);
    const reads = await rateOf(keys, async (key) => {
      if (await rows.read(key) === undefined) throw new Error(`${key} is missing`);
    });
    const begun = performance.now();
    await rows.writeAll?.(Array.from({ length: together }, () => randomUUID()));
    return { reads, writes, together: together / ((performance.now() - begun) / 1000) };
  } finally {
    await rows.close();
  }
}

/** In one second. */
async function rateOf(keys: readonly string[], call: (key: string) => Promise<unknown>): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let n = next++; n < keys.length; n = next++) await call(keys[n]!);
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return keys.length / ((performance.now() - begun) / 1000);
}
