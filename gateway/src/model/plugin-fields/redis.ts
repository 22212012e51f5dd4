/** Connections to Redis, and their old names beside the record. */
import type { EntityCheck, Field, Shorthands } from '../schema/field.ts';
import { boolean, integer, record, string } from '../schema/field.ts';
import { host, port, serverName, timeoutOrZero } from '../schema/typedefs.ts';
import { renamed } from './deprecation.ts';

export const redisFields = {
  host: { ...host, description: 'Host name or address of the Redis server.' },
  port: { ...port, default: 6379, description: 'Port of the Redis server.' },
  timeout: { ...timeoutOrZero, default: 2000, description: 'Milliseconds to wait when connecting, sending or reading.' },
  username: string({ referenceable: true, description: 'User to log in as, with access control lists of Redis 6 or newer.' }),
  password: string({ encrypted: true, referenceable: true, len_min: 0, description: 'Password to log in with; none when empty.' }),
  database: integer({ default: 0, description: 'Number of the Redis database.' }),
  ssl: boolean({ required: false, default: false, description: 'Whether to connect with TLS.' }),
  ssl_verify: boolean({ required: false, default: false, description: 'Whether to verify the certificate of the Redis server.' }),
  server_name: { ...serverName, required: false, description: 'Server name (SNI) to send when connecting with TLS.' },
} as const;

export const redis = record(redisFields, { required: true, description: 'Redis server that counters are shared through.' });

const SHORTHANDS: Readonly<Record<string, Field>> = {
  host: string(),
  port: integer(),
  password: string({ len_min: 0 }),
  username: string(),
  ssl: boolean(),
  ssl_verify: boolean(),
  server_name: string(),
  timeout: integer(),
  database: integer(),
};

/** The names `redis_host`, `redis_port` … of the record `redis` from before it was a record. */
export function redisShorthands(plugin: string): Shorthands {
  return Object.fromEntries(Object.entries(SHORTHANDS).map(([name, field]) => [`redis_${name}`, {
    field: {
      ...field,
      description: `Old name of \`redis.${name}\`.`,
      deprecation: renamed(plugin, `redis_${name}`, ['redis', name]),
    },
    expand: (value: unknown) => ({ redis: { [name]: value } }),
  }]));
}

/** Rules of a plugin whose `policy` can be `redis`. */
export const redisWhenChosen: readonly EntityCheck[] = ['host', 'port', 'timeout'].map((name) => ({
  conditional: {
    if_field: 'config.policy', if_match: { eq: 'redis' }, then_field: `config.redis.${name}`, then_match: { required: true },
  },
}));
