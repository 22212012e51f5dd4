/** Probes the targets of one upstream: healthy ones and unhealthy ones, each at their interval. */
import type { SecureContext } from 'node:tls';

import type { Address } from './address.ts';
import { probe } from './probe.ts';
import type { ProbeResult } from './probe.ts';
import type { UpstreamBalancer } from './upstream-balancer.ts';

/** What a round of probes is for. */
interface Round {
  startedAt: number;
  isRunning: boolean;
}

export class ActiveProbing {
  readonly #balancer: UpstreamBalancer;
  readonly #secureContext: (balancer: UpstreamBalancer) => SecureContext;
  readonly #rounds: { readonly healthy: Round; readonly unhealthy: Round };

  /** @param now the first round is one interval later. Milliseconds. */
  constructor(balancer: UpstreamBalancer, secureContext: (balancer: UpstreamBalancer) => SecureContext, now: number) {
    this.#balancer = balancer;
    this.#secureContext = secureContext;
    this.#rounds = { healthy: { startedAt: now, isRunning: false }, unhealthy: { startedAt: now, isRunning: false } };
  }

  /** Begins the rounds that are due. One that takes longer than its interval is not overtaken. */
  tick(now: number): void {
    const { active } = this.#balancer.settings.healthchecks;
    for (const kind of ['healthy', 'unhealthy'] as const) {
      const { interval } = active[kind];
      const round = this.#rounds[kind];
      if (interval === 0 || round.isRunning || now - round.startedAt < interval * 1000) continue;
      round.startedAt = now;
      round.isRunning = true;
      void this.#run(kind === 'healthy').finally(() => { round.isRunning = false; });
    }
  }

  async #run(isHealthy: boolean): Promise<void> {
    void this.#balancer.refresh();
    const waiting = this.#balancer.addresses().filter(({ weight, health }) => weight > 0 && health.isHealthy === isHealthy);
    const { concurrency } = this.#balancer.settings.healthchecks.active;
    const work = async () => {
      for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) await this.#probe(address);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, waiting.length) }, work));
  }

  async #probe(address: Address): Promise<void> {
    const { settings } = this.#balancer;
    const checks = settings.healthchecks.active;
    const host = settings.host_header ?? address.hostname;
    this.#report(address, await probe({ address, checks, host, secureContext: () => this.#secureContext(this.#balancer) }));
  }

  #report(address: Address, result: ProbeResult): void {
    const { active } = this.#balancer.settings.healthchecks;
    if (result.kind !== 'status') this.#balancer.report(address, result.kind === 'open' ? 'success' : result.kind, active);
    else if (result.status === 0) this.#balancer.report(address, 'http', active);
    else this.#balancer.reportStatus(address, result.status, active);
  }
}
