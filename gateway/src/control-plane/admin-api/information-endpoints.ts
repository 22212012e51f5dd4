/** Endpoints about the node itself. */
import { getHeapStatistics } from 'node:v8';

import { KONG_VERSION } from '../../base/version.ts';
import type { PluginSchema } from '../../model/entities/plugin.ts';
import type { ConnectionCounts } from '../../status/status-api.ts';
import type { Store } from '../../store/store.ts';
import type { AdminAnswer, Endpoint } from './endpoint.ts';

export interface NodeInformation {
  readonly nodeId: string;
  readonly hostname: string;
  /** Settings by their names in `KONG_*`, in lower case and without the prefix; without secrets. */
  readonly configuration: Readonly<Record<string, unknown>>;
}

interface InformationOptions {
  readonly store: Store;
  readonly plugins: ReadonlyMap<string, PluginSchema>;
  readonly node: NodeInformation;
}

export function informationEndpoints({ store, plugins, node }: InformationOptions): readonly Endpoint[] {
  const available = Object.fromEntries([...plugins.values()].map(({ name, priority }) => [name, { version: KONG_VERSION, priority }]));
  return [
    {
      path: '/',
      methods: {
        GET: async () => ({
          status: 200,
          body: {
            tagline: 'Welcome to kong',
            version: KONG_VERSION,
            edition: 'community',
            hostname: node.hostname,
            node_id: node.nodeId,
            // Clients expect the field.
            lua_version: `Node.js ${process.version}`,
            timers: { running: 0, pending: 0 },
            pids: { master: process.pid, workers: [process.pid] },
            plugins: { available_on_server: available, enabled_in_cluster: await enabledPlugins(store) },
            configuration: node.configuration,
          },
        }),
      },
    },
    { path: '/timers', methods: { GET: () => NO_TIMERS } },
    { path: '/robots.txt', methods: { GET: () => NO_ROBOTS } },
    { path: '/config', methods: { GET: () => ONLY_WITHOUT_DATABASE, POST: () => ONLY_WITHOUT_DATABASE } },
  ];
}

/** `/status` of the Admin API. */
export function statusEndpoint(store: Store, counts: Readonly<ConnectionCounts>): Endpoint {
  return { path: '/status', methods: { GET: async () => ({ status: 200, body: await nodeStatus(store, counts) }) } };
}

/** What a control plane shows at `GET /status`: memory, connections and requests, and whether its database answers. */
export async function nodeStatus(store: Store, counts: Readonly<ConnectionCounts>): Promise<unknown> {
  return {
    memory: {
      lua_shared_dicts: {},
      workers_lua_vms: [{ pid: process.pid, http_allocated_gc: mebibytes(getHeapStatistics().used_heap_size) }],
    },
    server: {
      connections_accepted: counts.accepted,
      connections_active: counts.active,
      connections_handled: counts.accepted,
      connections_reading: 0,
      connections_writing: 1,
      connections_waiting: Math.max(0, counts.active - 1),
      total_requests: counts.requests,
    },
    database: { reachable: await store.isReachable() },
  };
}

const NO_TIMERS: AdminAnswer = { status: 200, body: { worker: { id: 0, count: 1 }, stats: { flamegraph: {}, sys: {}, timers: {} } } };

const NO_ROBOTS: AdminAnswer = {
  status: 200, body: 'User-agent: *\nDisallow: /', headers: { 'content-type': 'text/plain; charset=UTF-8' },
};

const ONLY_WITHOUT_DATABASE: AdminAnswer = {
  status: 400, body: { message: 'this endpoint is only available when Kong is configured to not use a database' },
};

async function enabledPlugins(store: Store): Promise<readonly string[]> {
  const plugins = await store.read((reader) => reader.all('plugins'));
  return [...new Set(plugins.filter(({ enabled }) => enabled).map(({ name }) => name as string))];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

/** `/endpoints`: all paths, sorted segment by segment. */
export function endpointListEndpoint(others: readonly Endpoint[]): Endpoint {
  const paths = [...others.map(({ path }) => path), '/endpoints'].sort(bySegments);
  return { path: '/endpoints', methods: { GET: () => ({ status: 200, body: { data: paths } }) } };
}

function bySegments(one: string, other: string): number {
  // The slash sorts lowest, so that everything below a path follows it directly.
  const [left, right] = [one.replaceAll('/', '\u0001'), other.replaceAll('/', '\u0001')];
  return left < right ? -1 : 1;
}
