/** The service that a request goes to, and what is the same for all requests of it. */
import type { UpstreamTimeouts } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import { HostSelection } from '../balancer/peer-selection.ts';
import type { Resolver } from '../dns/resolution.ts';
import type { HttpExchange } from './http-exchange.ts';

interface ServicePlan {
  readonly resolver: Resolver;
  /** Where it names no upstream. */
  readonly peers: HostSelection;
  readonly timeouts: UpstreamTimeouts;
}

const plans = new WeakMap<Service, ServicePlan>();

export function servicePlanOf(service: Service, resolver: Resolver): ServicePlan {
  const known = plans.get(service);
  if (known?.resolver === resolver) return known;
  const { host, port, connectTimeoutMs: connectMs, writeTimeoutMs: writeMs, readTimeoutMs: readMs } = service;
  const made = { resolver, peers: new HostSelection(host, port, resolver), timeouts: { connectMs, writeMs, readMs } };
  plans.set(service, made);
  return made;
}

/** The service, with what plugins put in its place. */
export function targetOf({ changes }: HttpExchange, service: Service): Service {
  if (changes === undefined || (changes.scheme === undefined && changes.target === undefined)) return service;
  return { ...service, ...changes.target, ...changes.scheme !== undefined && { protocol: changes.scheme } };
}
