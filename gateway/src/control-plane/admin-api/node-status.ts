/** `/status`: memory, connections and requests of this node, and whether its database answers. */
import { getHeapStatistics } from 'node:v8';

import type { ConnectionCounts } from '../../status/status-api.ts';
import type { Store } from '../../store/store.ts';
import type { Endpoint } from './endpoint.ts';
import { RequestError } from './request-error.ts';

/** How sizes are printed. */
interface SizeFormat {
  readonly unit: string;
  /** Digits after the point. */
  readonly scale: number;
}

const DEFAULT_FORMAT: SizeFormat = { unit: 'm', scale: 2 };

/** Bytes of each unit, and its name; bytes are printed as a number. */
const UNITS: Readonly<Record<string, readonly [bytes: number, name: string]>> = {
  k: [2 ** 10, 'KiB'], m: [2 ** 20, 'MiB'], g: [2 ** 30, 'GiB'],
};

/** `configurationHash` shows a node that has no database. */
export function statusEndpoint(store: Store, counts: Readonly<ConnectionCounts>, configurationHash?: () => string): Endpoint {
  return {
    path: '/status',
    about: 'memory, connections and requests of the node, and its database',
    methods: {
      GET: async ({ query }) => ({ status: 200, body: await nodeStatus(store, counts, formatRequested(query), configurationHash) }),
    },
  };
}

/** What a node shows at `GET /status`. */
export async function nodeStatus(
  store: Store, counts: Readonly<ConnectionCounts>, format = DEFAULT_FORMAT, configurationHash?: () => string,
): Promise<unknown> {
  return {
    memory: {
      lua_shared_dicts: {},
      workers_lua_vms: [{ pid: process.pid, http_allocated_gc: sizeText(getHeapStatistics().used_heap_size, format) }],
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
    ...configurationHash ? { configuration_hash: configurationHash() } : { database: { reachable: await store.isReachable() } },
  };
}

/** Most digits after the point; JavaScript's limit is 100. */
const MAX_SCALE = 20;

/** @throws RequestError the unit or the scale is not valid */
function formatRequested(query: URLSearchParams): SizeFormat {
  const unit = (query.get('unit') ?? DEFAULT_FORMAT.unit).toLowerCase();
  const given = query.get('scale');
  const scale = given === null || given.trim() === '' || Number.isNaN(Number(given)) ? DEFAULT_FORMAT.scale : Math.trunc(Number(given));
  if (scale < 0) throw new RequestError(400, 'scale must be equal or greater than 0');
  if (scale > MAX_SCALE) throw new RequestError(400, `scale must be at most ${MAX_SCALE}`);
  if (unit !== 'b' && !Object.hasOwn(UNITS, unit)) {
    throw new RequestError(400, `invalid unit '${query.get('unit')}' (expected 'k/K', 'm/M', or 'g/G')`);
  }
  return { unit, scale };
}

function sizeText(bytes: number, { unit, scale }: SizeFormat): string | number {
  if (unit === 'b') return bytes;
  const [size, name] = UNITS[unit]!;
  return `${(bytes / size).toFixed(scale)} ${name}`;
}
