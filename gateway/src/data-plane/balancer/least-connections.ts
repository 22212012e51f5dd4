/** Sends a request to the address that has the fewest under way, in proportion to its weight. */
import type { Address } from './address.ts';
import type { Algorithm, Choice, TargetAddresses } from './algorithm.ts';

export class LeastConnections implements Algorithm {
  readonly #addresses: readonly Address[];
  #first = 0;

  constructor(targets: readonly TargetAddresses[]) {
    this.#addresses = targets.flatMap(({ addresses }) => addresses).filter(({ weight }) => weight > 0);
  }

  /** Addresses that have failed the request come again when all have. */
  choose({ failed }: Choice): Address | undefined {
    return this.#least(failed) ?? (failed.size > 0 ? this.#least(new Set()) : undefined);
  }

  #least(failed: ReadonlySet<Address>): Address | undefined {
    const { length } = this.#addresses;
    let least: Address | undefined;
    let load = Infinity;
    // Of equal ones each is first in turn.
    this.#first = length === 0 ? 0 : (this.#first + 1) % length;
    for (let step = 0; step < length; step += 1) {
      const address = this.#addresses[(this.#first + step) % length]!;
      if (!address.isAvailable || failed.has(address)) continue;
      const loadHere = (address.active + 1) / address.weight;
      if (loadHere >= load) continue;
      [least, load] = [address, loadHere];
    }
    return least;
  }
}
