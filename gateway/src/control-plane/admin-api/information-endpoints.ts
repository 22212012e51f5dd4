/** Endpoints about the node itself. */
import { KONG_VERSION } from '../../base/version.ts';
import type { PluginSchema } from '../../model/entities/plugin.ts';
import { isServed } from '../../plugins/schemas.ts';
import type { Store } from '../../store/store.ts';
import { enabledPlugins } from './enabled-plugins.ts';
import { NOT_FOUND } from './endpoint.ts';
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
  const enabled = enabledPlugins(store);
  const available = Object.fromEntries([...plugins.values()].map(({ name, priority }) => [name, {
    version: KONG_VERSION, priority, ...isServed(name) ? {} : { served: false },
  }]));
  return [
    {
      path: '/',
      about: 'the node: its version, plugins and settings',
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
            plugins: { available_on_server: available, enabled_in_cluster: await enabled() },
            configuration: node.configuration,
          },
        }),
      },
    },
    { path: '/timers', about: 'timers of the node; it has none that Kong would show', methods: { GET: () => NO_TIMERS } },
    { path: '/status/dns', about: 'statistics of the DNS client; not available', methods: { GET: () => NO_DNS_STATUS } },
    { path: '/cache', about: 'all cached rows of the database; the node keeps none', methods: { DELETE: () => ({ status: 204 }) } },
    // The node keeps no rows in memory between requests: there is never anything in such a cache.
    {
      path: '/cache/{key}',
      about: 'a cached row of the database; the node keeps none',
      methods: { GET: () => NOT_FOUND, DELETE: () => ({ status: 204 }) },
    },
    { path: '/robots.txt', about: 'what search engines may read: nothing', methods: { GET: () => NO_ROBOTS }, isUnlisted: true },
  ];
}

const NO_DNS_STATUS: AdminAnswer = { status: 501, body: { message: 'not implemented with the legacy DNS client' } };

const NO_TIMERS: AdminAnswer = { status: 200, body: { worker: { id: 0, count: 1 }, stats: { flamegraph: {}, sys: {}, timers: {} } } };

const NO_ROBOTS: AdminAnswer = {
  status: 200, body: 'User-agent: *\nDisallow: /', headers: { 'content-type': 'text/plain; charset=UTF-8' },
};

/** `/endpoints`: the paths that Kong has too, sorted segment by segment. */
export function endpointListEndpoint(others: readonly Endpoint[]): Endpoint {
  const listed = others.filter(({ isUnlisted }) => !isUnlisted).map(({ path }) => path);
  const paths = [...listed, '/endpoints'].sort(bySegments);
  return {
    path: '/endpoints', about: 'paths of this API that Kong has too', methods: { GET: () => ({ status: 200, body: { data: paths } }) },
  };
}

function bySegments(one: string, other: string): number {
  // The slash sorts lowest, so that everything below a path follows it directly.
  const [left, right] = [one.replaceAll('/', '\u0001'), other.replaceAll('/', '\u0001')];
  return left < right ? -1 : 1;
}
