/** When what happened to one request. */
import { performance } from 'node:perf_hooks';

import type { Timings } from '../../plugin-kit/exchange.ts';

export class ExchangeClock implements Timings {
  readonly startedAt = Date.now();
  /** Like the members below a time of `performance.now()`. */
  readonly start = performance.now();
  /** The first byte to an upstream left, or the gateway's own answer was made. */
  sent: number | undefined;
  /** The head of the upstream's answer was complete. */
  answered: number | undefined;
  /** The upstream's answer was complete, or broke off. */
  received: number | undefined;
  end: number | undefined;

  get proxyMs(): number {
    return this.sent === undefined ? -1 : this.sent - this.start;
  }

  get upstreamMs(): number {
    return this.sent === undefined || this.answered === undefined ? -1 : this.answered - this.sent;
  }

  get receiveMs(): number {
    if (this.answered === undefined) return -1;
    return (this.received ?? this.end ?? performance.now()) - this.answered;
  }

  get requestMs(): number {
    return (this.end ?? performance.now()) - this.start;
  }
}
