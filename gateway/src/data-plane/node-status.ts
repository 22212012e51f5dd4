/** What a data plane shows at `GET /status`, `GET /status/configuration` and `GET /metrics`. */
import type { MetricFamily } from '../base/metrics.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { NodeConfiguration, ProcessMemory, ProxyTraffic } from './node-parts.ts';

/** @param hash of the configuration that runs; `undefined` before there is any */
export function nodeStatus({ open, accepted, requests }: ProxyTraffic, memory: ProcessMemory, hash: string | undefined): unknown {
  return {
    // Kong's fields for Lua stay, empty, for tools that read them.
    memory: { workers_lua_vms: [], lua_shared_dicts: {}, rss_bytes: memory.rss, heap_used_bytes: memory.heapUsed },
    server: {
      connections_active: open,
      connections_accepted: accepted,
      connections_handled: accepted,
      total_requests: requests,
    },
    configuration_hash: hash ?? NO_HASH,
  };
}

/** What runs and where it came from, what of it is not served, and what was refused. */
export function configurationStatus({ hash, origin, quarantine, refused }: NodeConfiguration): unknown {
  return {
    configuration_hash: hash ?? NO_HASH,
    origin: origin ?? null,
    quarantined: quarantine,
    refused: refused === undefined ? null : { config_hash: refused.hash, message: refused.message },
  };
}

export function configurationGauges({ quarantine, refused }: NodeConfiguration): readonly MetricFamily[] {
  return [
    {
      name: 'hybridge_quarantined_entities',
      help: 'Entities of the configuration that this data plane does not serve',
      samples: [{ value: quarantine.total }],
    },
    {
      name: 'hybridge_configuration_refused',
      help: 'Whether this data plane refused the newest configuration and runs the one before',
      samples: [{ value: refused === undefined ? 0 : 1 }],
    },
  ];
}
