/** Reads and writes of consumers through the Admin API, on each store that a node may use. */
import { randomUUID } from 'node:crypto';

import { mariaDbSettings, onMariaDb, onPostgres, postgresSettings } from '../databases.ts';
import { load } from '../load.ts';
import type { Sent } from '../load.ts';
import type { Measured, Scale, Scenario } from '../measured.ts';
import { ServerProcess } from '../server-process.ts';

/** At most, for the embedded store. */
const LIMITS = { GET: 0.6, POST: 0.7, PATCH: 0.9, DELETE: 1.5 };

export const adminApi: Scenario = {
  name: 'Admin API',
  about: 'Consumers through the Admin API of a single node, 8 clients. The node exports and applies the configuration meanwhile. ' +
    'The floor is a bare Fastify that answers a constant.',
  run: async (scale) => {
    const floor = await measuredOn(() => ServerProcess.floor(), (server) => floorOf(server, scale));
    const on = async (store: string, start: () => Promise<ServerProcess>, limits?: Readonly<Record<string, number>>) => (
      await measuredOn(start, (server) => writesAndReads(server, scale))).map(([kind, measured]): Measured => (
      { subject: `${kind} on ${store}`, ...measured, peerCpuMs: floor.get(kind)!, ...limits && { limitMs: limits[kind] } }));
    return [
      ...[...floor].map(([kind, cpuMs]): Measured => ({ subject: `${kind} of the floor`, requestsPerSecond: NaN, cpuMs })),
      ...await on('the embedded store', () => ServerProcess.node(), LIMITS),
      ...await onPostgres((address) => on('PostgreSQL', () => ServerProcess.node(postgresSettings(address)))) ?? [],
      ...await onMariaDb((address) => on('MariaDB', () => ServerProcess.node(mariaDbSettings(address)))) ?? [],
      ...await measuredOn(() => withoutDatabase(scale), (server) => readsOfFile(server, scale, floor.get('GET')!)),
    ];
  },
};

type Kind = keyof typeof LIMITS;
type Rates = Omit<Measured, 'subject'>;

async function measuredOn<T>(start: () => Promise<ServerProcess>, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  const server = await start();
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

async function floorOf(server: ServerProcess, { requests }: Scale): Promise<ReadonlyMap<Kind, number>> {
  const costs = new Map<Kind, number>();
  for (const method of Object.keys(LIMITS) as Kind[]) {
    const body = method === 'POST' || method === 'PATCH' ? { username: 'consumer-1' } : undefined;
    costs.set(method, (await load(server, requests, () => ({ method, path: '/consumers', body, status: 200 }))).cpuMs);
  }
  return costs;
}

async function writesAndReads(server: ServerProcess, { requests }: Scale): Promise<readonly (readonly [Kind, Rates])[]> {
  const ids = Array.from({ length: requests }, () => randomUUID());
  const path = (n: number) => `/consumers/${ids[n]}`;
  const kinds: Readonly<Record<Kind, (n: number) => Sent>> = {
    POST: (n) => ({ method: 'POST', path: '/consumers', body: { id: ids[n], username: `consumer-${n}` }, status: 201 }),
    GET: (n) => ({ method: 'GET', path: path(n), status: 200 }),
    PATCH: (n) => ({ method: 'PATCH', path: path(n), body: { custom_id: `custom-${n}` }, status: 200 }),
    DELETE: (n) => ({ method: 'DELETE', path: path(n), status: 204 }),
  };
  // The engine compiles what runs often; a node in service has done so.
  await load(server, Math.min(requests, 500), (n) => ({ method: 'PUT', path: `/consumers/warm-${n}`, body: {}, status: 200 }));
  const measured: (readonly [Kind, Rates])[] = [];
  for (const [kind, make] of Object.entries(kinds) as [Kind, (n: number) => Sent][]) {
    measured.push([kind, await load(server, requests, make)]);
  }
  return measured;
}

/** A node without a database reads only; its rows come from a declarative configuration. */
function withoutDatabase({ requests }: Scale): Promise<ServerProcess> {
  const consumers = Array.from({ length: Math.min(requests, 1_000) }, (_, n) => ({ username: `consumer-${n}` }));
  const file = JSON.stringify({ _format_version: '3.0', consumers });
  return ServerProcess.node({ KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG_STRING: file });
}

async function readsOfFile(server: ServerProcess, { requests }: Scale, peerCpuMs: number): Promise<readonly Measured[]> {
  const measured = await load(server, requests, (n) => ({ method: 'GET', path: `/consumers/consumer-${n % 40}`, status: 200 }));
  return [{ subject: 'GET in memory, without a database', ...measured, peerCpuMs }];
}
