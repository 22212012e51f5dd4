/** Sends each request through the engine of its route's protocol. */
import type { AnswerReader, UpstreamCall, UpstreamEngine, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts } from './messages.ts';

export class Upstreams implements UpstreamEngine {
  readonly #http1: UpstreamEngine;
  readonly #http2: UpstreamEngine;

  constructor(http1: UpstreamEngine, http2: UpstreamEngine) {
    this.#http1 = http1;
    this.#http2 = http2;
  }

  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    return (route.protocol === 'h2' ? this.#http2 : this.#http1).send(route, head, timeouts, reader);
  }

  close(): void {
    this.#http1.close();
    this.#http2.close();
  }
}
