/** How the last streams ended: what still comes on one that we ended was on its way, else the peer is wrong. RFC 9113 §5.1 */

export type StreamEnd = 'by-us' | 'by-peer' | 'by-both';

/** Streams that are remembered; what comes on older ones is an error of the connection. */
const REMEMBERED = 256;

export class ClosedStreams {
  readonly #ends = new Map<number, StreamEnd>();

  add(id: number, end: StreamEnd): void {
    if (this.#ends.size >= REMEMBERED) this.#ends.delete(this.#ends.keys().next().value!);
    this.#ends.set(id, end);
  }

  of(id: number): StreamEnd | undefined {
    return this.#ends.get(id);
  }
}
