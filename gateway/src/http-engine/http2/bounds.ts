/** What one client may ask of an HTTP/2 connection, and what is counted where it asks for more. */

export interface Http2Bounds {
  /** Requests under way at the same time. */
  readonly maxStreams: number;
  /** Header fields of a request: characters, and 32 bytes for each field. More is answered with 431. Bytes. */
  readonly maxHeaderListBytes: number;
  /** More fields are answered with 431. */
  readonly maxHeaderFields: number;
  /** A header block as it travels; more ends the connection. Bytes. */
  readonly maxHeaderBlockBytes: number;
  readonly maxContinuations: number;
  /** Part of a request's body that may come before the handler takes it. Bytes. */
  readonly streamWindowBytes: number;
  /** The same of all requests of a connection. Bytes. */
  readonly connectionWindowBytes: number;
  /** Streams that end by a reset, of either side's: at once, and each second. */
  readonly resets: Rate;
  /** Frames that ask for work without a request: PING, SETTINGS, PRIORITY, unknown ones, empty DATA. */
  readonly controlFrames: Rate;
  /** WINDOW_UPDATE frames beyond those that our own DATA frames call for. */
  readonly windowUpdates: Rate;
  /** Answers to PING and SETTINGS that wait for a client that does not read. Bytes. */
  readonly maxUnreadControlBytes: number;
  /** Until the preface is whole, and a header block is. */
  readonly headTimeoutMs: number;
  /** Longest pause in a request's body, while the gateway waits for it. */
  readonly bodyTimeoutMs: number;
  /** Longest time without an answer being taken: the client gives no window, or does not read. */
  readonly sendTimeoutMs: number;
  /** Without a request. */
  readonly idleTimeoutMs: number;
  /** Requests of one connection; then it is closed gracefully. */
  readonly maxRequests: number;
}

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export const HTTP2_BOUNDS: Http2Bounds = {
  maxStreams: 128,
  maxHeaderListBytes: 49_152,
  maxHeaderFields: 200,
  maxHeaderBlockBytes: 65_536,
  maxContinuations: 16,
  streamWindowBytes: 131_072,
  connectionWindowBytes: 1_048_576,
  resets: { burst: 200, perSecond: 50 },
  controlFrames: { burst: 1_000, perSecond: 200 },
  windowUpdates: { burst: 2_000, perSecond: 2_000 },
  maxUnreadControlBytes: 65_536,
  headTimeoutMs: 10_000,
  bodyTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
  idleTimeoutMs: 75_000,
  maxRequests: 100_000,
};

/** Lets through a burst, and then so many each second. */
export class Allowance {
  readonly #rate: Rate;
  #left: number;
  #at: number;

  /** @param now milliseconds of a monotonic clock */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = now;
  }

  /** Allows more, beyond the rate. */
  add(count: number): void {
    this.#left = Math.min(this.#left + count, this.#rate.burst * 2);
  }

  /** @returns false when it is used up */
  take(now: number): boolean {
    const gained = (now - this.#at) * this.#rate.perSecond / 1_000;
    if (gained >= 1) {
      this.#left = Math.max(this.#left, Math.min(this.#left + gained, this.#rate.burst));
      this.#at = now;
    }
    this.#left -= 1;
    return this.#left >= 0;
  }
}
