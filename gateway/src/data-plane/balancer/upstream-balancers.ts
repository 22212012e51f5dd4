/** The balancers of a node, by the names of their upstreams. */
import type { SecureContext } from 'node:tls';

import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { isSameJson } from '../../base/same-json.ts';
import type { Row } from '../../model/config-table.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Resolver } from '../dns/resolution.ts';
import { ActiveProbing } from './active-probing.ts';
import { UpstreamBalancer } from './upstream-balancer.ts';
import type { UpstreamBalancerOptions } from './upstream-balancer.ts';
import { targetOf, upstreamOf } from './upstream-settings.ts';
import type { UpstreamSettings } from './upstream-settings.ts';

interface UpstreamBalancersOptions extends Pick<UpstreamBalancerOptions, 'judge' | 'onHealth'> {
  readonly resolver: Resolver;
  readonly log: Log;
  readonly clock: Clock;
  /** What probes over TLS present, and verify targets against. @default - another process probes */
  readonly probeContext?: ((upstream: UpstreamSettings, snapshot: Snapshot) => SecureContext) | undefined;
}

/** How often it is looked whether probes are due. Milliseconds. */
const TICK_MS = 100;

/** What balancers are made of: lists that are the same objects while nothing in them changes. */
const ENTITIES = ['upstreams', 'targets'];

interface Kept {
  readonly balancer: UpstreamBalancer;
  readonly probing: ActiveProbing;
  readonly row: Row;
  readonly targets: readonly Row[];
}

export class UpstreamBalancers {
  readonly #options: UpstreamBalancersOptions;
  #byId = new Map<string, Kept>();
  #byName = new Map<string, UpstreamBalancer>();
  #snapshot: Snapshot | undefined;
  #timer: Timer | undefined;

  constructor(options: UpstreamBalancersOptions) {
    this.#options = options;
  }

  /** Takes over the upstreams of a configuration. One that is unchanged goes on as it was. */
  use(snapshot: Snapshot): void {
    const known = this.#snapshot;
    this.#snapshot = snapshot;
    if (known !== undefined && ENTITIES.every((name) => known.entities(name) === snapshot.entities(name))) return;
    const targets = Map.groupBy(snapshot.entities('targets'), ({ upstream }) => upstream);
    const before = this.#byId;
    this.#byId = new Map(snapshot.entities('upstreams').map((row) => {
      const upstream = upstreamOf(row);
      return [upstream.id, this.#keep(row, targets.get(upstream.id) ?? [], before.get(upstream.id))];
    }));
    this.#byName = new Map([...this.#byId.values()].map(({ balancer }) => [balancer.settings.name.toLowerCase(), balancer]));
    this.#probeWhereAsked();
  }

  /** The balancer of the upstream with this name. */
  named(host: string): UpstreamBalancer | undefined {
    return this.#byName.size === 0 ? undefined : this.#byName.get(host.toLowerCase());
  }

  /** The balancer of the upstream with this id. */
  byId(id: string): UpstreamBalancer | undefined {
    return this.#byId.get(id)?.balancer;
  }

  all(): readonly UpstreamBalancer[] {
    return [...this.#byName.values()];
  }

  /** Ends all probes. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #probeWhereAsked(): void {
    const { clock, probeContext } = this.#options;
    if (probeContext === undefined) return;
    const probed = [...this.#byId.values()].filter(({ balancer: { settings: { healthchecks: { active } } } }) => (
      active.healthy.interval > 0 || active.unhealthy.interval > 0));
    this.#timer?.cancel();
    this.#timer = probed.length === 0 ? undefined : clock.every(TICK_MS, () => {
      for (const { probing } of probed) probing.tick(clock.now());
    });
  }

  #keep(row: Row, rows: readonly Row[], kept: Kept | undefined): Kept {
    if (kept !== undefined && isSameJson(kept.row, row) && isSameJson(kept.targets, rows)) return kept;
    const targets = rows.map(targetOf);
    if (kept !== undefined) {
      kept.balancer.update(upstreamOf(row), targets);
      return { ...kept, row, targets: rows };
    }
    const { resolver, log, clock, probeContext, judge, onHealth } = this.#options;
    const balancer = new UpstreamBalancer(upstreamOf(row), targets, { resolver, log, judge, onHealth, now: () => clock.now() });
    const probing = new ActiveProbing(balancer, ({ settings }) => probeContext!(settings, this.#snapshot!), clock.now());
    return { row, targets: rows, balancer, probing };
  }
}
