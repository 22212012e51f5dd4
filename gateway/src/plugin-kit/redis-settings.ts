/** The field `redis` of a plugin's configuration, as settings of a connection. */
import type { RedisSettings } from './services.ts';

/** What plugins have in common there: some have one timeout, others three. */
export interface RedisFields {
  readonly host: string | null;
  readonly port: number | null;
  readonly timeout?: number | null;
  readonly connect_timeout?: number | null;
  readonly send_timeout?: number | null;
  readonly read_timeout?: number | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number | null;
  readonly ssl: boolean | null;
  readonly ssl_verify: boolean | null;
  readonly server_name: string | null;
  readonly sentinel_master?: string | null;
  readonly cluster_nodes?: readonly unknown[] | null;
}

/** What Kong waits for when a timeout is 0: nginx' default for such sockets. Milliseconds. */
const NO_TIMEOUT_MS = 60_000;

const DEFAULT_TIMEOUT_MS = 2000;

/** @throws Error when it names a kind of Redis that this gateway does not speak to */
export function redisSettings(fields: RedisFields): RedisSettings {
  const unsupported = fields.sentinel_master != null ? 'sentinel_master' : fields.cluster_nodes != null ? 'cluster_nodes' : undefined;
  if (unsupported !== undefined) {
    throw new Error(`config.redis.${unsupported} is not supported; give the address of one server, or of a proxy, as config.redis.host`);
  }
  const connectMs = timeoutOf(fields.connect_timeout ?? fields.timeout);
  return {
    host: fields.host ?? '127.0.0.1',
    port: fields.port ?? 6379,
    connectTimeoutMs: connectMs,
    commandTimeoutMs: Math.max(timeoutOf(fields.send_timeout ?? fields.timeout), timeoutOf(fields.read_timeout ?? fields.timeout)),
    username: fields.username ?? undefined,
    password: fields.password === '' ? undefined : fields.password ?? undefined,
    database: fields.database ?? 0,
    tls: fields.ssl === true ? { isVerified: fields.ssl_verify === true, serverName: fields.server_name ?? undefined } : undefined,
  };
}

function timeoutOf(ms: number | null | undefined): number {
  return ms === 0 ? NO_TIMEOUT_MS : ms ?? DEFAULT_TIMEOUT_MS;
}
