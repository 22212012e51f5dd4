/** Counts requests by route and status between two reports: a gateway reports sums, not requests. */
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';

interface Sum {
  readonly route: string | null;
  readonly status: number;
  count: number;
  durationMs: number;
}

export class RequestCounts {
  /** Those of a route: few statuses each. */
  #sums = new Map<string | undefined, Sum[]>();

  add(route: string | undefined, status: number, durationMs: number): void {
    let sums = this.#sums.get(route);
    if (sums === undefined) this.#sums.set(route, sums = []);
    for (let at = 0; at < sums.length; at += 1) {
      const sum = sums[at]!;
      if (sum.status !== status) continue;
      sum.count += 1;
      sum.durationMs += durationMs;
      return;
    }
    sums.push({ route: route ?? null, status, count: 1, durationMs });
  }

  /** The sums since the last call. */
  take(): RequestsRecord[] {
    const sums = this.#sums;
    this.#sums = new Map();
    return [...sums.values()].flat().map(
      ({ route, status, count, durationMs }) => ({ t: 'requests', route, status, count, duration_ms: Math.round(durationMs) }),
    );
  }
}
