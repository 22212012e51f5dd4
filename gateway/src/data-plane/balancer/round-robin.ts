/** Takes turns: each address is as often on a wheel as its weight says. */
import type { Address } from './address.ts';
import type { Algorithm, TargetAddresses } from './algorithm.ts';

/** Longest wheel; weights that need a longer one are rounded. */
const MAX_WHEEL = 1_000_000;

export class RoundRobin implements Algorithm {
  readonly #addresses: readonly Address[];
  readonly #wheel: Uint32Array;
  #pointer = 0;

  /** @param before the wheel that this one replaces: it goes on where that one was */
  constructor(targets: readonly TargetAddresses[], before?: Algorithm, random: () => number = Math.random) {
    this.#addresses = targets.flatMap(({ addresses }) => addresses).filter(({ weight }) => weight > 0);
    this.#wheel = wheelOf(this.#addresses.map(({ weight }) => weight));
    shuffle(this.#wheel, random);
    if (before instanceof RoundRobin && this.#wheel.length > 0) this.#pointer = before.#pointer % this.#wheel.length;
  }

  choose(): Address | undefined {
    const { length } = this.#wheel;
    for (let step = 0; step < length; step += 1) {
      this.#pointer = (this.#pointer + 1) % length;
      const address = this.#addresses[this.#wheel[this.#pointer]!]!;
      if (address.isAvailable) return address;
    }
    return undefined;
  }
}

/** Indices of the weights, each as often as its weight, divided by what all have in common. */
export function wheelOf(weights: readonly number[]): Uint32Array {
  const divisor = Math.max(weights.reduce(commonDivisor, 0), weights.reduce((sum, weight) => sum + weight, 0) / MAX_WHEEL);
  const counts = weights.map((weight) => Math.max(1, Math.floor(weight / divisor)));
  const wheel = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [index, count] of counts.entries()) {
    wheel.fill(index, at, at + count);
    at += count;
  }
  return wheel;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** By Fisher and Yates: nodes that share targets do not visit them in step. */
function shuffle(wheel: Uint32Array, random: () => number): void {
  for (let last = wheel.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [wheel[last], wheel[other]] = [wheel[other]!, wheel[last]!];
  }
}
