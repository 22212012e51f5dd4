/** The kinds of stores that the same suites run against. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import { openStore } from '../../src/store/open.ts';
import type { OpenStoreOptions, Place } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { runMysql } from './mariadb-server.ts';
import { createDatabase, runSql } from './postgres-server.ts';
import type { PostgresAddress } from './postgres-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface StoreKind {
  readonly name: string;
  /** Why it cannot run here. */
  readonly skip?: string;
  /** Whether a place keeps what was written, so that it can be opened again. */
  readonly isLasting: boolean;
  /** A new place without tables. */
  newPlace(): Promise<Place>;
}

export const STORE_KINDS: readonly StoreKind[] = [
  { name: 'memory', isLasting: false, newPlace: async () => ({ kind: 'memory' }) },
  { name: 'SQLite in memory', isLasting: false, newPlace: async () => ({ kind: 'embedded', file: ':memory:' }) },
  {
    name: 'SQLite in a file', isLasting: true,
    newPlace: async () => ({ kind: 'embedded', file: join(temporaryFolder('store'), 'hybridge.db') }),
  },
  {
    name: 'PostgreSQL', isLasting: true,
    skip: inject('postgres') ? undefined : 'no PostgreSQL binaries for this platform',
    newPlace: async () => {
      const address = inject('postgres')!;
      const database = await (suiteDatabase ??= newDatabase(address));
      const schema = `s${randomUUID().replaceAll('-', '')}`;
      await runSql({ ...address, database }, `create schema ${schema}`);
      return { kind: 'postgres', connection: { ...address, database, schema, ssl: false, sslVerify: false, timeoutMs: 5_000 } };
    },
  },
  {
    name: 'MariaDB', isLasting: true,
    skip: inject('mariadb') ? undefined : 'no MariaDB on this machine',
    newPlace: async () => {
      const address = inject('mariadb')!;
      const database = `s${randomUUID().replaceAll('-', '')}`;
      // The worst defaults that a database can have.
      await runMysql(address, `create database ${database} character set latin1 collate latin1_swedish_ci`);
      return { kind: 'mysql', connection: { ...address, database, ssl: false, sslVerify: false, timeoutMs: 5_000 } };
    },
  },
];

/** One for the whole suite: to create a database takes much longer than to create a schema. */
let suiteDatabase: Promise<string> | undefined;

async function newDatabase(address: PostgresAddress): Promise<string> {
  const database = `test_${randomUUID()}`;
  await createDatabase(address, database);
  return database;
}

export function openAt(place: Place, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  return openStore({ place, schemas: SCHEMAS, log: SILENT, pollMs: 100, ...options });
}
