/** Endpoints about data planes: which are connected, and which configuration each of them runs. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Role } from '../../settings/settings.ts';
import type { Store } from '../../store/store.ts';
import type { TelemetryAccount } from '../../sync/telemetry-server.ts';
import type { ConfigurationHistory } from '../configuration.ts';
import { connectedDataPlanes, healthOf, MAX_DATA_PLANES } from '../data-plane-health.ts';
import type { DataPlaneFailures } from '../nodes.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';
import { pageAnswer, pageRequested } from './pagination.ts';
import { RequestError } from './request-error.ts';

interface ClusteringOptions {
  readonly store: Store;
  readonly role: Role;
  readonly configuration: ConfigurationHistory;
  readonly failures: DataPlaneFailures;
  readonly telemetry?: () => ReadonlyMap<string, TelemetryAccount>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function clusteringEndpoints(options: ClusteringOptions): readonly Endpoint[] {
  const { store, role } = options;
  const onControlPlane = (handler: (request: AdminRequest) => Promise<AdminAnswer>) => (
    async (request: AdminRequest) => (role === 'control_plane' ? handler(request) : NOT_A_CONTROL_PLANE));
  return [
    {
      path: '/clustering/data-planes',
      about: 'the data planes of this control plane, with what they run',
      methods: {
        GET: onControlPlane(async (request) => (
          pageAnswer(request, await store.dataPlanes.list(pageRequested(request)), (row) => row, ['size']))),
      },
    },
    {
      path: '/clustering/status',
      about: 'the data planes by id; deprecated',
      methods: {
        GET: onControlPlane(async () => {
          const { items } = await store.dataPlanes.list({ size: MAX_DATA_PLANES });
          const shown = items.map(({ id, config_hash, hostname, ip, last_seen }) => [id, { config_hash, hostname, ip, last_seen }]);
          const body: unknown = Object.fromEntries(shown);
          return { status: 200, body, headers: { deprecation: 'true' } };
        }),
      },
    },
    {
      // What this node received on the telemetry port, and what data planes dropped because they could not send it.
      path: '/clustering/telemetry',
      about: 'what data planes sent to the telemetry port',
      isUnlisted: true,
      methods: {
        GET: onControlPlane(async () => {
          const data = [...options.telemetry?.() ?? []].map(([id, { run, records, dropped }]) => ({ id, run, records, dropped }));
          return { status: 200, body: { data } };
        }),
      },
    },
    {
      path: '/clustering/revision',
      about: 'the revision of the configuration, and whether the data planes run it',
      isUnlisted: true,
      methods: { GET: (request) => revisionAnswer(request, options) },
    },
  ];
}

const NOT_A_CONTROL_PLANE: AdminAnswer = {
  status: 400, body: { message: 'this endpoint is only available when Kong is configured to run as Control Plane for the cluster' },
};

const MAX_WAIT_SECONDS = 60;

/** How often rows are read while a client waits; other nodes of the control plane write them too. Milliseconds. */
const LOOK_MS = 50;

/**
 * `GET /clustering/revision`: the revision of the store, and whether every connected data plane runs it.
 * `?revision=7` asks about that revision or a later one, `&data_planes=3` requires at least three data planes, `&wait=10` answers as soon
 * as all of them run it, after 10 s at most. 200 when they do, or without `wait`; 504 when the time is over.
 */
async function revisionAnswer({ query }: AdminRequest, options: ClusteringOptions): Promise<AdminAnswer> {
  const current = await options.store.read((reader) => reader.revision());
  const wanted = wholeNumber(query, 'revision', Number.MAX_SAFE_INTEGER) ?? current;
  const least = wholeNumber(query, 'data_planes', MAX_DATA_PLANES) ?? 0;
  const waitSeconds = wholeNumber(query, 'wait', MAX_WAIT_SECONDS);
  const deadline = options.now() + (waitSeconds ?? 0) * 1000;
  for (;;) {
    const state = await runningState(wanted, least, options);
    if (state.in_sync || options.now() >= deadline) {
      return { status: state.in_sync || waitSeconds === undefined ? 200 : 504, body: { revision: current, ...state } };
    }
    await sleep(LOOK_MS);
  }
}

function wholeNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  if (!/^\d{1,15}$/.test(given) || Number(given) > most) {
    throw new RequestError(400, `${name} must be a whole number between 0 and ${most}, got '${given}'`);
  }
  return Number(given);
}

async function runningState(wanted: number, least: number, { store, configuration, failures, now }: ClusteringOptions) {
  const connected = await connectedDataPlanes(store.dataPlanes, now());
  const planes = await Promise.all(connected.map(async (row) => {
    const { id, hostname, config_hash, sync_status } = row;
    return {
      id, hostname, config_hash, sync_status,
      in_sync: await configuration.isSince(config_hash as string, wanted),
      error: failures.of(id) ?? null,
      quarantined: healthOf(row).quarantined,
    };
  }));
  const isPrepared = (configuration.latest()?.revision ?? -1) >= wanted;
  return { in_sync: isPrepared && planes.length >= least && planes.every((plane) => plane.in_sync), data_planes: planes };
}
