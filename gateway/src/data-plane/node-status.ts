/** What a data plane shows at `GET /status`. */
import { NO_HASH } from '../model/config-hash.ts';

interface NodeCounters {
  readonly connectionsActive: number;
  readonly connectionsAccepted: number;
  readonly totalRequests: number;
}

/** @param hash of the configuration that runs; `undefined` before there is any */
export function nodeStatus({ connectionsActive, connectionsAccepted, totalRequests }: NodeCounters, hash: string | undefined): unknown {
  const memory = process.memoryUsage();
  return {
    // Kong's fields for Lua stay, empty, for tools that read them.
    memory: { workers_lua_vms: [], lua_shared_dicts: {}, rss_bytes: memory.rss, heap_used_bytes: memory.heapUsed },
    server: {
      connections_active: connectionsActive,
      connections_accepted: connectionsAccepted,
      connections_handled: connectionsAccepted,
      total_requests: totalRequests,
    },
    configuration_hash: hash ?? NO_HASH,
  };
}
