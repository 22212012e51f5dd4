/** The targets of upstreams without requests: probes, and what is known of their health. For the supervisor of several workers. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Settings } from '../settings/settings.ts';
import type { UpstreamBalancerOptions } from './balancer/upstream-balancer.ts';
import { UpstreamBalancers } from './balancer/upstream-balancers.ts';
import { nodeResolver } from './dns/node-resolver.ts';
import { serviceTlsOf } from './http/service-tls.ts';
import { UpstreamTls } from './http/upstream-tls.ts';

interface TargetWatchOptions extends Required<Pick<UpstreamBalancerOptions, 'onHealth'>> {
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: Clock;
}

/** Entity types that probes need. */
export const PROBED_ENTITIES = ['upstreams', 'targets', 'certificates', 'ca_certificates'] as const;

export function targetWatch({ settings, log, clock, onHealth }: TargetWatchOptions): UpstreamBalancers {
  const tls = new UpstreamTls(settings.upstreamTls);
  return new UpstreamBalancers({
    resolver: nodeResolver(settings.dns, () => clock.now()), log, clock, onHealth,
    probeContext: (upstream, snapshot) => tls.probeContext(serviceTlsOf(snapshot, { row: {} }, upstream)),
  });
}
