/** Sends requests to upstreams over HTTP/1.1. */
import type { AnswerReader, UpstreamCall, UpstreamEngine, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts } from '../messages.ts';
import { Http1Call } from './upstream-call.ts';
import { UpstreamPool } from './upstream-pool.ts';
import type { Http1UpstreamOptions, PoolStats } from './upstream-pool.ts';

/** What no request line can hold: controls and spaces end its parts. */
// eslint-disable-next-line no-control-regex
const NOT_IN_TARGETS = /[\0-\x20\x7f]/;

export class Http1Upstreams implements UpstreamEngine {
  readonly #pool: UpstreamPool;
  /** The path that was looked at last, and can be sent: most come again. */
  #sendable = '';

  constructor(options: Http1UpstreamOptions) {
    this.#pool = new UpstreamPool(options);
  }

  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    const call = new Http1Call(route, head, timeouts, reader);
    const { path } = head;
    if (path !== this.#sendable && NOT_IN_TARGETS.test(path)) {
      process.nextTick(() => call.fail('invalid', 'the path cannot be sent in a request line'));
      return call;
    }
    this.#sendable = path;
    this.#pool.start(call);
    return call;
  }

  stats(): PoolStats {
    return this.#pool.stats();
  }

  close(): void {
    this.#pool.close();
  }
}

/** @param options those of the settings */
export function createUpstreams(options: Http1UpstreamOptions): Http1Upstreams {
  return new Http1Upstreams(options);
}
