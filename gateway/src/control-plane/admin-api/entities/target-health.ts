/** The health of a target, as `/upstreams/{upstreams}/health` shows it. */
import { isIP } from 'node:net';

import type { TargetStatus, UpstreamHealth } from '../../../model/target-health.ts';
import type { Entity } from '../../../store/store.ts';

/**
 * The fields that the endpoint adds to a target.
 *
 * @param known what a data plane in this process knows; without one, each target counts as available
 */
export function targetHealth({ upstream, target, weight }: Entity, known: UpstreamHealth | undefined): TargetStatus {
  const status = known?.of(idOf(upstream))?.targets.get(target as string);
  if (status !== undefined) return status;
  const [, host, port] = /^(.*):(\d+)$/.exec(target as string)! as unknown as [string, string, string];
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  const share = weight as number;
  return {
    health: 'HEALTHCHECKS_OFF',
    data: {
      host,
      port: Number(port),
      dns: version === 0 ? 'unresolved' : version === 4 ? 'A' : 'AAAA',
      nodeWeight: share,
      weight: { total: share, available: share, unavailable: 0 },
      addresses: version === 0 ? [] : [{ ip: host, port: Number(port), weight: share, health: 'HEALTHCHECKS_OFF' }],
    },
  };
}

/** References are ids or objects with one. */
function idOf(reference: unknown): string {
  return typeof reference === 'string' ? reference : String(Object(reference).id);
}
