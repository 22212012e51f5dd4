/** Bytes of one request and its answer. Heads are counted as they travelled, chunks of answers with their framing. */
import type { IncomingRequest, OutgoingAnswer } from '../../http-engine/messages.ts';
import type { Sizes } from '../../plugin-kit/exchange.ts';

export class TrafficSizes implements Sizes {
  readonly #incoming: IncomingRequest;
  readonly #outgoing: OutgoingAnswer;

  constructor(incoming: IncomingRequest, outgoing: OutgoingAnswer) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get request(): number {
    const { headBytes, contentLength, body } = this.#incoming;
    return headBytes + (contentLength ?? body.taken);
  }

  get response(): number {
    return this.#outgoing.bytesSent;
  }

  get responseBody(): number {
    return Math.max(this.#outgoing.bytesSent - this.#outgoing.headBytes, 0);
  }
}
