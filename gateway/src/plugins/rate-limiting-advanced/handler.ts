/**
 * rate-limiting-advanced, phase access: refuses requests beyond numbers in windows of any length, fixed or sliding.
 * While Redis fails, the node counts alone.
 */
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { redisSettings } from '../../plugin-kit/redis-settings.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { ExchangedCounters } from '../../rate-limits/exchanged-counters.ts';
import { identifierOf } from '../../rate-limits/identifier.ts';
import { rateLimitingAdvanced } from './schema.ts';
import type { RateLimitingAdvancedConfig } from './schema.ts';
import { secondsUntilRoom, usedOf, windowTimes } from './sliding-window.ts';
import type { WindowCount, WindowLimit, WindowTimes } from './sliding-window.ts';
import { countsInRedis, countsOnNode, countsWithExchanges, fits } from './window-counts.ts';
import type { WindowCounts } from './window-counts.ts';

/** Windows that headers have a name for; others are named by their seconds. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'Second', 60: 'Minute', 3600: 'Hour', 86_400: 'Day', 2_592_000: 'Month', 31_536_000: 'Year',
};

type Lines = readonly (readonly [name: string, value: string])[];

export const rateLimitingAdvancedHandler = defineHandler<RateLimitingAdvancedConfig>(rateLimitingAdvanced, (config, context) => {
  const isSliding = config.window_type !== 'fixed';
  const limits = config.window_size.map((size, index): WindowLimit => ({ size, limit: config.limit[index]! }));
  const options = { limits, countsRefused: !(isSliding && config.disable_penalty === true) };
  const onNode = countsOnNode(options, context.services.counters);
  const counts = sharedCounts(config, options, context) ?? onNode;
  const identify = identifier(config);
  const tell = tellerOf(limits);
  const told = requestState<Lines>();
  const refusal = { status: config.error_code ?? 429, message: config.error_message ?? 'API rate limit exceeded' };

  const decide = (exchange: Exchange, used: readonly WindowCount[], times: readonly WindowTimes[], now: number) => {
    const over = limits.findIndex((limit, index) => !fits(limit, used[index]!, times[index]!));
    const { lines, resetSeconds } = tell(used, times, over, now);
    if (config.hide_client_headers !== true) told.set(exchange, lines);
    if (over === -1) return;
    const retrySeconds = resetSeconds + Math.floor(Math.random() * ((config.retry_after_jitter_max ?? 0) + 1));
    const headers = config.hide_client_headers === true ? {} : { headers: { 'Retry-After': String(retrySeconds) } };
    exchange.refuse({ ...refusal, ...headers });
  };

  return {
    access: (exchange) => {
      const now = context.clock.now();
      const times = limits.map((limit) => windowTimes(limit, isSliding, now));
      const client = `rate-limiting-advanced:${config.namespace}:${identify(exchange)}`;
      const used = counts.count(client, times);
      if (!(used instanceof Promise)) return decide(exchange, used, times, now);
      // The connection says in the log what is wrong.
      return used.catch(() => onNode.count(client, times)).then((numbers) => decide(exchange, numbers, times, now));
    },
    responseHeaders: (exchange) => {
      for (const [name, value] of told.of(exchange) ?? []) exchange.response!.setHeader(name, value);
    },
    close: () => counts.close(),
  };
});

/** `undefined` when the node counts alone. */
function sharedCounts(
  { strategy, sync_rate: syncRate, redis: fields, enforce_consumer_groups: enforces }: RateLimitingAdvancedConfig,
  options: Parameters<typeof countsInRedis>[0], { services, clock, log }: PluginContext,
): WindowCounts | undefined {
  if (enforces === true) {
    log.warn('config.enforce_consumer_groups has no effect: there are no overrides of groups; bind a plugin to the group instead');
  }
  if (strategy === 'cluster') {
    log.warn('config.strategy `cluster` is not supported: this node counts alone; set `redis` to count together with other nodes');
  }
  if (strategy !== 'redis' || (syncRate ?? 0) < 0) return undefined;
  const redis = services.redis.open(redisSettings(fields));
  if (syncRate === null || syncRate === 0) return countsInRedis(options, redis);
  return countsWithExchanges(options, new ExchangedCounters({ redis, clock, syncMs: syncRate * 1000 }));
}

function identifier(config: RateLimitingAdvancedConfig): (exchange: Exchange) => string {
  const { compound_identifier: compound, header_name: header, path } = config;
  if (compound === null || compound.length === 0) return identifierOf({ by: config.identifier, header, path });
  const parts = compound.map((by) => identifierOf({ by, header, path }));
  return (exchange) => JSON.stringify(parts.map((identify) => identify(exchange)));
}

/** Describes all windows, and of them the one that is over its limit, else the one that has the least left. */
function tellerOf(limits: readonly WindowLimit[]) {
  const names = limits.map(({ size }) => NAMES[size] ?? String(size));
  return (used: readonly WindowCount[], times: readonly WindowTimes[], over: number, now: number) => {
    const left = limits.map(({ limit }, index) => Math.max(0, Math.floor(limit - usedOf(used[index]!, times[index]!) - 1)));
    const shown = over === -1 ? left.lastIndexOf(Math.min(...left)) : over;
    const resetSeconds = over === -1
      ? Math.max(1, Math.ceil((times[shown]!.endsAt - now) / 1000))
      : secondsUntilRoom(limits[shown]!, used[shown]!, times[shown]!, now);
    const lines: Lines = [
      ...limits.flatMap(({ limit }, index): Lines => [
        [`X-RateLimit-Limit-${names[index]!}`, String(limit)], [`X-RateLimit-Remaining-${names[index]!}`, String(left[index]!)],
      ]),
      ['RateLimit-Limit', String(limits[shown]!.limit)],
      ['RateLimit-Remaining', String(left[shown]!)],
      ['RateLimit-Reset', String(resetSeconds)],
    ];
    return { lines, resetSeconds };
  };
}
