/** What a node knows of a target's health: this gateway has no health checks, so that each target counts as available. */
import { isIP } from 'node:net';

import type { Entity } from '../../../store/store.ts';

/** The fields that `/upstreams/{upstreams}/health` adds to a target. */
export function targetHealth({ target, weight }: Entity) {
  const [, host, port] = /^(.*):(\d+)$/.exec(target as string)! as unknown as [string, string, string];
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  return {
    health: 'HEALTHCHECKS_OFF',
    data: {
      host,
      port: Number(port),
      // Names are resolved when a request is sent.
      dns: version === 0 ? 'unresolved' : version === 4 ? 'A' : 'AAAA',
      nodeWeight: weight,
      weight: { total: weight, available: weight, unavailable: 0 },
      addresses: version === 0 ? [] : [{ ip: host, port: Number(port), weight, health: 'HEALTHCHECKS_OFF' }],
    },
  };
}
