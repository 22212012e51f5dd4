/** Metrics that every node has, by the names that dashboards for Kong look for. */
import type { MetricFamily } from '../base/metrics.ts';
import { KONG_VERSION } from '../base/version.ts';

/** Numbers of the listeners that consumers, or admins, connect to. */
export interface ListenerNumbers {
  /** Connections since the start. */
  readonly accepted: number;
  /** Connections that are open. */
  readonly open: number;
  /** Requests since the start. */
  readonly requests: number;
  /** Requests that are under way. */
  readonly active: number;
}

interface NodeNumbers {
  readonly nodeId: string;
  readonly listeners: ListenerNumbers;
  /** Whether the database answers. */
  readonly isStoreReachable: boolean;
  /** Observations that no metric has. */
  readonly metricErrors: number;
  /** Of all processes of the node. Bytes. @default - this process */
  readonly memory?: { readonly rss: number; readonly heapUsed: number };
}

export function nodeFamilies(
  { nodeId, listeners, isStoreReachable, metricErrors, memory = process.memoryUsage() }: NodeNumbers,
): readonly MetricFamily[] {
  const ofNode = { node_id: nodeId, subsystem: 'http' };
  const { accepted, open, requests, active } = listeners;
  const connections = {
    accepted, active: open, handled: accepted, reading: 0, total: requests, waiting: Math.max(open - active, 0), writing: active,
  };
  return [
    {
      name: 'kong_nginx_connections_total', help: 'Connections by state; total: requests',
      samples: Object.entries(connections).map(([state, value]) => ({ labels: { ...ofNode, state }, value })),
    },
    { name: 'kong_nginx_requests_total', help: 'Requests since the start', samples: [{ labels: ofNode, value: requests }] },
    {
      name: 'kong_nginx_timers', help: 'Timers that wait, and that run',
      samples: [{ labels: { state: 'pending' }, value: waitingTimers() }, { labels: { state: 'running' }, value: 0 }],
    },
    {
      name: 'kong_nginx_metric_errors_total', help: 'Observations that were dropped, because a metric had too many series', type: 'counter',
      samples: [{ value: metricErrors }],
    },
    {
      name: 'kong_datastore_reachable', help: 'Whether the database of this node answers; 1 on a node without one',
      samples: [{ value: Number(isStoreReachable) }],
    },
    {
      name: 'kong_node_info', help: 'Id of the node, and the release that it behaves as', samples: [{
        labels: { node_id: nodeId, version: KONG_VERSION }, value: 1,
      }],
    },
    { name: 'process_resident_memory_bytes', help: 'Memory of the process', samples: [{ value: memory.rss }] },
    { name: 'nodejs_heap_size_used_bytes', help: 'Memory that objects of JavaScript take', samples: [{ value: memory.heapUsed }] },
  ];
}

function waitingTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
