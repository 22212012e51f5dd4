/** Sends each request through the engine of its route's protocol. */
import type { Http1Upstreams } from './http1/upstream-engine.ts';
import type { PoolStats } from './http1/upstream-pool.ts';
import type { AnswerReader, UpstreamCall, UpstreamEngine, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts } from './messages.ts';

export class Upstreams implements UpstreamEngine {
  readonly #http1: Http1Upstreams;
  readonly #http2: UpstreamEngine;

  constructor(http1: Http1Upstreams, http2: UpstreamEngine) {
    this.#http1 = http1;
    this.#http2 = http2;
  }

  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    return (route.protocol === 'h2' ? this.#http2 : this.#http1).send(route, head, timeouts, reader);
  }

  /** Of connections over HTTP/1.1. */
  stats(): PoolStats {
    return this.#http1.stats();
  }

  close(): void {
    this.#http1.close();
    this.#http2.close();
  }
}
