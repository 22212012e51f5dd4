/** What plugins share on a node. Each service has a file or folder here. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { NodeServices } from '../plugin-kit/services.ts';
import { MemoryCache } from './memory-cache.ts';
import { NodeCounters } from './node-counters.ts';
import { RedisConnections } from './redis-connections.ts';

interface NodeServicesOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** PEM, or `system`: whom connections of plugins trust. */
  readonly authorities: readonly string[];
}

export function createNodeServices({ log, clock, authorities }: NodeServicesOptions): NodeServices {
  return {
    counters: new NodeCounters(clock),
    cache: new MemoryCache(clock),
    redis: new RedisConnections({ log, clock, authorities }),
  };
}
