/** Sends what has the same hash to the same address, on a ring that few requests leave when targets come and go. */
import type { Address } from './address.ts';
import type { Algorithm, Choice, TargetAddresses } from './algorithm.ts';
import { xxhash32 } from './xxhash32.ts';

const MIN_POINTS = 1000;

/** Places on the ring for an address of average weight. */
const PLACES = 160;

export class ConsistentHashing implements Algorithm {
  readonly #ring: readonly (Address | undefined)[];

  /** @param slots places of the ring; fewer than 1000 count as 1000 */
  constructor(targets: readonly TargetAddresses[], slots: number) {
    this.#ring = ringOf(targets, Math.max(slots, MIN_POINTS));
  }

  /** Goes down from the place of the hash to the first address that is available. */
  choose({ hashInput }: Choice): Address | undefined {
    const points = this.#ring.length;
    const first = placeOf(hashInput, points);
    for (let step = 0; step < points; step += 1) {
      const address = this.#ring[(first - step + points) % points];
      if (address?.isAvailable === true) return address;
    }
    return undefined;
  }
}

function placeOf(text: string, points: number): number {
  return xxhash32(Buffer.from(text, 'latin1')) % points;
}

/** The same ring on every node, in whatever order the targets come. */
function ringOf(targets: readonly TargetAddresses[], points: number): readonly (Address | undefined)[] {
  const ring = new Array<Address | undefined>(points).fill(undefined);
  const total = targets.flatMap(({ addresses }) => addresses).reduce((sum, { weight }) => sum + weight, 0);
  const sorted = targets.toSorted((a, b) => compare(a.host, b.host) || a.port - b.port);
  for (const address of sorted.flatMap(({ addresses }) => addresses.toSorted((a, b) => compare(nameOf(a), nameOf(b))))) {
    if (address.weight > 0) place(address, Math.max(1, Math.floor((address.weight / total) * targets.length * PLACES)), ring);
  }
  return ring;
}

/** A place that is taken costs another attempt. On a crowded ring an address has fewer places, and at least one while there is any. */
function place(address: Address, wanted: number, ring: (Address | undefined)[]): void {
  let placed = 0;
  for (let attempt = 1; placed < wanted && attempt <= ring.length; attempt += 1) {
    const at = placeOf(`${address.ip}::${address.port} ${attempt}`, ring.length);
    if (ring[at] !== undefined) continue;
    ring[at] = address;
    placed += 1;
  }
  const free = placed === 0 ? ring.indexOf(undefined) : -1;
  if (free !== -1) ring[free] = address;
}

function nameOf({ ip, port }: Address): string {
  return `${ip}:${port}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
