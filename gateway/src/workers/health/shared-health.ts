/** The health of targets for all workers: what they report is counted here, where the probes are, too. */
import { AddressHealth } from '../../data-plane/balancer/address-health.ts';
import type { HealthEvent } from '../../data-plane/balancer/address-health.ts';
import type { Address } from '../../data-plane/balancer/address.ts';
import type { UpstreamBalancer } from '../../data-plane/balancer/upstream-balancer.ts';
import type { UpstreamBalancers } from '../../data-plane/balancer/upstream-balancers.ts';
import { nameOf } from './health-messages.ts';
import type { AddressName, AddressReport, AddressState } from './health-messages.ts';

/** Addresses that only workers know: names may have other addresses for them. */
const MAX_FOREIGN = 10_000;

export class SharedHealth {
  readonly #balancers: UpstreamBalancers;
  readonly #tell: (states: readonly AddressState[]) => void;
  readonly #suspect = new Map<string, AddressName>();
  readonly #foreign = new Map<string, { readonly name: AddressName; readonly health: AddressHealth }>();

  /** @param tell all workers */
  constructor(balancers: UpstreamBalancers, tell: (states: readonly AddressState[]) => void) {
    this.#balancers = balancers;
    this.#tell = tell;
  }

  /** An address of a balancer has become healthy or unhealthy: by a probe, by hand, or by what was reported. */
  changed({ settings: { id } }: UpstreamBalancer, { ip, port, health: { isHealthy } }: Address): void {
    const name = { upstream: id, ip, port };
    this.#suspect.delete(nameOf(name));
    this.#tell([{ ...name, isHealthy, isSuspect: false }]);
  }

  /** What happened to requests of a worker. */
  reported(reports: readonly AddressReport[]): void {
    for (const report of reports) {
      const balancer = this.#balancers.byId(report.upstream);
      if (balancer === undefined || !balancer.usesHealthChecks) continue;
      const address = balancer.addresses().find(({ ip, port }) => ip === report.ip && port === report.port);
      if (address === undefined) this.#countForeign(balancer, report);
      else balancer.report(address, report.event, balancer.settings.healthchecks.passive);
      this.#suspectOf(report, (address?.health ?? this.#foreign.get(nameOf(report))?.health)?.isHealthy ?? true);
    }
  }

  /** All addresses with something to say, for a worker that knows nothing yet. */
  states(): readonly AddressState[] {
    const unhealthy = this.#balancers.all().flatMap((balancer) => balancer.addresses().flatMap(({ ip, port, health }) => (
      health.isHealthy ? [] : [{ upstream: balancer.settings.id, ip, port, isHealthy: false, isSuspect: false }])));
    const foreign = [...this.#foreign.values()].flatMap(({ name, health }) => (
      health.isHealthy ? [] : [{ ...name, isHealthy: false, isSuspect: false }]));
    return [...unhealthy, ...foreign, ...[...this.#suspect.values()].map((name) => ({ ...name, isHealthy: true, isSuspect: true }))];
  }

  /** The upstreams have changed: what is known of others is forgotten. */
  prune(): void {
    for (const [key, { name }] of this.#foreign) if (this.#balancers.byId(name.upstream) === undefined) this.#foreign.delete(key);
    for (const [key, { upstream }] of this.#suspect) if (this.#balancers.byId(upstream) === undefined) this.#suspect.delete(key);
  }

  /** Workers report the next success of an address with counted failures; one success takes them back. */
  #suspectOf({ upstream, ip, port, event }: AddressReport, isHealthy: boolean): void {
    const name = { upstream, ip, port };
    const key = nameOf(name);
    if (event === 'success' || !isHealthy) {
      this.#suspect.delete(key);
      return;
    }
    if (this.#suspect.has(key)) return;
    this.#suspect.set(key, name);
    this.#tell([{ ...name, isHealthy: true, isSuspect: true }]);
  }

  #countForeign(balancer: UpstreamBalancer, { upstream, ip, port, event }: AddressReport): void {
    const key = nameOf({ upstream, ip, port });
    let foreign = this.#foreign.get(key);
    if (foreign === undefined) {
      if (this.#foreign.size >= MAX_FOREIGN) this.#foreign.delete(this.#foreign.keys().next().value!);
      foreign = { name: { upstream, ip, port }, health: new AddressHealth() };
      this.#foreign.set(key, foreign);
    }
    if (!foreign.health.count(event, limitOf(balancer, event))) return;
    this.#tell([{ ...foreign.name, isHealthy: foreign.health.isHealthy, isSuspect: false }]);
  }
}

function limitOf({ settings: { healthchecks: { passive } } }: UpstreamBalancer, event: HealthEvent): number {
  const { tcp_failures: tcp, timeouts: timeout, http_failures: http } = passive.unhealthy;
  return { success: passive.healthy.successes, tcp, timeout, http }[event];
}
