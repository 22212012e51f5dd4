/** Where requests are counted: on the node, in Redis, or on the node with exchanges through Redis. */
import type { Counters, RedisConnection, TakenCounter } from '../../plugin-kit/services.ts';
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
   * @param client what the request is counted by
   * @returns for each limit how many requests came before this one. It is over the limit where that is the limit or more
   */
  count(client: string, windows: Windows): readonly number[] | Promise<readonly number[]>;
  close(): void | Promise<void>;
}

/** Clients whose counters of the present second are kept at hand: to make their keys costs more than to count. */
const MAX_KEPT = 1024;

interface Kept {
  readonly windows: Windows;
  readonly counters: readonly TakenCounter[];
}

interface OnNode {
  readonly limits: readonly Limit[];
  readonly counters: Counters;
  /** Beginning of the counters' keys. */
  readonly scope: string;
  /** Whether clients are known by texts that may be kept: a part of a request would keep the whole of it. */
  readonly keepsClients: boolean;
}

/** On the node. A request that is over a limit counts nowhere. */
export function countsOnNode({ limits, counters, scope, keepsClients }: OnNode): RequestCounts {
  const kept = new Map<string, Kept>();
  const make = (client: string, windows: Windows) => limits.map(({ period, limit }): TakenCounter => (
    { key: keyOf(scope, client, period, windows), endsAt: windows[period].endsAt, limit }));
  return {
    count: (client, windows) => {
      const known = kept.get(client);
      if (known?.windows === windows) return counters.take(known.counters);
      const made = make(client, windows);
      if (keepsClients) {
        if (kept.size >= MAX_KEPT) kept.clear();
        kept.set(client, { windows, counters: made });
      }
      return counters.take(made);
    },
    close: () => undefined,
  };
}

/** In Redis, for each request. Requests that are over a limit count, too. */
export function countsInRedis(limits: readonly Limit[], redis: RedisConnection, scope: string): RequestCounts {
  return {
    count: (client, windows) => Promise.all(limits.map(async ({ period }) => (
      await addNow(redis, keyOf(scope, client, period, windows), KEPT_SECONDS[period]) - 1))),
    close: () => redis.close(),
  };
}

/** On the node, with exchanges through Redis. A request that is over a limit is not added to what Redis gets. */
export function countsWithExchanges(limits: readonly Limit[], counters: ExchangedCounters, scope: string): RequestCounts {
  const take = (keys: readonly string[], asked: readonly (number | undefined)[]) => {
    const used = keys.map((key, index) => asked[index] ?? counters.get(key) ?? 0);
    if (limits.every(({ limit }, index) => used[index]! < limit)) {
      for (const [index, key] of keys.entries()) if (asked[index] === undefined) counters.add(key);
    }
    return used;
  };

  return {
    count: (client, windows) => {
      const keys = limits.map(({ period }) => keyOf(scope, client, period, windows));
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

function keyOf(scope: string, client: string, period: Period, windows: Windows): string {
  return `${scope}:${client}:${windows[period].startsAt}:${period}`;
}
