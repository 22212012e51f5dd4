/** What plugins share on a node. Each service has a file or folder here. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { NodeServices, TracingSettings } from '../plugin-kit/services.ts';
import { httpClients } from './http-client/http-clients.ts';
import { MemoryCache } from './memory-cache.ts';
import { MetricsRegistry } from './metrics-registry.ts';
import { NodeCounters } from './node-counters.ts';
import { NodeQueues } from './queues/node-queues.ts';
import { RedisConnections } from './redis-connections.ts';

interface NodeServicesOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** PEM, or `system`: whom connections of plugins trust. */
  readonly authorities: readonly string[];
  readonly tracing: TracingSettings;
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

export function createNodeServices({ log, clock, authorities, tracing }: NodeServicesOptions): OpenNodeServices {
  const queues = new NodeQueues(clock);
  return {
    counters: new NodeCounters(clock),
    cache: new MemoryCache(clock),
    tracing,
    redis: new RedisConnections({ log, clock, authorities }),
    http: httpClients(authorities),
    queues,
    metrics: new MetricsRegistry(),
    close: (limitMs) => queues.close(limitMs),
  };
}
