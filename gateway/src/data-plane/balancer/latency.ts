/** Sends a request to the address that answered fastest lately, in proportion to its weight. */
import type { Address } from './address.ts';
import type { Algorithm, Choice, TargetAddresses } from './algorithm.ts';

/** Time in which an observation loses most of its meaning. Milliseconds. */
const DECAY_MS = 10_000;

export class Latency implements Algorithm {
  readonly #addresses: readonly Address[];
  readonly #now: () => number;
  #first = 0;

  constructor(targets: readonly TargetAddresses[], now: () => number = () => performance.now()) {
    this.#addresses = targets.flatMap(({ addresses }) => addresses).filter(({ weight }) => weight > 0);
    this.#now = now;
    const known = this.#addresses.filter(({ latency }) => latency !== undefined);
    // A new address starts with the average of the others: not every request goes there at once.
    const average = known.length === 0 ? 0 : known.reduce((sum, { latency }) => sum + latency!, 0) / known.length;
    for (const address of this.#addresses.filter(({ latency }) => latency === undefined)) {
      address.latency = average;
      address.latencyAt = now();
    }
  }

  choose({ failed }: Choice): Address | undefined {
    const { length } = this.#addresses;
    const now = this.#now();
    let fastest: Address | undefined;
    let score = Infinity;
    this.#first = length === 0 ? 0 : (this.#first + 1) % length;
    for (let step = 0; step < length; step += 1) {
      const address = this.#addresses[(this.#first + step) % length]!;
      if (!address.isAvailable || failed.has(address)) continue;
      const scoreHere = decayed(address, 0, now) / address.weight;
      if (scoreHere >= score) continue;
      [fastest, score] = [address, scoreHere];
    }
    return fastest;
  }

  answered(address: Address, ms: number): void {
    const now = this.#now();
    address.latency = decayed(address, ms, now);
    address.latencyAt = now;
  }
}

function decayed({ latency = 0, latencyAt }: Address, ms: number, now: number): number {
  const kept = Math.exp(-Math.max(0, now - latencyAt) / DECAY_MS);
  return latency * kept + ms * (1 - kept);
}
