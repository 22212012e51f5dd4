/**
 * The health of targets in a worker: it reports what happens to requests, and the supervisor says what follows. A success is reported only
 * where it can change something, so that healthy targets cost no messages.
 */
import type { HealthEvent } from '../../data-plane/balancer/address-health.ts';
import type { Address } from '../../data-plane/balancer/address.ts';
import type { HealthJudge, UpstreamBalancer } from '../../data-plane/balancer/upstream-balancer.ts';
import { nameOf } from './health-messages.ts';
import type { AddressReport, AddressState } from './health-messages.ts';

/** Reports of one message; a flood of failures says nothing new. */
const MAX_WAITING = 1_000;

export class ForwardedHealth implements HealthJudge {
  readonly #report: (reports: readonly AddressReport[]) => void;
  readonly #balancer: (upstreamId: string) => UpstreamBalancer | undefined;
  readonly #unhealthy = new Set<string>();
  readonly #suspect = new Set<string>();
  #waiting: AddressReport[] = [];

  /** @param balancer of an upstream, by id */
  constructor(report: (reports: readonly AddressReport[]) => void, balancer: (upstreamId: string) => UpstreamBalancer | undefined) {
    this.#report = report;
    this.#balancer = balancer;
  }

  report({ settings: { id } }: UpstreamBalancer, { ip, port }: Address, event: HealthEvent): void {
    const name = nameOf({ upstream: id, ip, port });
    if (event !== 'success') this.#suspect.add(name);
    // A success that was reported has taken the failures back; an unhealthy address needs several.
    else if (!this.#unhealthy.has(name) && !this.#suspect.delete(name)) return;
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ upstream: id, ip, port, event });
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  instruct(balancer: UpstreamBalancer): void {
    if (!balancer.usesHealthChecks) return;
    const { id } = balancer.settings;
    for (const { ip, port, health } of balancer.addresses()) {
      const isHealthy = !this.#unhealthy.has(nameOf({ upstream: id, ip, port }));
      if (health.isHealthy !== isHealthy) health.set(isHealthy);
    }
  }

  /** The supervisor says what it knows. */
  told(states: readonly AddressState[]): void {
    const concerned = new Set<string>();
    for (const state of states) {
      const name = nameOf(state);
      put(this.#unhealthy, name, !state.isHealthy);
      put(this.#suspect, name, state.isSuspect);
      concerned.add(state.upstream);
    }
    for (const upstream of concerned) this.#instruct(upstream);
  }

  /** The supervisor says all that it knows. */
  toldAll(states: readonly AddressState[]): void {
    const before = [...this.#unhealthy].map((name) => name.slice(0, name.indexOf(' ')));
    this.#unhealthy.clear();
    this.#suspect.clear();
    this.told(states);
    for (const upstream of new Set(before)) this.#instruct(upstream);
  }

  #instruct(upstream: string): void {
    const balancer = this.#balancer(upstream);
    if (balancer !== undefined) this.instruct(balancer);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#report(waiting);
  }
}

function put(set: Set<string>, name: string, isIn: boolean): void {
  if (isIn) set.add(name);
  else set.delete(name);
}
