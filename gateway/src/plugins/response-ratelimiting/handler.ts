/**
 * response-ratelimiting: limits clients by what responses say that they consumed. Phase access looks at what was consumed before; phase
 * responseHeaders counts, and takes an answer away that consumes beyond a limit. When Redis fails, requests pass without being counted,
 * unless `fault_tolerant` is off.
 */
import { PERIODS } from '../../model/plugin-fields/limits.ts';
import type { BodyFilter, Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { redisSettings } from '../../plugin-kit/redis-settings.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { windowsAt } from '../../rate-limits/calendar-windows.ts';
import type { Windows } from '../../rate-limits/calendar-windows.ts';
import { identifierOf, scopeKey } from '../../rate-limits/identifier.ts';
import { consumptionInRedis, consumptionOnNode } from './consumption.ts';
import type { Consumption, Limit } from './consumption.ts';
import { responseRatelimiting } from './schema.ts';
import type { ResponseRatelimitingConfig } from './schema.ts';

interface Seen {
  readonly client: string;
  readonly windows: Windows;
  /** For each limit. */
  readonly remaining: readonly number[];
  isTakenAway: boolean;
}

/** In place of an answer that may not be had. */
const NO_BODY: BodyFilter = { changes: true, length: 0, part: () => undefined, end: () => undefined };

export const responseRatelimitingHandler = defineHandler<ResponseRatelimitingConfig>(responseRatelimiting, (config, context) => {
  const limits = Object.entries(config.limits).flatMap(([name, periods]) => PERIODS.flatMap((period): readonly Limit[] => {
    const limit = periods[period];
    return limit === null ? [] : [{ name, period, limit }];
  }));
  const names = Object.keys(config.limits);
  const consumption = consumptionFor(config, limits, context);
  const scope = scopeKey('response-ratelimit', context.scope);
  const identify = identifierOf({ by: config.limit_by ?? 'consumer' });
  const header = config.header_name ?? 'x-kong-limit';
  const seen = requestState<Seen>();

  const look = (exchange: Exchange, client: string, windows: Windows, used: readonly number[]) => {
    const remaining = limits.map(({ limit }, index) => limit - used[index]!);
    const usedUp = config.block_on_first_violation ? limits.find((_, index) => remaining[index]! <= 0) : undefined;
    if (usedUp !== undefined) {
      return exchange.refuse({ status: 429, message: `API rate limit exceeded for '${usedUp.name}'` });
    }
    seen.set(exchange, { client, windows, remaining, isTakenAway: false });
  };

  const tell = ({ response }: Exchange, { remaining }: Seen, consumed: ReadonlyMap<string, number>) => {
    for (const [index, { name, period, limit }] of limits.entries()) {
      const left = Math.max(0, remaining[index]! - (consumed.get(name) ?? 0));
      response!.setHeader(`X-RateLimit-Limit-${name}-${period}`, String(limit));
      response!.setHeader(`X-RateLimit-Remaining-${name}-${period}`, String(left));
    }
  };

  return {
    access: (exchange) => {
      const windows = windowsAt(context.clock.now());
      const client = `${scope}:${identify(exchange)}`;
      const used = consumption.used(client, windows);
      if (!(used instanceof Promise)) return look(exchange, client, windows, used);
      return used.then(
        (numbers) => look(exchange, client, windows, numbers),
        () => config.fault_tolerant ? undefined : exchange.refuse({ status: 500, message: 'An unexpected error occurred' }),
      );
    },
    responseHeaders: (exchange) => {
      const state = seen.of(exchange);
      if (state === undefined) return;
      const response = exchange.response!;
      const consumed = consumedBy(response.header(header), names);
      response.removeHeader(header);
      if (!config.hide_client_headers) tell(exchange, state, consumed);
      state.isTakenAway = limits.some(({ name }, index) => (consumed.get(name) ?? 0) > 0 && state.remaining[index]! <= 0);
      if (state.isTakenAway) {
        response.status = 429;
        return;
      }
      // The answer does not wait. The connection to Redis says in the log what is wrong.
      for (const [name, by] of consumed) {
        Promise.resolve(consumption.add(state.client, state.windows, name, by)).catch(() => undefined);
      }
    },
    body: (exchange) => seen.of(exchange)?.isTakenAway === true ? NO_BODY : undefined,
    close: () => consumption.close(),
  };
});

function consumptionFor(config: ResponseRatelimitingConfig, limits: readonly Limit[], { services, log }: PluginContext): Consumption {
  if (config.policy === 'redis') return consumptionInRedis(limits, services.redis.open(redisSettings(config.redis)));
  if (config.policy === 'cluster') {
    log.warn('config.policy `cluster` is not supported: this node counts alone; set `redis` to count together with other nodes');
  }
  return consumptionOnNode(limits, services.counters);
}

/** What a header such as `sms=2, video=3` says. Names without a limit, and what is no number other than 0, count nothing. */
export function consumedBy(header: string | undefined, names: readonly string[]): ReadonlyMap<string, number> {
  const consumed = new Map<string, number>();
  for (const part of header?.split(',') ?? []) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim());
    const number = Number(value);
    if (number !== 0 && Number.isFinite(number) && names.includes(name)) consumed.set(name, number);
  }
  return consumed;
}
