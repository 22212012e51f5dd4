/** Opens a store, whichever database it uses. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { Retention } from './history/retention.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type { MysqlConnection } from './mysql/connection.ts';
import { openMysqlStore } from './mysql/mysql.ts';
import type { PostgresConnection } from './postgres/connection.ts';
import { openPostgresStore } from './postgres/postgres.ts';
import { openSqliteStore } from './sqlite/sqlite.ts';
import type { Store } from './store.ts';

export type Place =
  | { readonly kind: 'embedded'; readonly file: string }
  | { readonly kind: 'postgres'; readonly connection: PostgresConnection }
  | { readonly kind: 'mysql'; readonly connection: MysqlConnection }
  /** Nothing is kept. */
  | { readonly kind: 'memory' };

export interface OpenStoreOptions {
  readonly place: Place;
  readonly schemas: Schemas;
  readonly log: Log;
  /** Milliseconds between looks for changes by other nodes. */
  readonly pollMs: number;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** How much of the history is kept. @default - `DEFAULT_RETENTION` */
  readonly retention?: Retention;
  /** Encrypt secrets in the history, 32 bytes each; the first encrypts. @default - secrets are left out */
  readonly historyKeys?: readonly Buffer[];
}

/** @throws GatewayError `database-unavailable`, `database-newer` */
export async function openStore({ place, ...options }: OpenStoreOptions): Promise<Store> {
  if (place.kind === 'memory') return new MemoryStore(options);
  if (place.kind === 'embedded') return openSqliteStore({ ...options, file: place.file });
  if (place.kind === 'mysql') return openMysqlStore({ ...options, connection: place.connection });
  return openPostgresStore({ ...options, connection: place.connection });
}
