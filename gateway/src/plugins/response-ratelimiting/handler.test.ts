import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { exchangeThrough, preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { NO_REDIS, startRedis } from '../../../test/fixtures/redis-server.ts';
import type { RedisServer } from '../../../test/fixtures/redis-server.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { consumedBy, responseRatelimitingHandler } from './handler.ts';

function prepared(config: object, clock = new ManualClock()): PluginPhases {
  return preparedPlugin(responseRatelimitingHandler, config, { clock });
}

function send(phases: PluginPhases, consumed?: string, header = 'X-Kong-Limit'): Promise<FakeExchange> {
  const headers = { 'Content-Length': '2', ...consumed !== undefined && { [header]: consumed } };
  return exchangeThrough(phases, new FakeExchange(), new FakeResponse(200, headers));
}

/** What is left by the headers of the answer, by limit and period. */
function left({ response }: FakeExchange): Readonly<Record<string, string>> {
  return Object.fromEntries(response!.headerLines().flatMap(([name, value]) => (
    name.startsWith('X-RateLimit-Remaining-') ? [[name.slice('X-RateLimit-Remaining-'.length), value]] : [])));
}

describe('what a response says that it consumed', () => {
  it.each<[string | undefined, object]>([
    ['sms=2, video=3', { sms: 2, video: 3 }],
    [' sms = 2 ', { sms: 2 }],
    ['sms=-1', { sms: -1 }],
    ['sms=1.5', { sms: 1.5 }],
    ['sms=1, sms=4', { sms: 4 }],
    ['sms=0', {}],
    ['sms', {}],
    ['sms=', {}],
    ['sms=x', {}],
    ['sms=Infinity', {}],
    ['sms=NaN', {}],
    ['mail=1', {}],
    ['__proto__=1,constructor=2', {}],
    ['', {}],
    [',,=,=1', {}],
    [undefined, {}],
  ])('%j', (header, expected) => {
    expect(Object.fromEntries(consumedBy(header, ['sms', 'video']))).toEqual(expected);
  });
});

describe('response-ratelimiting on a node', () => {
  it('tells what is left behind this response, and keeps the header of the upstream for itself', async () => {
    const phases = prepared({ limits: { sms: { minute: 5, hour: 9 }, video: { day: 3 } } });
    const { response } = await send(phases, 'sms=2, video=1');
    expect(Object.fromEntries(response!.headerLines())).toEqual({
      'Content-Length': '2',
      'X-RateLimit-Limit-sms-minute': '5', 'X-RateLimit-Remaining-sms-minute': '3',
      'X-RateLimit-Limit-sms-hour': '9', 'X-RateLimit-Remaining-sms-hour': '7',
      'X-RateLimit-Limit-video-day': '3', 'X-RateLimit-Remaining-video-day': '2',
    });
    expect(left(await send(phases))).toEqual({ 'sms-minute': '3', 'sms-hour': '7', 'video-day': '2' });
  });

  it('takes an answer away that consumes when nothing is left, and does not count it', async () => {
    const phases = prepared({ limits: { sms: { hour: 3 } } });
    expect((await send(phases, 'sms=2')).response!.status).toBe(200);
    const last = await send(phases, 'sms=2');
    expect([last.response!.status, left(last)]).toEqual([200, { 'sms-hour': '0' }]);
    expect(phases.body!(last)).toBeUndefined();
    const beyond = await send(phases, 'sms=2');
    expect(beyond.response!.status).toBe(429);
    const filter = phases.body!(beyond)!;
    expect([filter.changes, filter.length, filter.part(Buffer.from('hi')), filter.end()]).toEqual([true, 0, undefined, undefined]);
    expect((await send(phases)).response!.status).toBe(200);
  });

  it('gives usage back for negative numbers', async () => {
    const phases = prepared({ limits: { sms: { hour: 5 } } });
    await send(phases, 'sms=-1');
    expect(left(await send(phases, 'sms=-1'))).toEqual({ 'sms-hour': '7' });
  });

  it('asks no upstream when something is used up and the first violation blocks', async () => {
    const phases = prepared({ limits: { sms: { hour: 3 }, video: { hour: 1 } }, block_on_first_violation: true });
    await send(phases, 'sms=5');
    const blocked = new FakeExchange();
    await phases.access!(blocked);
    expect(blocked.refusal).toEqual({ status: 429, message: "API rate limit exceeded for 'sms'" });
  });

  it('reads the configured header, and hides the headers of limits where configured', async () => {
    const phases = prepared({ limits: { sms: { hour: 5 } }, header_name: 'X-Use', hide_client_headers: true });
    const { response } = await send(phases, 'sms=1', 'X-Use');
    expect(response!.headerLines()).toEqual([['Content-Length', '2']]);
  });

  it('begins again at 0 with the next window', async () => {
    const clock = new ManualClock(0);
    const phases = prepared({ limits: { sms: { minute: 5 } } }, clock);
    await send(phases, 'sms=5');
    clock.advance(60_000);
    expect(left(await send(phases))).toEqual({ 'sms-minute': '5' });
  });
});

describe.skipIf(NO_REDIS !== undefined)(`response-ratelimiting with Redis${NO_REDIS === undefined ? '' : `: ${NO_REDIS}`}`, () => {
  let redis: RedisServer;
  beforeAll(async () => { redis = await startRedis(); });
  afterAll(() => redis.stop());
  afterEach(() => { redis.cli('FLUSHALL'); });

  const onNode = (port: number, config: object = {}) => preparedPlugin(responseRatelimitingHandler, {
    limits: { sms: { year: 5 } }, policy: 'redis', redis: { host: '127.0.0.1', port }, ...config,
  }, { clock: SYSTEM_CLOCK });

  it('shares what is left among nodes, in all periods', async () => {
    const [one, other] = [onNode(redis.port), onNode(redis.port)];
    await send(one, 'sms=2');
    await eventually('all periods are counted', () => redis.cli('KEYS', '*').split('\n').length >= 6);
    await eventually('they end', () => Number(redis.cli('TTL', redis.cli('KEYS', '*:sms:year'))) > 31_000_000);
    expect(left(await send(other))).toEqual({ 'sms-year': '3' });
    await one.close!();
    await other.close!();
  });

  it.each([[true, undefined, 'sms=1'], [false, 500, 'sms=1']])('without a Redis, tolerant: %s', async (tolerant, refusal, header) => {
    const exchange = await send(onNode(1, { fault_tolerant: tolerant }), 'sms=1');
    expect([exchange.refusal?.status, exchange.response!.header('x-kong-limit')]).toEqual([refusal, header]);
  });

  it('takes a counter that is no number for a failure', async () => {
    const phases = onNode(redis.port, { fault_tolerant: false });
    await send(phases, 'sms=1');
    const key = await eventually('a counter', () => redis.cli('KEYS', '*:sms:year') || undefined);
    redis.cli('SET', key, 'abc');
    expect((await send(phases)).refusal?.status).toBe(500);
    await phases.close!();
  });
});
