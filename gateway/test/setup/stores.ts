/** The stores that the same suites run against: each call opens a new, empty one. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import { openStore } from '../../src/store/open.ts';
import type { OpenStoreOptions, Place } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { createDatabase } from './postgres-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface StoreKind {
  readonly name: string;
  /** Why it cannot run here. */
  readonly skip?: string;
  /** Where a new, empty database lies. */
  newPlace(): Promise<Place>;
}

export const STORE_KINDS: readonly StoreKind[] = [
  { name: 'SQLite in memory', newPlace: async () => ({ kind: 'embedded', file: ':memory:' }) },
  { name: 'SQLite in a file', newPlace: async () => ({ kind: 'embedded', file: join(temporaryFolder('store'), 'hybridge.db') }) },
  {
    name: 'PostgreSQL',
    skip: inject('postgres') ? undefined : 'no PostgreSQL binaries for this platform',
    newPlace: async () => {
      const database = `test_${randomUUID()}`;
      const address = inject('postgres')!;
      await createDatabase(address, database);
      return { kind: 'postgres', connection: { ...address, database, ssl: false, sslVerify: false, timeoutMs: 5_000 } };
    },
  },
];

export function openAt(place: Place, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  return openStore({ place, schemas: SCHEMAS, log: SILENT, pollMs: 100, ...options });
}
