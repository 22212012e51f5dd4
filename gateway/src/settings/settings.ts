/** The typed, frozen settings of one node. `read.ts` reads them once from `KONG_*`; no other code reads process.env. */
import type { ValuesOf } from './setting.ts';
import type { SETTINGS } from './table.ts';
import type { TunnelMaterial } from './tunnel-material.ts';

export type { KeyPair } from './key-material.ts';
export type { Listener } from './listeners.ts';
export type { TlsServerSettings } from './table/tls-server.ts';
export type { TunnelFiles, TunnelMaterial } from './tunnel-material.ts';

export type Settings = ValuesOf<typeof SETTINGS>;

export type Role = Settings['role'];
export type Database = Settings['database'];
export type TunnelSettings = Omit<Settings['tunnel'], keyof TunnelMaterial> & TunnelMaterial;
export type TunnelMode = TunnelSettings['mode'];
export type PostgresSettings = Settings['postgres'];
