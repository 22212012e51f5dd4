/** The health of the targets of upstreams, as metrics show it. */
import { isIPv6 } from 'node:net';

import type { TargetHealth } from '../../plugin-kit/services.ts';
import type { UpstreamBalancer } from './upstream-balancer.ts';

export function targetHealth(balancers: readonly UpstreamBalancer[]): readonly TargetHealth[] {
  return balancers.flatMap(({ settings, targets, usesHealthChecks }) => targets.flatMap(({ host, port, addresses }): TargetHealth[] => {
    const target = { upstream: settings.name, target: `${host}:${port}` };
    if (addresses.length === 0) return [{ ...target, address: '', state: 'dns_error' }];
    return addresses.map((address) => ({
      ...target,
      address: `${isIPv6(address.ip) ? `[${address.ip}]` : address.ip}:${address.port}`,
      state: !usesHealthChecks ? 'healthchecks_off' : address.health.isHealthy ? 'healthy' : 'unhealthy',
    }));
  }));
}
