/** The body of a request on its way to an upstream: kept within bounds, so that another try can send it again. */
import type { ClientRequest, IncomingMessage } from 'node:http';

/** Longest body that is kept. Bytes. */
export const MAX_KEPT_BODY = 262_144;

export class RequestBody {
  readonly #incoming: IncomingMessage;
  readonly #keeps: boolean;
  readonly #onChunk: (bytes: number) => void;
  #kept: Buffer[] = [];
  #size = 0;
  #isBegun = false;

  /** @param keeps whether it may have to be sent again @param onChunk called with the size of each part */
  constructor(incoming: IncomingMessage, keeps: boolean, onChunk: (bytes: number) => void) {
    this.#incoming = incoming;
    this.#keeps = keeps;
    this.#onChunk = onChunk;
  }

  /** Whether nothing of it has been lost. */
  get isWhole(): boolean {
    return !this.#isBegun || (this.#keeps && this.#size <= MAX_KEPT_BODY);
  }

  sendTo(request: ClientRequest): void {
    const incoming = this.#incoming;
    incoming.unpipe();
    for (const chunk of this.#kept) request.write(chunk);
    if (!this.#isBegun) {
      this.#isBegun = true;
      incoming.on('data', (chunk: Buffer) => this.#note(chunk));
    }
    if (incoming.readableEnded) request.end();
    else incoming.pipe(request);
  }

  #note(chunk: Buffer): void {
    this.#onChunk(chunk.length);
    if (!this.#keeps) return;
    this.#size += chunk.length;
    if (this.#size <= MAX_KEPT_BODY) this.#kept.push(chunk);
    else this.#kept = [];
  }
}
