/** What a plane's pods do behind Network Load Balancers, which notice late that a pod has come or gone. */
import { DRAIN_SECONDS, ENV } from '../../../private/contract';
import { FINISH_SECONDS, POD_DRAIN_SECONDS } from '../load-balancers/network-targets';
import { readinessGateLabels } from '../load-balancers/target-binding';
import type { PlaneDescription } from '../plane/plane';
import type { PlaneService } from './services';

/** The plane as it has to be behind its Services: the same one where none has a Network Load Balancer. */
export function behindServices(plane: PlaneDescription, services: readonly PlaneService[]): PlaneDescription {
  const reach = services.map((service) => service.reach).find(({ kind }) => kind === 'network-load-balancer');
  if (reach?.kind !== 'network-load-balancer') return plane;
  return {
    ...plane,
    settings: { ...plane.settings, [ENV.drainSeconds]: String(POD_DRAIN_SECONDS) },
    balancing: { drainSeconds: POD_DRAIN_SECONDS, namespaceLabels: readinessGateLabels(reach.loadBalancerClass) },
  };
}

/** Seconds that a pod keeps serving after its stop signal. */
export function drainSeconds({ balancing }: PlaneDescription): number {
  return balancing?.drainSeconds ?? DRAIN_SECONDS;
}

/** Draining, then the requests that are still running. */
export function graceSeconds(plane: PlaneDescription): number {
  return drainSeconds(plane) + FINISH_SECONDS;
}

/**
 * New pods come before old ones go. Behind a load balancer each takes minutes to become ready: half of them at a time,
 * so that an update of any size takes two rounds and ends while Helm waits for it.
 */
export function rollingUpdate({ balancing }: PlaneDescription) {
  return { maxSurge: balancing ? '50%' : 1, maxUnavailable: 0 };
}
