/** Metrics of what proxies: its event loop, connections to upstreams, refusals, queues, logs. docs/observability.md lists them, too. */
import type { MetricFamily, Sample } from '../base/metrics.ts';
import type { PoolStats } from '../http-engine/http1/upstream-pool.ts';
import type { QueueCounts } from '../plugin-kit/queues.ts';
import type { EventLoopNumbers } from './event-loop.ts';

export interface EngineNumbers {
  /** Of the process: with several workers, each has series of its own. */
  readonly pid: number;
  readonly eventLoop: EventLoopNumbers;
  /** Requests under way. */
  readonly active: number;
  readonly pool: PoolStats;
  /** Connections that requests share, and what was wrong on them, by reason, since the start. */
  readonly http2: { readonly connections: number; readonly refused: ReadonlyMap<string, number> };
  /** Refused bytes of clients, by reason, since the start. */
  readonly refused: ReadonlyMap<string, number>;
  readonly queues: QueueCounts;
  /** Lines of the access log, since the start. */
  readonly lostLines: number;
  /** Configurations that requests still use, the running one included. */
  readonly generations: number;
}

interface Row extends Omit<MetricFamily, 'samples'> {
  readonly of: (numbers: EngineNumbers) => readonly Sample[];
}

const one = (value: number): readonly Sample[] => [{ value }];

function each(label: string, values: Iterable<readonly [string, number]>, more: Readonly<Record<string, string>> = {}): readonly Sample[] {
  return [...values].map(([name, value]) => ({ labels: { [label]: name, ...more }, value }));
}

const ROWS: readonly Row[] = [
  {
    name: 'hybridge_event_loop_delay_seconds', help: 'How late the event loop ran since the last scrape, by quantile',
    of: ({ pid, eventLoop }) => each('quantile', Object.entries(eventLoop.delays), { pid: String(pid) }),
  },
  {
    name: 'hybridge_event_loop_utilization', help: 'Share of the time since the last scrape that the event loop was busy',
    of: ({ pid, eventLoop }) => [{ labels: { pid: String(pid) }, value: eventLoop.utilisation }],
  },
  { name: 'hybridge_requests_active', help: 'Requests under way', of: ({ active }) => one(active) },
  {
    name: 'hybridge_requests_waiting', help: 'Requests that wait for a connection to an upstream',
    of: ({ pool }) => one(pool.waiting),
  },
  {
    name: 'hybridge_upstream_connections', help: 'Open connections to upstreams, by state',
    of: ({ pool, http2 }) => each('state', [
      ['idle', pool.idle], ['busy', Math.max(pool.open - pool.idle, 0)], ['http2', http2.connections],
    ]),
  },
  {
    name: 'hybridge_upstream_connections_opened_total', help: 'Connections to upstreams that were opened', type: 'counter',
    of: ({ pool }) => one(pool.made),
  },
  {
    name: 'hybridge_upstream_connections_reused_total', help: 'Requests on a connection that had served another', type: 'counter',
    of: ({ pool }) => one(pool.reused),
  },
  {
    name: 'hybridge_refused_requests_total', help: 'Bytes of clients that are no request, by reason', type: 'counter',
    of: ({ refused }) => each('reason', refused),
  },
  {
    name: 'hybridge_refused_answers_total', help: 'Answers of upstreams that are not well formed, by reason', type: 'counter',
    of: ({ pool, http2 }) => [
      ...each('reason', Object.entries(pool.refused), { protocol: 'http/1' }), ...each('reason', http2.refused, { protocol: 'http/2' }),
    ],
  },
  {
    name: 'hybridge_queue_entries', help: 'Entries that wait in the queues of plugins, or are being sent',
    of: ({ queues }) => one(queues.pending),
  },
  { name: 'hybridge_queue_bytes', help: 'Memory of those entries', of: ({ queues }) => one(queues.pendingBytes) },
  {
    name: 'hybridge_queue_entries_taken_total', help: 'Entries that plugins gave to queues', type: 'counter',
    of: ({ queues }) => one(queues.taken),
  },
  {
    name: 'hybridge_queue_entries_delivered_total', help: 'Entries that receivers took', type: 'counter',
    of: ({ queues }) => one(queues.delivered),
  },
  {
    name: 'hybridge_queue_entries_lost_total', help: 'Entries that no receiver got, by reason', type: 'counter',
    of: ({ queues }) => each('reason', Object.entries(queues.lost)),
  },
  {
    name: 'hybridge_access_log_lost_lines_total', help: 'Lines of the access log that could not be written', type: 'counter',
    of: ({ lostLines }) => one(lostLines),
  },
  {
    name: 'hybridge_configuration_generations', help: 'Configurations in memory: the running one, and those that requests began with',
    of: ({ generations }) => one(generations),
  },
];

export function engineFamilies(numbers: EngineNumbers): readonly MetricFamily[] {
  return ROWS.map(({ of, ...family }) => ({ ...family, samples: of(numbers) }));
}

/** Names of all families, also of those that have no series yet. */
export const ENGINE_FAMILY_NAMES: readonly string[] = ROWS.map(({ name }) => name);
