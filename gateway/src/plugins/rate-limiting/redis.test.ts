import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { exchangeThrough, preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { NO_REDIS, startRedis } from '../../../test/fixtures/redis-server.ts';
import type { RedisServer } from '../../../test/fixtures/redis-server.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { rateLimitingHandler } from './handler.ts';

const PLANES = 10;
const LIMIT = 100;

const opened: PluginPhases[] = [];
afterEach(async () => {
  for (const phases of opened.splice(0)) await phases.close?.();
});

/** The plugin on a node of its own. @param config periods of a year: a shorter one could end in a test */
function onNode(port: number, config: object = {}, redis: object = {}): PluginPhases {
  const phases = preparedPlugin(rateLimitingHandler, {
    year: LIMIT, limit_by: 'service', policy: 'redis', redis: { host: '127.0.0.1', port, ...redis }, ...config,
  }, { clock: SYSTEM_CLOCK });
  opened.push(phases);
  return phases;
}

function send(phases: PluginPhases): Promise<FakeExchange> {
  return exchangeThrough(phases, new FakeExchange(), new FakeResponse());
}

const passed = (exchanges: readonly FakeExchange[]) => exchanges.filter(({ refusal }) => refusal === undefined).length;

/** A request that met no counters. */
const UNCOUNTED = { passes: { refusal: undefined, lines: [] }, fails: { refusal: 500, lines: [] } };
const TOLERANCES = [[true, UNCOUNTED.passes], [false, UNCOUNTED.fails]] as const;
const seen = ({ refusal, response }: FakeExchange) => ({ refusal: refusal?.status, lines: response!.headerLines() });

describe.skipIf(NO_REDIS !== undefined)(`rate-limiting with Redis${NO_REDIS === undefined ? '' : `: ${NO_REDIS}`}`, () => {
  let redis: RedisServer;
  beforeAll(async () => { redis = await startRedis(); });
  afterAll(() => redis.stop());
  afterEach(() => { redis.cli('FLUSHALL'); });

  it(`lets exactly the limit pass on ${PLANES} planes that count together`, async () => {
    const planes = Array.from({ length: PLANES }, () => onNode(redis.port));
    const exchanges = await Promise.all(planes.flatMap((plane) => Array.from({ length: 30 }, () => send(plane))));
    expect(passed(exchanges)).toBe(LIMIT);
    expect(redis.cli('GET', redis.cli('KEYS', '*'))).toBe(String(PLANES * 30));
  });

  it(`lets no more than the limit pass on each of ${PLANES} planes between two exchanges, and none after it`, async () => {
    const planes = Array.from({ length: PLANES }, () => onNode(redis.port, { sync_rate: 3600 }));
    const first = await Promise.all(planes.flatMap((plane) => Array.from({ length: 2 * LIMIT }, () => send(plane))));
    expect(passed(first)).toBeGreaterThanOrEqual(LIMIT);
    expect(passed(first)).toBeLessThanOrEqual(PLANES * LIMIT);
    // A plane exchanges its counters when it ends, too.
    for (const phases of opened.splice(0)) await phases.close?.();
    expect(Number(redis.cli('GET', redis.cli('KEYS', '*')))).toBeGreaterThanOrEqual(passed(first));
    const second = await Promise.all(Array.from({ length: PLANES }, () => send(onNode(redis.port, { sync_rate: 3600 }))));
    expect(passed(second)).toBe(0);
  });

  it('counts on the node between exchanges, and tells Redis in the next one', async () => {
    const plane = onNode(redis.port, { sync_rate: 0.1 });
    const other = onNode(redis.port, { sync_rate: 0.1 });
    const remaining = [];
    for (let request = 0; request < 3; request += 1) remaining.push((await send(plane)).response!.header('ratelimit-remaining'));
    expect(remaining).toEqual(['99', '98', '97']);
    const key = redis.cli('KEYS', '*');
    await eventually('Redis knows of all three', () => redis.cli('GET', key) === '3');
    expect((await send(other)).response!.header('ratelimit-remaining')).toBe('96');
  });

  it('never lets a node pass more than the limit when requests come together', async () => {
    const plane = onNode(redis.port, { sync_rate: 3600 });
    expect(passed(await Promise.all(Array.from({ length: 3 * LIMIT }, () => send(plane))))).toBe(LIMIT);
  });

  it.each(TOLERANCES)('takes a key that is no number for a failure, tolerant: %s', async (tolerant, expected) => {
    const plane = onNode(redis.port, { fault_tolerant: tolerant });
    await send(plane);
    redis.cli('SET', redis.cli('KEYS', '*'), 'abc');
    expect(seen(await send(plane))).toEqual(expected);
  });

  it('goes on with a key that was there before', async () => {
    const plane = onNode(redis.port);
    await send(plane);
    redis.cli('SET', redis.cli('KEYS', '*'), '97');
    expect((await send(plane)).response!.header('ratelimit-remaining')).toBe('2');
  });

  it.each(TOLERANCES)('does without a Redis that stops, tolerant: %s', async (tolerant, expected) => {
    const server = await startRedis();
    const plane = onNode(server.port, { fault_tolerant: tolerant });
    expect((await send(plane)).response!.header('ratelimit-remaining')).toBe('99');
    await Promise.all([send(plane), server.stop()]);
    expect([await send(plane), await send(plane)].map(seen)).toEqual([expected, expected]);
    await server.start();
    await eventually('it counts again', async () => (await send(plane)).response!.header('ratelimit-remaining') !== undefined);
    await server.stop();
  });

  it.each(TOLERANCES)('does without a Redis that hangs, tolerant: %s', async (tolerant, expected) => {
    const server = await startRedis();
    const plane = onNode(server.port, { fault_tolerant: tolerant }, { timeout: 100 });
    await send(plane);
    server.pause();
    expect((await Promise.all([send(plane), send(plane)])).map(seen)).toEqual([expected, expected]);
    server.resume();
    await server.stop();
  });
});

describe('rate-limiting without a Redis that can be used', () => {
  it.each<[string, boolean, (socket: Socket) => void]>([true, false].flatMap((tolerant) => [
    ['answers garbage', tolerant, (socket) => void socket.write('\u0000\u0001garbage\r\n')],
    ['answers something else', tolerant, (socket) => void socket.write('+OK\r\n')],
    ['goes away in the middle of a request', tolerant, (socket) => void socket.resetAndDestroy()],
  ]))('does without one that %s, tolerant: %s', async (_, tolerant, answer) => {
    const server = createServer((socket) => void socket.on('error', () => undefined).once('data', () => answer(socket)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const plane = onNode((server.address() as AddressInfo).port, { fault_tolerant: tolerant }, { timeout: 500 });
    expect(seen(await send(plane))).toEqual(tolerant ? UNCOUNTED.passes : UNCOUNTED.fails);
    server.close();
  });

  it('passes or fails when nothing listens', async () => {
    expect(seen(await send(onNode(1)))).toEqual(UNCOUNTED.passes);
    expect(seen(await send(onNode(1, { sync_rate: 1 })))).toEqual(UNCOUNTED.passes);
    expect(seen(await send(onNode(1, { fault_tolerant: false })))).toEqual(UNCOUNTED.fails);
  });
});
