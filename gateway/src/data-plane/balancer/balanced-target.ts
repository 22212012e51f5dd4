/** One target of an upstream: its addresses, found again when they expire. */
import { isIP } from 'node:net';

import { messageOf } from '../../base/errors.ts';
import { NameError } from '../dns/resolution.ts';
import type { Resolution, ResolvedAddress, Resolver } from '../dns/resolution.ts';
import { Address } from './address.ts';
import type { TargetAddresses } from './algorithm.ts';
import type { TargetSettings } from './upstream-settings.ts';

/** A name that could not be resolved is asked for again after this, unless its server said when. Milliseconds. */
const RETRY_MS = 30_000;

export class BalancedTarget implements TargetAddresses {
  readonly host: string;
  readonly port: number;
  readonly isName: boolean;
  weight: number;
  addresses: readonly Address[] = [];
  /** Kind of the records behind the addresses. */
  recordType: Resolution['type'] | undefined;
  /** Why there are no addresses. */
  failure: string | undefined;
  #expiresAt = 0;
  #pending: Promise<void> | undefined;

  constructor({ target, weight }: TargetSettings) {
    const [, host, port] = /^(.*):(\d+)$/.exec(target)! as unknown as [string, string, string];
    const ip = host.replace(/^\[(.*)\]$/, '$1');
    this.host = host;
    this.port = Number(port);
    this.weight = weight;
    this.isName = isIP(ip) === 0;
    if (this.isName) return;
    this.recordType = isIP(ip) === 4 ? 'A' : 'AAAA';
    this.#expiresAt = Infinity;
    this.addresses = [new Address({ ip, port: this.port, hostname: host, weight })];
  }

  get totalWeight(): number {
    return this.addresses.reduce((sum, { weight }) => sum + weight, 0);
  }

  get availableWeight(): number {
    return this.addresses.reduce((sum, { weight, health }) => sum + (health.isHealthy ? weight : 0), 0);
  }

  /** Records of SRV have weights of their own; all others have the target's. */
  setWeight(weight: number): void {
    this.weight = weight;
    if (this.recordType !== 'SRV' || weight === 0) for (const address of this.addresses) address.weight = weight;
    else this.#expiresAt = 0;
  }

  /** Whether the addresses are to be found out again. */
  isExpired(now: number): boolean {
    return now >= this.#expiresAt;
  }

  /** Finds the addresses out; asks once at a time. @returns whether they changed */
  async resolve(resolver: Resolver, now: () => number): Promise<boolean> {
    const before = this.addresses;
    this.#pending ??= this.#resolve(resolver, now).finally(() => { this.#pending = undefined; });
    await this.#pending;
    return this.addresses !== before;
  }

  async #resolve(resolver: Resolver, now: () => number): Promise<void> {
    try {
      const { addresses, expiresAt, type } = await resolver.resolve(this.host);
      this.recordType = type;
      this.failure = undefined;
      this.#expiresAt = Math.max(expiresAt, now() + 1);
      this.#take(addresses);
    } catch (error) {
      // The addresses that are known are better than none.
      this.failure = messageOf(error);
      this.#expiresAt = error instanceof NameError ? error.retryAt : now() + RETRY_MS;
    }
  }

  /** An address that stays keeps its health. */
  #take(resolved: readonly ResolvedAddress[]): void {
    const known = new Map(this.addresses.map((address) => [keyOf(address), address]));
    const next = new Map(resolved.map(({ ip, port = this.port, weight }) => {
      const ownWeight = weight === undefined || this.weight === 0 ? this.weight : Math.max(weight, 1);
      const address = known.get(keyOf({ ip, port })) ?? new Address({ ip, port, hostname: this.host, weight: ownWeight });
      return [keyOf(address), { address, ownWeight }] as const;
    }));
    const isSame = next.size === known.size && [...next].every(([key, { address, ownWeight }]) => (
      known.has(key) && address.weight === ownWeight));
    for (const { address, ownWeight } of next.values()) address.weight = ownWeight;
    if (!isSame) this.addresses = [...next.values()].map(({ address }) => address);
  }
}

function keyOf({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${ip} ${port}`;
}
