/**
 * Every accepted name, once. The types of the settings, their reader and docs/reference/settings.md follow from here.
 * Names and defaults are those of Kong Gateway 3.9; where a default differs, the description says so.
 */
import { settingsIn } from './setting.ts';
import type { Setting, WithoutEffect } from './setting.ts';
import { ADMIN } from './table/admin.ts';
import { DATABASE, DATABASE_WITHOUT_EFFECT, DB_UPDATE_FREQUENCY, DECLARATIVE_CONFIG, MYSQL, POSTGRES } from './table/database.ts';
import { DNS, DNS_WITHOUT_EFFECT } from './table/dns.ts';
import { ENTERPRISE_WITHOUT_EFFECT } from './table/enterprise.ts';
import { FALLBACK, FALLBACK_WITHOUT_EFFECT } from './table/fallback.ts';
import { HISTORY } from './table/history.ts';
import { LISTEN, LISTEN_WITHOUT_EFFECT } from './table/listeners.ts';
import { ACCESS_LOGS, ACCESS_LOG_SAMPLING, ERROR_LOG, LOGS_WITHOUT_EFFECT, SYSTEM_LOG } from './table/logs.ts';
import { NGINX_WITHOUT_EFFECT, STREAM_HALF_CLOSE, WORKERS } from './table/nginx.ts';
import { NODE, NODE_WITHOUT_EFFECT } from './table/node.ts';
import { PROXY_WITHOUT_EFFECT, REAL_IP_HEADER, ROUTER_FLAVOR, TRUSTED_IPS, UPSTREAM_POOL } from './table/proxy.ts';
import { TLS_SERVER } from './table/tls-server.ts';
import { CERTIFICATES, TLS_WITHOUT_EFFECT, UPSTREAM_TLS } from './table/tls.ts';
import { TRACING, TRACING_WITHOUT_EFFECT } from './table/tracing.ts';
import { TUNNEL, TUNNEL_WITHOUT_EFFECT } from './table/tunnel.ts';
import { VAULTS } from './table/vaults.ts';

/** What this gateway acts on, in the shape of `Settings`. */
export const SETTINGS = {
  ...NODE,
  workers: WORKERS,
  vaults: VAULTS,
  database: DATABASE,
  listen: LISTEN,
  admin: ADMIN,
  tunnel: TUNNEL,
  fallback: FALLBACK,
  postgres: POSTGRES,
  mysql: MYSQL,
  declarativeConfig: DECLARATIVE_CONFIG,
  dbUpdateFrequencySeconds: DB_UPDATE_FREQUENCY,
  history: HISTORY,
  upstreamPool: UPSTREAM_POOL,
  dns: DNS,
  trustedIps: TRUSTED_IPS,
  realIpHeader: REAL_IP_HEADER,
  routerFlavor: ROUTER_FLAVOR,
  streamHalfClose: STREAM_HALF_CLOSE,
  certificates: CERTIFICATES,
  tls: TLS_SERVER,
  tracing: TRACING,
  upstreamTls: UPSTREAM_TLS,
  accessLogs: ACCESS_LOGS,
  accessLogSampling: ACCESS_LOG_SAMPLING,
  errorLog: ERROR_LOG,
  systemLog: SYSTEM_LOG,
} as const;

/** The settings of one subject. */
export interface Room {
  readonly title: string;
  readonly working: readonly Setting<unknown>[];
  readonly withoutEffect: readonly WithoutEffect[];
}

/** Every row, by subject. */
export const ROOMS: readonly Room[] = [
  { title: 'Node', working: settingsIn(NODE), withoutEffect: NODE_WITHOUT_EFFECT },
  { title: 'Vaults', working: settingsIn(VAULTS), withoutEffect: [] },
  { title: 'Addresses', working: settingsIn(LISTEN), withoutEffect: LISTEN_WITHOUT_EFFECT },
  { title: 'Access to the Admin API', working: settingsIn(ADMIN), withoutEffect: [] },
  { title: 'TLS', working: settingsIn({ CERTIFICATES, TLS_SERVER, UPSTREAM_TLS }), withoutEffect: TLS_WITHOUT_EFFECT },
  {
    title: 'Proxy', working: settingsIn({ UPSTREAM_POOL, TRUSTED_IPS, REAL_IP_HEADER, ROUTER_FLAVOR }),
    withoutEffect: PROXY_WITHOUT_EFFECT,
  },
  { title: 'Names of upstreams', working: settingsIn(DNS), withoutEffect: DNS_WITHOUT_EFFECT },
  { title: 'Traces', working: settingsIn(TRACING), withoutEffect: TRACING_WITHOUT_EFFECT },
  { title: 'Tunnel', working: settingsIn({ ...TUNNEL, trusted: {} }), withoutEffect: TUNNEL_WITHOUT_EFFECT },
  { title: 'Fallback of the tunnel', working: settingsIn(FALLBACK), withoutEffect: FALLBACK_WITHOUT_EFFECT },
  {
    title: 'Database', working: settingsIn({ DATABASE, POSTGRES, MYSQL, DB_UPDATE_FREQUENCY, DECLARATIVE_CONFIG, HISTORY }),
    withoutEffect: DATABASE_WITHOUT_EFFECT,
  },
  { title: 'Logs', working: settingsIn({ ACCESS_LOGS, ACCESS_LOG_SAMPLING, ERROR_LOG, SYSTEM_LOG }), withoutEffect: LOGS_WITHOUT_EFFECT },
  { title: 'nginx', working: settingsIn({ STREAM_HALF_CLOSE, WORKERS }), withoutEffect: NGINX_WITHOUT_EFFECT },
  { title: 'Kong Gateway Enterprise', working: [], withoutEffect: ENTERPRISE_WITHOUT_EFFECT },
];

export const WORKING: readonly Setting<unknown>[] = [...new Set(ROOMS.flatMap(({ working }) => working))];

/** Names that Kong acts on and this gateway does not. Of several rows for one name, an exact one counts, else the first. */
export const WITHOUT_EFFECT: readonly WithoutEffect[] = ROOMS.flatMap(({ withoutEffect }) => withoutEffect);
