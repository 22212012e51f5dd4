/** What plugins share on a node. Each service has a file or folder here. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Counters, NodeServices, StoredSessions, TracingSettings, UpstreamHealth } from '../plugin-kit/services.ts';
import { httpClients } from './http-client/http-clients.ts';
import { MAX_CACHE_BYTES, MemoryCache } from './memory-cache.ts';
import { nodeMessages } from './messages/node-messages.ts';
import { MetricsRegistry } from './metrics-registry.ts';
import { NodeCounters } from './node-counters.ts';
import { NodeQueues } from './queues/node-queues.ts';
import { RedisConnections } from './redis-connections.ts';

const NO_TRACING: TracingSettings = { instrumentations: ['off'], samplingRate: 0.01 };

interface NodeServicesOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** PEM, or `system`: whom connections of plugins trust. */
  readonly authorities: readonly string[];
  /** @default - off */
  readonly tracing?: TracingSettings;
  /** @default - none: the node has no database of its own */
  readonly sessions?: StoredSessions;
  /** Path of the socket of the system's log. @default '/dev/log' */
  readonly systemLog?: string;
  /** @default - there are no upstreams */
  readonly upstreams?: UpstreamHealth;
  /** @default - those of this process */
  readonly counters?: Counters;
  /** Part of the memory for values that can be had again. @default 1 */
  readonly memoryShare?: number;
}

/** The services, and their end. */
export interface OpenNodeServices extends NodeServices {
  readonly queues: NodeQueues;
  readonly metrics: MetricsRegistry;
  /**
   * Called when no plugin uses them any more.
   * @param limitMs for the entries that queues still have
   */
  close(limitMs: number): Promise<void>;
}

export function createNodeServices(
  {
    log, clock, authorities, tracing = NO_TRACING, systemLog = '/dev/log', sessions, upstreams = { targets: () => [] }, memoryShare = 1,
    counters = new NodeCounters(clock),
  }: NodeServicesOptions,
): OpenNodeServices {
  const queues = new NodeQueues(clock);
  const messages = nodeMessages({ clock, authorities, systemLog });
  return {
    counters,
    cache: new MemoryCache(clock, MAX_CACHE_BYTES * memoryShare),
    tracing,
    upstreams,
    redis: new RedisConnections({ log, clock, authorities }),
    http: httpClients(authorities),
    queues,
    metrics: new MetricsRegistry(),
    messages,
    ...sessions !== undefined && { sessions },
    close: async (limitMs) => {
      await queues.close(limitMs);
      await messages.close();
    },
  };
}
