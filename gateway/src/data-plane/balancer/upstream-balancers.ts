/** The balancers of a node, by the names of their upstreams. */
import type { Log } from '../../base/log.ts';
import type { Row } from '../../model/config-table.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Resolver } from '../dns/resolution.ts';
import { UpstreamBalancer } from './upstream-balancer.ts';
import { targetOf, upstreamOf } from './upstream-settings.ts';

interface UpstreamBalancersOptions {
  readonly resolver: Resolver;
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Kept {
  readonly balancer: UpstreamBalancer;
  /** What it was made of, as text. */
  readonly made: string;
}

export class UpstreamBalancers {
  readonly #options: UpstreamBalancersOptions;
  #byId = new Map<string, Kept>();
  #byName = new Map<string, UpstreamBalancer>();

  constructor(options: UpstreamBalancersOptions) {
    this.#options = options;
  }

  /** Takes over the upstreams of a configuration. One that is unchanged goes on as it was. */
  use(snapshot: Snapshot): void {
    const targets = Map.groupBy(snapshot.entities('targets'), ({ upstream }) => upstream);
    const before = this.#byId;
    this.#byId = new Map(snapshot.entities('upstreams').map((row) => {
      const upstream = upstreamOf(row);
      return [upstream.id, this.#keep(row, targets.get(upstream.id) ?? [], before.get(upstream.id))];
    }));
    this.#byName = new Map([...this.#byId.values()].map(({ balancer }) => [balancer.settings.name.toLowerCase(), balancer]));
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

  #keep(row: Row, rows: readonly Row[], kept: Kept | undefined): Kept {
    const made = JSON.stringify([row, rows]);
    if (kept?.made === made) return kept;
    const targets = rows.map(targetOf);
    if (kept === undefined) return { made, balancer: new UpstreamBalancer(upstreamOf(row), targets, this.#options) };
    kept.balancer.update(upstreamOf(row), targets);
    return { made, balancer: kept.balancer };
  }
}
