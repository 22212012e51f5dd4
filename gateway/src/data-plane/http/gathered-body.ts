/**
 * A short body of a request, as a whole, before an upstream is asked: it leaves in one write, and no upstream waits for a slow client.
 * nginx and Kong do so, too.
 */
import type { IncomingBody, IncomingRequest, PartReader, UpstreamCall } from '../../http-engine/messages.ts';
import { giveBack, lendBuffer } from '../../http-engine/sockets/lent-buffers.ts';

/** Longest body that is waited for. Bytes. */
export const MAX_GATHERED = 65_536;

/** Up to this length memory is cheap. Bytes. */
const MAX_OWN = 4_096;

/** Bodies that wait at a time in buffers that are lent; others go on as they come. */
const MAX_LENT = 1_024;

let lent = 0;

/** Whether there is room for the body, and its length is known. */
export function canGather({ contentLength, expectsContinue }: IncomingRequest): boolean {
  // The client waits until an upstream is there.
  if (contentLength === undefined || expectsContinue || contentLength > MAX_GATHERED) return false;
  return contentLength <= MAX_OWN || lent < MAX_LENT;
}

export class GatheredBody implements PartReader {
  readonly isWhole = true;
  readonly #incoming: IncomingBody;
  readonly #isLent: boolean;
  #bytes: Buffer | undefined;
  #size: number;
  #onWhole: (() => void) | undefined;

  constructor({ body, contentLength }: IncomingRequest) {
    const length = contentLength!;
    this.#incoming = body;
    this.#isLent = length > MAX_OWN;
    this.#bytes = this.#isLent ? lendBuffer() : Buffer.allocUnsafe(length);
    this.#size = 0;
    this.#onWhole = undefined;
    if (this.#isLent) lent += 1;
  }

  /** @param onWhole called when all of it is here, maybe before this returns; not for a client that breaks off. Must not throw */
  gather(onWhole: () => void): void {
    this.#onWhole = onWhole;
    this.#incoming.read(this);
  }

  sendTo(call: UpstreamCall): void {
    if (this.#bytes !== undefined) call.sendPart(this.#bytes.subarray(0, this.#size));
    call.sendEnd();
  }

  drain(): void { /* It was sent as a whole. */ }

  stop(): void { /* Another try sends it again. */ }

  /** No other try will need it. */
  forget(): void {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    if (bytes === undefined || !this.#isLent) return;
    lent -= 1;
    giveBack(bytes);
  }

  part(bytes: Buffer): boolean {
    this.#bytes?.set(bytes, this.#size);
    this.#size += bytes.length;
    return true;
  }

  end(): void {
    this.#onWhole?.();
  }

  abort(): void { /* The answer is over, too: its end is what ends the request. */ }
}
