/** The health of targets as the Admin API, the status API and metrics show it. */
import { isIPv6 } from 'node:net';

import type { HealthState, TargetStatus, UpstreamHealth, UpstreamStatus } from '../../model/target-health.ts';
import type { TargetHealth } from '../../plugin-kit/services.ts';
import type { BalancedTarget } from './balanced-target.ts';
import type { UpstreamBalancer } from './upstream-balancer.ts';
import type { UpstreamBalancers } from './upstream-balancers.ts';

export class HealthReport implements UpstreamHealth {
  readonly #balancers: UpstreamBalancers;

  constructor(balancers: UpstreamBalancers) {
    this.#balancers = balancers;
  }

  of(upstreamId: string): UpstreamStatus | undefined {
    const balancer = this.#balancers.byId(upstreamId);
    return balancer && statusOf(balancer);
  }

  /** What the status API shows of an upstream; `undefined` for a name that is none. */
  shown(name: string): unknown {
    const balancer = this.#balancers.named(name);
    if (balancer === undefined) return undefined;
    const { health, weight, targets } = statusOf(balancer);
    return { upstream: balancer.settings.name, health, weight, data: [...targets].map(([target, status]) => ({ target, ...status })) };
  }

  set(upstreamId: string, target: string, isHealthy: boolean, address?: string): boolean {
    const balancer = this.#balancers.byId(upstreamId);
    const found = balancer?.targets.find(({ host, port }) => `${host}:${port}` === target);
    if (balancer === undefined || found === undefined) return false;
    const chosen = found.addresses.filter((one) => address === undefined || [one.ip, shown(one)].includes(address));
    return balancer.setHealth(isHealthy, chosen);
  }

  /** The health of every address of every target. */
  healthOf(): readonly TargetHealth[] {
    return this.#balancers.all().flatMap((balancer) => balancer.targets.flatMap((target): readonly TargetHealth[] => {
      const named = { upstream: balancer.settings.name, target: `${target.host}:${target.port}` };
      if (target.addresses.length === 0) return [{ ...named, address: '', state: 'dns_error' }];
      return target.addresses.map((address) => ({
        ...named, address: shown(address),
        state: !balancer.usesHealthChecks ? 'healthchecks_off' : address.health.isHealthy ? 'healthy' : 'unhealthy',
      }));
    }));
  }
}

function statusOf(balancer: UpstreamBalancer): UpstreamStatus {
  const { total, available } = balancer.weights;
  return {
    health: !balancer.usesHealthChecks ? 'HEALTHCHECKS_OFF' : balancer.isHealthy ? 'HEALTHY' : 'UNHEALTHY',
    weight: { total, available, unavailable: total - available },
    targets: new Map(balancer.targets.map((target) => [`${target.host}:${target.port}`, targetStatus(balancer, target)])),
  };
}

function targetStatus({ usesHealthChecks }: UpstreamBalancer, target: BalancedTarget): TargetStatus {
  const stateOf = (isHealthy: boolean): HealthState => !usesHealthChecks ? 'HEALTHCHECKS_OFF' : isHealthy ? 'HEALTHY' : 'UNHEALTHY';
  const { host, port, weight, addresses, totalWeight, availableWeight } = target;
  return {
    health: addresses.length === 0 ? 'DNS_ERROR' : stateOf(addresses.some(({ health }) => health.isHealthy)),
    data: {
      host, port, nodeWeight: weight,
      dns: addresses.length === 0 ? target.failure ?? 'unresolved' : target.recordType ?? 'unresolved',
      weight: { total: totalWeight, available: availableWeight, unavailable: totalWeight - availableWeight },
      addresses: addresses.map((address) => ({
        ip: bracketed(address.ip), port: address.port, weight: address.weight, health: stateOf(address.health.isHealthy),
      })),
    },
  };
}

function shown({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${bracketed(ip)}:${port}`;
}

function bracketed(ip: string): string {
  return isIPv6(ip) ? `[${ip}]` : ip;
}
