import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { nodeServices } from '../../../test/fixtures/node-services.ts';
import { exchangeThrough, preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { NO_REDIS, startRedis } from '../../../test/fixtures/redis-server.ts';
import type { RedisServer } from '../../../test/fixtures/redis-server.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { createLog } from '../../base/log.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { rateLimitingAdvancedHandler } from './handler.ts';

/** A minute begins. */
const NOW = 1_800_000_000_000;

const CONFIGURATION = snapshotOf({ consumers: [{ id: '00000000-0000-4000-8000-0000000000b1', username: 'bob' }] });
const BOB = CONFIGURATION.consumers.byUsername.get('bob')!;

const DEFAULTS = { namespace: 'test', strategy: 'local', sync_rate: -1, identifier: 'ip' };

function prepared(config: object, clock = new ManualClock(NOW), services = nodeServices({ clock })): PluginPhases {
  return preparedPlugin(rateLimitingAdvancedHandler, { ...DEFAULTS, ...config }, { clock, services });
}

async function send(phases: PluginPhases, request: FakeRequest = {}, before?: (exchange: FakeExchange) => void): Promise<FakeExchange> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  before?.(exchange);
  return exchangeThrough(phases, exchange, new FakeResponse());
}

async function statuses(phases: PluginPhases, requests: number, request?: FakeRequest): Promise<readonly number[]> {
  const all: number[] = [];
  for (let count = 0; count < requests; count += 1) all.push((await send(phases, request)).response!.status);
  return all;
}

const headersOf = ({ response }: FakeExchange) => Object.fromEntries(response!.headerLines());
const passed = (all: readonly number[]) => all.filter((status) => status === 200).length;

describe('rate-limiting-advanced on a node', () => {
  it('describes every window, and above all the one that has the least left', async () => {
    const phases = prepared({ window_size: [60, 90], limit: [5, 3], window_type: 'fixed' });
    expect(headersOf(await send(phases))).toEqual({
      'X-RateLimit-Limit-Minute': '5', 'X-RateLimit-Remaining-Minute': '4', 'X-RateLimit-Limit-90': '3', 'X-RateLimit-Remaining-90': '2',
      'RateLimit-Limit': '3', 'RateLimit-Remaining': '2', 'RateLimit-Reset': '90',
    });
  });

  it('begins again at 0 with a fixed window', async () => {
    const clock = new ManualClock(NOW);
    const phases = prepared({ window_size: [60], limit: [2], window_type: 'fixed' }, clock);
    expect(await statuses(phases, 3)).toEqual([200, 200, 429]);
    clock.advance(59_999);
    expect(await statuses(phases, 1)).toEqual([429]);
    clock.advance(1);
    expect(await statuses(phases, 3)).toEqual([200, 200, 429]);
  });

  it('weighs the window before a sliding one', async () => {
    const clock = new ManualClock(NOW);
    const phases = prepared({ window_size: [60], limit: [10], disable_penalty: true }, clock);
    expect(passed(await statuses(phases, 20))).toBe(10);
    clock.advance(60_000);
    expect(passed(await statuses(phases, 20))).toBe(0);
    clock.advance(30_000);
    expect(passed(await statuses(phases, 20))).toBe(5);
    clock.advance(60_000);
    // A half of the five that passed before still counts.
    expect(passed(await statuses(phases, 20))).toBe(7);
  });

  it('counts refused requests in sliding windows, too: who goes on asking waits longer', async () => {
    const clock = new ManualClock(NOW);
    const phases = prepared({ window_size: [60], limit: [10] }, clock);
    await statuses(phases, 40);
    clock.advance(90_000);
    expect(passed(await statuses(phases, 1))).toBe(0);
  });

  it('says when to come back, with a spread', async () => {
    const phases = prepared({ window_size: [60], limit: [1], window_type: 'fixed', retry_after_jitter_max: 5 });
    await send(phases);
    for (let request = 0; request < 30; request += 1) {
      const seconds = Number((await send(phases)).refusal!.headers!['Retry-After']);
      expect(seconds).toBeGreaterThanOrEqual(60);
      expect(seconds).toBeLessThanOrEqual(65);
    }
  });

  it('answers as configured, and hides its headers', async () => {
    const phases = prepared({ window_size: [60], limit: [1], error_code: 403, error_message: 'enough', hide_client_headers: true });
    await send(phases);
    const refused = await send(phases);
    expect([refused.refusal, headersOf(refused)]).toEqual([{ status: 403, message: 'enough' }, {}]);
  });

  it.each<[string, object, FakeRequest, FakeRequest]>([
    ['ip', {}, { clientIp: '192.0.2.1' }, { clientIp: '192.0.2.2' }],
    ['header', { header_name: 'X-User' }, { headers: { 'x-user': 'a' } }, { headers: { 'x-user': 'b' } }],
    ['path', { path: '/here' }, { path: '/here' }, { path: '/there' }],
    ['consumer-group', {}, { clientIp: '192.0.2.1' }, { clientIp: '192.0.2.2' }],
  ])('counts by %s', async (by, more, one, other) => {
    const phases = prepared({ window_size: [60], limit: [1], identifier: by, ...more });
    expect(await statuses(phases, 2, one)).toEqual([200, 429]);
    expect(await statuses(phases, 2, other)).toEqual([200, 429]);
  });

  it('counts by several things together, whatever characters they have', async () => {
    const phases = prepared({ window_size: [60], limit: [1], compound_identifier: ['header', 'consumer'], header_name: 'X-User' });
    const as = async (user: string, consumer?: typeof BOB) => (
      await send(phases, { headers: { 'x-user': user } }, (exchange) => exchange.authenticate({ consumer, credential: { id: 'c' } }))
    ).response!.status;
    expect([await as('a', BOB), await as('b', BOB), await as('a'), await as('a', BOB)]).toEqual([200, 200, 200, 429]);
  });

  it('shares counters with plugins of the same namespace', async () => {
    const clock = new ManualClock(NOW);
    const services = nodeServices({ clock });
    const config = { window_size: [60], limit: [2] };
    expect(await statuses(prepared(config, clock, services), 2)).toEqual([200, 200]);
    expect(await statuses(prepared(config, clock, services), 1)).toEqual([429]);
    expect(await statuses(prepared({ ...config, namespace: 'other' }, clock, services), 1)).toEqual([200]);
  });

  it.each<[object, RegExp]>([
    [{ strategy: 'cluster', sync_rate: 1 }, /`cluster` is not supported/],
    [{ enforce_consumer_groups: true, consumer_groups: ['gold'] }, /enforce_consumer_groups has no effect/],
  ])('warns of %j', (config, message) => {
    const lines: string[] = [];
    preparedPlugin(rateLimitingAdvancedHandler, { ...DEFAULTS, window_size: [60], limit: [1], ...config }, {
      log: createLog({ level: 'warn', write: (line) => void lines.push(line) }),
    });
    expect(lines.join()).toMatch(message);
  });

  it.each([
    ['sentinel_master', { sentinel_master: 'm', sentinel_role: 'master', sentinel_nodes: [{ host: 'a', port: 1 }] }],
    ['cluster_nodes', { cluster_nodes: [{ ip: 'a', port: 1 }] }],
  ])('refuses %s by name', (name, redis) => {
    const refused = () => prepared({ window_size: [60], limit: [1], strategy: 'redis', sync_rate: 0, redis });
    expect(refused).toThrow(`config.redis.${name} is not`);
  });
});

