/**
 * Connections to Redis of the plugins that Kong sells: one server, a cluster, or a server that sentinels know.
 * From the JSON schemas of Kong's public documentation, version 3.9.
 */
import { array, boolean, integer, record, string } from '../schema/field.ts';
import type { EntityCheck, Shorthands } from '../schema/field.ts';
import { host, port, serverName, timeoutOrZero } from '../schema/typedefs.ts';
import { renamed } from './deprecation.ts';

const timeout = { ...timeoutOrZero, default: 2000 } as const;
const secret = { encrypted: true, referenceable: true } as const;

export const redisTopologyFields = {
  host: { ...host, default: '127.0.0.1', description: 'Host name or address of the Redis server.' },
  port: { ...port, default: 6379, description: 'Port of the Redis server.' },
  connect_timeout: { ...timeout, description: 'Milliseconds to wait for the connection.' },
  send_timeout: { ...timeout, description: 'Milliseconds to wait between two parts of a command that is sent.' },
  read_timeout: { ...timeout, description: 'Milliseconds to wait between two parts of an answer.' },
  username: string({ referenceable: true, description: 'User to log in as, with access control lists of Redis 6 or newer.' }),
  password: string({ ...secret, description: 'Password to log in with; none when absent.' }),
  sentinel_username: string({ referenceable: true, description: 'User to log in to sentinels as.' }),
  sentinel_password: string({ ...secret, description: 'Password to log in to sentinels with; none when absent.' }),
  database: integer({ default: 0, description: 'Number of the Redis database.' }),
  keepalive_pool_size: integer({
    between: [1, 2 ** 31 - 2], default: 256, description: 'Largest number of idle connections that are kept.',
  }),
  keepalive_backlog: integer({
    between: [0, 2 ** 31 - 2], description: 'Number of operations that may wait for a connection. Default: no limit.',
  }),
  sentinel_master: string({ description: 'Name of the master to ask sentinels for.' }),
  sentinel_role: string({ one_of: ['master', 'slave', 'any'], description: 'Role of the server to ask sentinels for.' }),
  sentinel_nodes: array(record({
    host: { ...host, required: true, default: '127.0.0.1', description: 'Host name or address of the sentinel.' },
    port: { ...port, default: 6379, description: 'Port of the sentinel.' },
  }), { required: false, len_min: 1, description: 'Sentinels to ask for the server.' }),
  cluster_nodes: array(record({
    ip: { ...host, required: true, default: '127.0.0.1', description: 'Host name or address of the node.' },
    port: { ...port, default: 6379, description: 'Port of the node.' },
  }), { required: false, len_min: 1, description: 'Nodes of the Redis cluster to ask for the others.' }),
  cluster_max_redirections: integer({ required: false, default: 5, description: 'Largest number of redirections inside a cluster.' }),
  ssl: boolean({ required: false, default: false, description: 'Whether to connect with TLS.' }),
  ssl_verify: boolean({ required: false, default: false, description: 'Whether to verify the certificate of the Redis server.' }),
  server_name: { ...serverName, required: false, description: 'Server name (SNI) to send when connecting with TLS.' },
  connection_is_proxied: boolean({
    required: false, default: false, description: 'Whether host and port are those of a proxy in front of Redis.',
  }),
} as const;

const TIMEOUTS = ['connect_timeout', 'send_timeout', 'read_timeout'] as const;

/** One name for the three timeouts, and addresses as `host:port`. */
const shorthands: Shorthands = {
  timeout: {
    field: integer({
      description: 'Old name of the three timeouts.', deprecation: renamed('redis schema', 'timeout', ['connect_timeout']),
    }),
    expand: (value: unknown) => Object.fromEntries(TIMEOUTS.map((name) => [name, value])),
  },
  sentinel_addresses: {
    field: array(string(), { len_min: 1, description: 'Sentinels as `host:port`.' }),
    expand: (value: readonly string[] | null) => ({ sentinel_nodes: value && value.map((address) => nodeOf(address, 'host')) }),
  },
  cluster_addresses: {
    field: array(string(), { len_min: 1, description: 'Nodes of the cluster as `host:port`.' }),
    expand: (value: readonly string[] | null) => ({ cluster_nodes: value && value.map((address) => nodeOf(address, 'ip')) }),
  },
};

function nodeOf(address: string, name: 'host' | 'ip') {
  const [, machine = address, digits] = /^(.*?)(?::(\d{1,5}))?$/s.exec(address) ?? [];
  return { [name]: machine, ...digits !== undefined && { port: Number(digits) } };
}

const checks: readonly EntityCheck[] = [
  { mutually_required: ['sentinel_master', 'sentinel_role', 'sentinel_nodes'] },
];

export const redisTopology = redisTopologyWith({});

/** @param more fields of one plugin's connection */
export function redisTopologyWith<const F extends Parameters<typeof record>[0]>(more: F) {
  return record({ ...redisTopologyFields, ...more }, {
    required: true, shorthand_fields: shorthands, entity_checks: checks, description: 'Redis to keep the values in.',
  });
}
