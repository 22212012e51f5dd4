/**
 * rate-limiting, phase access: refuses requests beyond a number in a second, minute, hour, day, month or year.
 * When Redis fails, requests pass, unless `fault_tolerant` is off.
 */
import { PERIODS } from '../../model/plugin-fields/limits.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { HeaderBlock, HeaderNames } from '../../plugin-kit/header-block.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { redisSettings } from '../../plugin-kit/redis-settings.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { secondsLeft, windowsAt } from '../../rate-limits/calendar-windows.ts';
import type { Windows } from '../../rate-limits/calendar-windows.ts';
import { ExchangedCounters } from '../../rate-limits/exchanged-counters.ts';
import { identifierOf, scopeKey } from '../../rate-limits/identifier.ts';
import { countsInRedis, countsOnNode, countsWithExchanges } from './request-counts.ts';
import type { Limit, RequestCounts } from './request-counts.ts';
import { rateLimiting } from './schema.ts';
import type { RateLimitingConfig } from './schema.ts';

/** Headers of the response, and when the window ends. */
interface Told {
  readonly headers: HeaderBlock;
  readonly resetSeconds: number;
}

export const rateLimitingHandler = defineHandler<RateLimitingConfig>(rateLimiting, (config, context) => {
  const limits = PERIODS.flatMap((period): readonly Limit[] => {
    const limit = config[period];
    return limit === null ? [] : [{ period, limit }];
  });
  const counts = countsFor(config, limits, context);
  const identify = identifierOf({ by: config.limit_by ?? 'consumer', header: config.header_name, path: config.path });
  const tell = tellerOf(limits);
  const told = requestState<Told>();
  const refusal = { status: config.error_code ?? 429, message: config.error_message ?? 'API rate limit exceeded' };

  const decide = (exchange: Exchange, used: readonly number[], windows: Windows, now: number) => {
    const over = overOf(limits, used);
    const reset = config.hide_client_headers ? undefined : tell(used, over, windows, now);
    if (reset !== undefined) told.set(exchange, reset);
    if (over === undefined) return;
    exchange.refuse({ ...refusal, ...reset !== undefined && { headers: { 'Retry-After': String(reset.resetSeconds) } } });
  };
  const fail = (exchange: Exchange) => {
    if (!config.fault_tolerant) exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
  };

  return {
    startsNothing: config.policy === 'local',
    access: (exchange) => {
      const now = context.clock.now();
      const windows = windowsAt(now);
      const used = counts.count(identify(exchange), windows);
      if (!(used instanceof Promise)) return decide(exchange, used, windows, now);
      return used.then((numbers) => decide(exchange, numbers, windows, now), () => fail(exchange));
    },
    responseHeaders: (exchange) => {
      const headers = told.of(exchange)?.headers;
      if (headers !== undefined) exchange.response!.setHeaders(headers);
    },
    close: () => counts.close(),
  };
});

/** Of several limits that are reached the longest. */
function overOf(limits: readonly Limit[], used: readonly number[]): Limit | undefined {
  for (let at = limits.length - 1; at >= 0; at -= 1) if (used[at]! >= limits[at]!.limit) return limits[at];
  return undefined;
}

function countsFor(config: RateLimitingConfig, limits: readonly Limit[], context: PluginContext): RequestCounts {
  const { services, clock, log } = context;
  const scope = scopeKey('ratelimit', context.scope);
  if (config.policy === 'redis') {
    const redis = services.redis.open(redisSettings(config.redis));
    const { sync_rate: syncRate } = config;
    if (syncRate <= 0) return countsInRedis(limits, redis, scope);
    return countsWithExchanges(limits, new ExchangedCounters({ redis, clock, syncMs: syncRate * 1000 }), scope);
  }
  if (config.policy === 'cluster') {
    log.warn('config.policy `cluster` is not supported: this node counts alone; set `redis` to count together with other nodes');
  }
  return countsOnNode({ limits, counters: services.counters, scope, keepsClients: config.limit_by !== 'header' });
}

/** Describes all limits, and of them the one that has the least left; of equal ones the longest. */
function tellerOf(limits: readonly Limit[]) {
  const ofLimits = limits.flatMap(({ period }) => {
    const suffix = period[0]!.toUpperCase() + period.slice(1);
    return [`X-RateLimit-Limit-${suffix}`, `X-RateLimit-Remaining-${suffix}`];
  });
  const names = new HeaderNames([...ofLimits, 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'], { arePlain: true });
  const shown = limits.map(({ limit }) => String(limit));
  return (used: readonly number[], over: Limit | undefined, windows: Windows, now: number): Told => {
    const values = new Array<string>(names.names.length);
    let least = 0;
    let leastLeft = Infinity;
    for (let index = 0; index < limits.length; index += 1) {
      const limit = limits[index]!;
      const isCounted = over === undefined || over === limit;
      const left = Math.max(0, limit.limit - used[index]! - (isCounted ? 1 : 0));
      if (left <= leastLeft) {
        least = index;
        leastLeft = left;
      }
      values[2 * index] = shown[index]!;
      values[2 * index + 1] = String(left);
    }
    const resetSeconds = secondsLeft(windows[limits[least]!.period], now);
    const at = 2 * limits.length;
    values[at] = shown[least]!;
    values[at + 1] = String(leastLeft);
    values[at + 2] = String(resetSeconds);
    return { headers: new HeaderBlock(names, values), resetSeconds };
  };
}
