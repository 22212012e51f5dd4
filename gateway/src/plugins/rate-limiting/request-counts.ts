/** Where requests are counted: on the node, in Redis, or on the node with exchanges through Redis. */
import type { Counters, RedisConnection } from '../../plugin-kit/services.ts';
import { KEPT_SECONDS } from '../../rate-limits/calendar-windows.ts';
import type { Period, Windows } from '../../rate-limits/calendar-windows.ts';
import { addNow } from '../../rate-limits/exchanged-counters.ts';
import type { ExchangedCounters } from '../../rate-limits/exchanged-counters.ts';

export interface Limit {
  readonly period: Period;
  readonly limit: number;
}

export interface RequestCounts {
  /**
   * Counts a request.
   *
   * @param client beginning of the counters' keys, up to the window
   * @returns for each limit how many requests came before this one. It is over the limit where that is the limit or more
   */
  count(client: string, windows: Windows): readonly number[] | Promise<readonly number[]>;
  close(): void | Promise<void>;
}

/** On the node. A request that is over a limit counts nowhere. */
export function countsOnNode(limits: readonly Limit[], counters: Counters): RequestCounts {
  return {
    count: (client, windows) => counters.take(limits.map(({ period, limit }) => (
      { key: keyOf(client, period, windows), endsAt: windows[period].endsAt, limit }))),
    close: () => undefined,
  };
}

/** In Redis, for each request. Requests that are over a limit count, too. */
export function countsInRedis(limits: readonly Limit[], redis: RedisConnection): RequestCounts {
  return {
    count: (client, windows) => Promise.all(limits.map(async ({ period }) => (
      await addNow(redis, keyOf(client, period, windows), KEPT_SECONDS[period]) - 1))),
    close: () => redis.close(),
  };
}

/** On the node, with exchanges through Redis. A request that is over a limit is not added to what Redis gets. */
export function countsWithExchanges(limits: readonly Limit[], counters: ExchangedCounters): RequestCounts {
  const take = (keys: readonly string[], asked: readonly (number | undefined)[]) => {
    const used = keys.map((key, index) => asked[index] ?? counters.get(key) ?? 0);
    if (limits.every(({ limit }, index) => used[index]! < limit)) {
      for (const [index, key] of keys.entries()) if (asked[index] === undefined) counters.add(key);
    }
    return used;
  };

  return {
    count: (client, windows) => {
      const keys = limits.map(({ period }) => keyOf(client, period, windows));
      if (keys.every((key) => counters.get(key) !== undefined)) return take(keys, []);
      return Promise.all(keys.map((key, index) => {
        const { period } = limits[index]!;
        const life = { keptSeconds: KEPT_SECONDS[period], expiresAt: windows[period].startsAt / 1000 + KEPT_SECONDS[period] };
        return counters.get(key) === undefined ? counters.ask(key, life) : undefined;
      })).then((asked) => take(keys, asked));
    },
    close: () => counters.close(),
  };
}

function keyOf(client: string, period: Period, windows: Windows): string {
  return `${client}:${windows[period].startsAt}:${period}`;
}