describe.skipIf(NO_REDIS !== undefined)(`rate-limiting-advanced with Redis${NO_REDIS === undefined ? '' : `: ${NO_REDIS}`}`, () => {
  let redis: RedisServer;
  const opened: PluginPhases[] = [];
  beforeAll(async () => { redis = await startRedis({ users: { limiter: 'secret' } }); });
  afterAll(() => redis.stop());
  afterEach(async () => {
    for (const phases of opened.splice(0)) await phases.close!();
    redis.cli('FLUSHALL');
  });

  /** A window so long that it does not end in a test. */
  const onNode = (config: object = {}, port = redis.port) => {
    const phases = prepared({
      window_size: [1_000_000_000], limit: [100], strategy: 'redis', sync_rate: 0,
      redis: { host: '127.0.0.1', port, username: 'limiter', password: 'secret' }, ...config,
    }, SYSTEM_CLOCK as ManualClock);
    opened.push(phases);
    return phases;
  };
  const together = async (planes: readonly PluginPhases[], requests: number) => (
    await Promise.all(planes.flatMap((plane) => Array.from({ length: requests }, () => send(plane))))
  ).map(({ response }) => response!.status);

  it.each([['fixed', false], ['sliding', false], ['sliding', true]])(
    'lets exactly the limit pass on ten planes, window %s, disable_penalty %s', async (type, disablePenalty) => {
      const planes = Array.from({ length: 10 }, () => onNode({ window_type: type, disable_penalty: disablePenalty }));
      expect(passed(await together(planes, 30))).toBe(100);
    },
  );

  it('lets no more than the limit pass on each of ten planes between two exchanges, and none after it', async () => {
    const config = { window_type: 'fixed', sync_rate: 3600 };
    const first = passed(await together(Array.from({ length: 10 }, () => onNode(config)), 200));
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThanOrEqual(1000);
    for (const phases of opened.splice(0)) await phases.close!();
    expect(passed(await together(Array.from({ length: 10 }, () => onNode(config)), 1))).toBe(0);
  });

  it('counts in several windows, and keeps what the next ones look back at', async () => {
    await send(onNode({ window_size: [3600, 86_400], limit: [5, 9] }));
    const keys = redis.cli('KEYS', '*').split('\n').sort();
    expect(keys.map((key) => key.replace(/\d{13}$/, ''))).toEqual([
      '{rate-limiting-advanced:test:192.0.2.1}:3600:', '{rate-limiting-advanced:test:192.0.2.1}:86400:',
    ]);
    expect(Number(redis.cli('TTL', keys[0]!))).toBeGreaterThan(3600);
  });

  it('counts on the node while Redis fails, and together again when it answers', async () => {
    const server = await startRedis({ users: { limiter: 'secret' } });
    const plane = onNode({ limit: [3] }, server.port);
    expect(await statuses(plane, 1)).toEqual([200]);
    await server.stop();
    expect(await statuses(plane, 4)).toEqual([200, 200, 200, 429]);
    await server.start();
    await server.stop();
  });

  it('takes a key that is no number for a failure', async () => {
    const plane = onNode({ limit: [1] });
    await send(plane);
    redis.cli('SET', redis.cli('KEYS', '*'), 'abc');
    expect(await statuses(plane, 2)).toEqual([200, 429]);
  });
});
