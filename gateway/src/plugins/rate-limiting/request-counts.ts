/** Where requests are counted: on the node, in Redis, or on the node with exchanges through Redis. */
import type { Clock, Timer } from '../../base/clock.ts';
import type { Counters, RedisConnection } from '../../plugin-kit/services.ts';
import { KEPT_SECONDS } from '../../rate-limits/calendar-windows.ts';
import type { Period, Windows } from '../../rate-limits/calendar-windows.ts';

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
    count: (client, windows) => {
      const used = limits.map(({ period }) => counters.get(keyOf(client, period, windows), windows[period].endsAt));
      if (limits.every(({ limit }, index) => used[index]! < limit)) {
        for (const { period } of limits) counters.add(keyOf(client, period, windows), 1, windows[period].endsAt);
      }
      return used;
    },
    close: () => undefined,
  };
}

/** Adds one to a counter, which ends by itself. Returns the number with this one. */
const ADD_ONE = `local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** In Redis, for each request. Requests that are over a limit count, too. */
export function countsInRedis(limits: readonly Limit[], redis: RedisConnection): RequestCounts {
  return {
    count: (client, windows) => Promise.all(limits.map(async ({ period }) => (
      await addOne(redis, keyOf(client, period, windows), period) - 1))),
    close: () => redis.close(),
  };
}

async function addOne(redis: RedisConnection, key: string, period: Period): Promise<number> {
  const count = await redis.command(['EVAL', ADD_ONE, '1', key, String(KEPT_SECONDS[period])]);
  if (typeof count !== 'number') throw new Error(`Redis answered ${String(count)} to INCR`);
  return count;
}

/** Adds what a node has counted. */
const ADD = `local isNew = redis.call('EXISTS', KEYS[1]) == 0
redis.call('INCRBY', KEYS[1], ARGV[1])
if isNew then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end`;

/** Counters that a node may hold between two exchanges: with more it does not wait for the next one. */
const MAX_HELD = 100_000;

interface Held {
  /** All requests of all nodes, as far as Redis knew when it was asked. */
  readonly known: number;
  /** Requests since then. */
  added: number;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

interface SyncedOptions {
  readonly redis: RedisConnection;
  readonly clock: Clock;
  readonly syncMs: number;
}

/**
 * On the node, with an exchange through Redis every `syncMs`. The first request of a client since the last exchange asks Redis; the next
 * ones go by what it said. A request that is over a limit is not added to what Redis gets.
 */
export function countsWithExchanges(limits: readonly Limit[], { redis, clock, syncMs }: SyncedOptions): RequestCounts {
  let held = new Map<string, Held>();
  let timer: Timer | undefined;
  let exchanging: Promise<unknown> = Promise.resolve();

  const exchange = () => {
    timer?.cancel();
    timer = undefined;
    const sent = held;
    held = new Map();
    exchanging = Promise.allSettled([...sent].filter(([, { added }]) => added > 0).map(([key, { added, expiresAt }]) => (
      redis.command(['EVAL', ADD, '1', key, String(added), String(expiresAt)]))));
  };

  /** Asks Redis, which counts this request. */
  const ask = async (key: string, period: Period, windows: Windows) => {
    const known = await addOne(redis, key, period);
    const before = held.get(key);
    // Another request may have asked meanwhile, and others may have been counted.
    if (before === undefined || before.known < known) {
      const expiresAt = windows[period].startsAt / 1000 + KEPT_SECONDS[period];
      held.set(key, { known, added: before?.added ?? 0, expiresAt });
    }
    return known - 1;
  };

  const take = (keys: readonly string[], asked: readonly (number | undefined)[]) => {
    const entries = keys.map((key) => held.get(key));
    const used = entries.map((entry, index) => asked[index] ?? (entry === undefined ? 0 : entry.known + entry.added));
    if (limits.every(({ limit }, index) => used[index]! < limit)) {
      for (const [index, entry] of entries.entries()) if (asked[index] === undefined && entry !== undefined) entry.added += 1;
    }
    timer ??= clock.after(syncMs, exchange);
    if (held.size > MAX_HELD) exchange();
    return used;
  };

  return {
    count: (client, windows) => {
      const keys = limits.map(({ period }) => keyOf(client, period, windows));
      if (keys.every((key) => held.has(key))) return take(keys, []);
      return Promise.all(keys.map((key, index) => (held.has(key) ? undefined : ask(key, limits[index]!.period, windows))))
        .then((asked) => take(keys, asked));
    },
    close: async () => {
      exchange();
      await exchanging;
      redis.close();
    },
  };
}

function keyOf(client: string, period: Period, windows: Windows): string {
  return `${client}:${windows[period].startsAt}:${period}`;
}
