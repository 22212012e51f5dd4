/** Counts requests by route and status between two reports: a gateway reports sums, not requests. */
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';

interface Sum {
  readonly route: string | null;
  readonly status: number;
  count: number;
  durationMs: number;
}

export class RequestCounts {
  #sums = new Map<string, Sum>();

  add(route: string | undefined, status: number, durationMs: number): void {
    const key = `${status} ${route ?? ''}`;
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, { route: route ?? null, status, count: 1, durationMs });
      return;
    }
    sum.count += 1;
    sum.durationMs += durationMs;
  }

  /** The sums since the last call. */
  take(): RequestsRecord[] {
    const sums = this.#sums;
    this.#sums = new Map();
    return [...sums.values()].map(
      ({ route, status, count, durationMs }) => ({ t: 'requests', route, status, count, duration_ms: Math.round(durationMs) }),
    );
  }
}
