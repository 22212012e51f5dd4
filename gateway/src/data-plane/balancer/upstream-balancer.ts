/** The targets of one upstream entity: which gets the next request, and how they do. Survives configurations that keep the upstream. */
import type { Log } from '../../base/log.ts';
import type { Resolver } from '../dns/resolution.ts';
import type { HealthEvent } from './address-health.ts';
import type { Address } from './address.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { BalancedTarget } from './balanced-target.ts';
import { ConsistentHashing } from './consistent-hashing.ts';
import { Latency } from './latency.ts';
import { LeastConnections } from './least-connections.ts';
import { RoundRobin } from './round-robin.ts';
import { usesHealthChecks } from './upstream-settings.ts';
import type { Checks, TargetSettings, UpstreamSettings } from './upstream-settings.ts';

/** Decides on the health of addresses in place of a balancer that sees a part of the requests only. */
export interface HealthJudge {
  /** Something happened that counts. */
  report(balancer: UpstreamBalancer, address: Address, event: HealthEvent): void;
  /** Sets the health of addresses that may be new to the balancer. */
  instruct(balancer: UpstreamBalancer): void;
}

export interface UpstreamBalancerOptions {
  readonly resolver: Resolver;
  readonly log: Log;
  /** @default - the balancer, by what it sees */
  readonly judge?: HealthJudge | undefined;
  /** Called when an address became healthy or unhealthy. */
  readonly onHealth?: ((balancer: UpstreamBalancer, address: Address) => void) | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

export class UpstreamBalancer {
  settings: UpstreamSettings;
  targets: readonly BalancedTarget[] = [];
  usesHealthChecks = false;
  #hasNames = false;
  readonly #options: UpstreamBalancerOptions;
  #algorithm: Algorithm;
  /** Addresses that names had not given yet when they were asked for first. */
  #starting: Promise<void> | undefined;

  constructor(settings: UpstreamSettings, targets: readonly TargetSettings[], options: UpstreamBalancerOptions) {
    this.settings = settings;
    this.#options = options;
    this.#algorithm = new RoundRobin([]);
    this.update(settings, targets);
  }

  /** Takes over another configuration of the upstream; addresses that stay keep their health. */
  update(settings: UpstreamSettings, targets: readonly TargetSettings[]): void {
    this.settings = settings;
    this.usesHealthChecks = usesHealthChecks(settings);
    const known = new Map(this.targets.map((target) => [`${target.host}:${target.port}`, target]));
    this.targets = targets.map((row) => {
      const target = known.get(row.target) ?? new BalancedTarget(row);
      if (target.weight !== row.weight) target.setWeight(row.weight);
      return target;
    });
    this.#hasNames = this.targets.some(({ isName }) => isName);
    if (!this.usesHealthChecks) for (const address of this.addresses()) address.health.set(true);
    this.#rebuild();
    this.#starting = this.refresh();
  }

  addresses(): readonly Address[] {
    return this.targets.flatMap(({ addresses }) => addresses);
  }

  /** Whether enough of the weights is available for requests to be sent at all. */
  get isHealthy(): boolean {
    const { total, available } = this.weights;
    return total > 0 && (available / total) * 100 > this.settings.healthchecks.threshold;
  }

  get weights(): { readonly total: number; readonly available: number } {
    let total = 0;
    let available = 0;
    for (const { addresses } of this.targets) {
      for (const { weight, health } of addresses) {
        total += weight;
        if (health.isHealthy) available += weight;
      }
    }
    return { total, available };
  }

  /** Chooses where a request goes. Waits for names only where nothing is known yet. @returns `undefined` when nothing is available */
  choose(choice: Choice): Address | undefined | Promise<Address | undefined> {
    const refreshing = this.#hasNames ? this.refresh() : undefined;
    if (refreshing === undefined || this.targets.some(({ addresses }) => addresses.length > 0)) return this.#chooseNow(choice);
    return (this.#starting ?? refreshing).then(() => this.#chooseNow(choice));
  }

  #chooseNow(choice: Choice): Address | undefined {
    return this.isHealthy ? this.#algorithm.choose(choice) : undefined;
  }

  /** Looks names up whose addresses have expired. @returns `undefined` when there are none */
  refresh(): Promise<void> | undefined {
    const { resolver, now } = this.#options;
    const expired = this.targets.filter((target) => target.isName && target.isExpired(now()));
    if (expired.length === 0) return undefined;
    return Promise.all(expired.map((target) => target.resolve(resolver, now))).then((changed) => {
      if (changed.includes(true)) this.#rebuild();
    });
  }

  answered(address: Address, ms: number): void {
    this.#algorithm.answered?.(address, ms);
  }

  /** Counts what happened to a request or to a probe. */
  report(address: Address, event: HealthEvent, checks: Checks): void {
    const { successes } = checks.healthy;
    const { tcp_failures: tcp, timeouts: timeout, http_failures: http } = checks.unhealthy;
    const limit = { success: successes, tcp, timeout, http }[event];
    if (!this.usesHealthChecks || limit === 0) return;
    const { judge } = this.#options;
    if (judge !== undefined) judge.report(this, address, event);
    else if (address.health.count(event, limit)) this.#changed(address);
  }

  /** Counts the status of an answer. Statuses that the checks do not name count as nothing. */
  reportStatus(address: Address, status: number, checks: Checks): void {
    if (checks.healthy.http_statuses.includes(status)) this.report(address, 'success', checks);
    else if (checks.unhealthy.http_statuses.includes(status)) this.report(address, 'http', checks);
  }

  /** Sets the health of addresses by hand. @returns whether it has health checks to set it for */
  setHealth(isHealthy: boolean, addresses: readonly Address[]): boolean {
    if (!this.usesHealthChecks) return false;
    for (const address of addresses) if (address.health.set(isHealthy)) this.#changed(address);
    return true;
  }

  #changed(address: Address): void {
    const { ip, port, hostname, health } = address;
    this.#options.onHealth?.(this, address);
    this.#options.log.warn(`upstream ${this.settings.name}: ${ip}:${port} is ${health.isHealthy ? 'healthy' : 'unhealthy'} now`, {
      upstream: this.settings.name, target: hostname, address: `${ip}:${port}`, healthy: health.isHealthy,
    });
  }

  #rebuild(): void {
    const { algorithm, slots } = this.settings;
    this.#algorithm = algorithm === 'consistent-hashing' ? new ConsistentHashing(this.targets, slots)
      : algorithm === 'least-connections' ? new LeastConnections(this.targets)
        : algorithm === 'latency' ? new Latency(this.targets)
          : new RoundRobin(this.targets, this.#algorithm);
    this.#options.judge?.instruct(this);
  }
}
