/** Where what responses consumed is counted: on the node or in Redis. */
import { PERIODS } from '../../model/plugin-fields/limits.ts';
import type { Counters, RedisConnection } from '../../plugin-kit/services.ts';
import { KEPT_SECONDS } from '../../rate-limits/calendar-windows.ts';
import type { Period, Windows } from '../../rate-limits/calendar-windows.ts';

export interface Limit {
  /** As responses name what they consume. */
  readonly name: string;
  readonly period: Period;
  readonly limit: number;
}

export interface Consumption {
  /**
   * What was consumed so far, for each limit.
   *
   * @param client beginning of the counters' keys, up to the window
   */
  used(client: string, windows: Windows): readonly number[] | Promise<readonly number[]>;
  /** Adds what one response consumed, in the windows that its request came in. */
  add(client: string, windows: Windows, name: string, by: number): void | Promise<unknown>;
  close(): void;
}

export function consumptionOnNode(limits: readonly Limit[], counters: Counters): Consumption {
  return {
    used: (client, windows) => {
      const used = limits.map(({ name, period }) => counters.get(keyOf(client, windows, name, period), windows[period].endsAt));
      return used.some((count) => count instanceof Promise) ? Promise.all(used) : used as readonly number[];
    },
    add: (client, windows, name, by) => {
      for (const limit of limits) {
        if (limit.name === name) counters.add(keyOf(client, windows, name, limit.period), by, windows[limit.period].endsAt);
      }
    },
    close: () => undefined,
  };
}

/** In Redis all periods are counted, so that a limit that is configured later finds what was consumed before. */
export function consumptionInRedis(limits: readonly Limit[], redis: RedisConnection): Consumption {
  return {
    used: (client, windows) => Promise.all(limits.map(async ({ name, period }) => {
      const count = Number(await redis.command(['GET', keyOf(client, windows, name, period)]));
      if (!Number.isFinite(count)) throw new Error(`a counter in Redis is no number, of ${name} in a ${period}`);
      return count;
    })),
    add: async (client, windows, name, by) => {
      const keys = PERIODS.map((period) => keyOf(client, windows, name, period));
      const known = await Promise.all(keys.map((key) => redis.command(['EXISTS', key])));
      await Promise.all(keys.map((key) => redis.command(['INCRBY', key, String(by)])));
      await Promise.all(PERIODS.flatMap((period, index) => (
        known[index] === 0 ? [redis.command(['EXPIRE', keys[index]!, String(KEPT_SECONDS[period])])] : [])));
    },
    close: () => redis.close(),
  };
}

function keyOf(client: string, windows: Windows, name: string, period: Period): string {
  return `${client}:${windows[period].startsAt}:${name}:${period}`;
}
