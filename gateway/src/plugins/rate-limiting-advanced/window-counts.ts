/** Where requests in windows are counted: on the node, in Redis, or on the node with exchanges through Redis. */
import { Lru } from '../../base/lru.ts';
import { NO_LIMIT } from '../../plugin-kit/services.ts';
import type { Counters, RedisConnection } from '../../plugin-kit/services.ts';
import type { ExchangedCounters } from '../../rate-limits/exchanged-counters.ts';
import { usedOf } from './sliding-window.ts';
import type { WindowCount, WindowLimit, WindowTimes } from './sliding-window.ts';

export interface WindowCounts {
  /**
   * Counts a request, unless it is over a limit and such requests do not count.
   *
   * @param client beginning of the counters' keys, up to the window
   * @param times for each limit
   * @returns for each limit what was counted before this request
   */
  count(client: string, times: readonly WindowTimes[]): readonly WindowCount[] | Promise<readonly WindowCount[]>;
  close(): void | Promise<void>;
}

interface CountsOptions {
  readonly limits: readonly WindowLimit[];
  /** Whether requests that are refused count, too. */
  readonly countsRefused: boolean;
}

export function fits({ limit }: WindowLimit, count: WindowCount, times: WindowTimes): boolean {
  return usedOf(count, times) + 1 <= limit;
}

/** Windows that are over do not change any more: what they came to is asked for once, where another process counts. */
const MAX_PAST = 10_000;

export function countsOnNode({ limits, countsRefused }: CountsOptions, counters: Counters): WindowCounts {
  const past = new Lru<string, number>(MAX_PAST);
  const previousOf = (key: string, endsAt: number): number | Promise<number> => {
    const known = past.get(key) ?? counters.get(key, endsAt);
    if (!(known instanceof Promise)) return known;
    return known.then((count) => {
      past.set(key, count);
      return count;
    });
  };
  const take = (
    client: string, times: readonly WindowTimes[], previous: readonly number[],
  ): readonly WindowCount[] | Promise<readonly WindowCount[]> => {
    const current = counters.take(limits.map(({ size, limit }, index) => {
      const { startsAt, endsAt, weight } = times[index]!;
      return {
        key: keyOf(client, size, startsAt),
        // A counter lives on while the next window looks back at it.
        endsAt: endsAt + size * 1000,
        limit: countsRefused ? NO_LIMIT : Math.floor(limit - previous[index]! * weight),
      };
    }));
    const together = (counts: readonly number[]) => counts.map((count, index) => ({ current: count, previous: previous[index]! }));
    return current instanceof Promise ? current.then(together) : together(current);
  };
  return {
    count: (client, times) => {
      const previous = limits.map(({ size }, index) => {
        const { startsAt, endsAt } = times[index]!;
        return previousOf(keyOf(client, size, startsAt - size * 1000), endsAt);
      });
      if (!previous.some((count) => count instanceof Promise)) return take(client, times, previous as readonly number[]);
      return Promise.all(previous).then((counts) => take(client, times, counts));
    },
    close: () => undefined,
  };
}

/**
 * Looks at all windows and counts in one step, so that no request of another node comes between.
 * KEYS: for each limit the window and the one before. ARGV: whether refused requests count, then for each limit the limit, the weight of
 * the window before, and the seconds that a counter is kept.
 */
const COUNT = `local counts, fits = {}, true
for i = 1, #KEYS, 2 do
  local current = tonumber(redis.call('GET', KEYS[i]) or '0')
  local previous = tonumber(redis.call('GET', KEYS[i + 1]) or '0')
  counts[i], counts[i + 1] = current, previous
  local arg = (i - 1) / 2 * 3 + 2
  if current + previous * tonumber(ARGV[arg + 1]) + 1 > tonumber(ARGV[arg]) then fits = false end
end
if fits or ARGV[1] == '1' then
  for i = 1, #KEYS, 2 do
    redis.call('INCR', KEYS[i])
    redis.call('EXPIRE', KEYS[i], ARGV[(i - 1) / 2 * 3 + 4])
  end
end
return counts`;

export function countsInRedis({ limits, countsRefused }: CountsOptions, redis: RedisConnection): WindowCounts {
  return {
    count: async (client, times) => {
      const keys = limits.flatMap(({ size }, index) => {
        const { startsAt } = times[index]!;
        return [keyOf(client, size, startsAt), keyOf(client, size, startsAt - size * 1000)];
      });
      const args = limits.flatMap(({ size, limit }, index) => [String(limit), String(times[index]!.weight), String(Math.ceil(2 * size))]);
      const reply = await redis.command(['EVAL', COUNT, String(keys.length), ...keys, countsRefused ? '1' : '0', ...args]);
      const numbers = reply as readonly number[];
      return limits.map((_, index) => ({ current: numbers[2 * index]!, previous: numbers[2 * index + 1]! }));
    },
    close: () => redis.close(),
  };
}

export function countsWithExchanges({ limits, countsRefused }: CountsOptions, counters: ExchangedCounters): WindowCounts {
  return {
    count: async (client, times) => {
      const asked = await Promise.all(limits.map(async ({ size }, index) => {
        const { startsAt, weight } = times[index]!;
        const [key, before] = [keyOf(client, size, startsAt), keyOf(client, size, startsAt - size * 1000)];
        const life = { keptSeconds: Math.ceil(2 * size), expiresAt: Math.ceil(startsAt / 1000 + 2 * size) };
        const [current, previous] = await Promise.all([
          counters.get(key) === undefined ? counters.ask(key, life) : undefined,
          weight > 0 && counters.get(before) === undefined ? counters.ask(before, life, 0) : undefined,
        ]);
        return { key, before, current, previous };
      }));
      // From here on nothing is waited for: requests that come together are counted one behind the other.
      const counts = asked.map(({ key, before, current, previous }) => ({
        current: current ?? counters.get(key) ?? 0, previous: previous ?? counters.get(before) ?? 0,
      }));
      if (countsRefused || limits.every((limit, index) => fits(limit, counts[index]!, times[index]!))) {
        for (const { key, current } of asked) if (current === undefined) counters.add(key);
      }
      return counts;
    },
    close: () => counters.close(),
  };
}

/** The braces keep all counters of a client on one server of a Redis cluster. */
function keyOf(client: string, size: number, startsAt: number): string {
  return `{${client}}:${size}:${startsAt}`;
}
