import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { NO_REDIS, startRedis } from '../../../test/fixtures/redis-server.ts';
import type { RedisServer } from '../../../test/fixtures/redis-server.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { proxyCacheAdvancedHandler } from './handler.ts';

const ROUTE = snapshotOf({ routes: [{ id: '00000000-0000-4000-8000-0000000000a1', paths: ['/'] }] }).routes[0]!;

const BODY = Buffer.from([0, 255, 13, 10]);

const opened: PluginPhases[] = [];
afterEach(async () => {
  for (const phases of opened.splice(0)) await phases.close!();
});

function onNode(config: object): PluginPhases {
  const phases = preparedPlugin(proxyCacheAdvancedHandler, config, { clock: SYSTEM_CLOCK });
  opened.push(phases);
  return phases;
}

async function ask(phases: PluginPhases, path = '/'): Promise<FakeExchange> {
  const exchange = new FakeExchange({ path }, { route: ROUTE });
  await phases.access!(exchange);
  if (exchange.answer !== undefined || exchange.refusal !== undefined) return exchange;
  exchange.response = new FakeResponse(200, { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] });
  await phases.responseHeaders!(exchange);
  const filter = phases.body!(exchange);
  filter?.part(BODY);
  filter?.end();
  return exchange;
}

const cacheStatus = ({ answer, response }: FakeExchange) => (
  answer === undefined ? response?.header('x-cache-status') : (answer.headers as Record<string, string[]>)['X-Cache-Status']![0]);

it('proxy-cache-advanced answers from the memory of the node', async () => {
  const [node, other] = [onNode({ strategy: 'memory' }), onNode({ strategy: 'memory' })];
  expect([cacheStatus(await ask(node)), cacheStatus(await ask(node)), cacheStatus(await ask(other))]).toEqual(['Miss', 'Hit', 'Miss']);
});

describe.skipIf(NO_REDIS !== undefined)(`proxy-cache-advanced with Redis${NO_REDIS === undefined ? '' : `: ${NO_REDIS}`}`, () => {
  let redis: RedisServer;
  beforeAll(async () => { redis = await startRedis({ users: { cacher: 'secret' } }); });
  afterAll(() => redis.stop());
  afterEach(() => { redis.cli('FLUSHALL'); });

  const inRedis = (config: object = {}, port = redis.port) => onNode({
    strategy: 'redis', redis: { host: '127.0.0.1', port, username: 'cacher', password: 'secret', timeout: 300 }, ...config,
  });
  const isKept = () => eventually('the answer is in Redis', () => redis.cli('KEYS', '*') || undefined);

  it('answers from what another node has got', async () => {
    await ask(inRedis({ cache_ttl: 50 }));
    const key = await isKept();
    expect(key).toMatch(/^proxy-cache-advanced:[0-9a-f]{64}$/);
    expect(Number(redis.cli('TTL', key))).toBeGreaterThan(40);
    const { answer } = await ask(inRedis({ cache_ttl: 50 }));
    expect([answer!.body, (answer!.headers as Record<string, string[]>)['Set-Cookie']]).toEqual([BODY, ['a=1', 'b=2']]);
  });

  it('asks the upstream again for what it cannot read', async () => {
    const node = inRedis();
    await ask(node);
    redis.cli('SET', await isKept(), 'garbage');
    expect(cacheStatus(await ask(node))).toBe('Miss');
  });

  it.each([[true, 'Bypass', undefined], [false, undefined, 500]])(
    'does without a Redis that cannot be used, bypass_on_err %s', async (bypasses, status, refusal) => {
      const server = await startRedis({ users: { cacher: 'secret' } });
      const node = inRedis({ bypass_on_err: bypasses }, server.port);
      expect(cacheStatus(await ask(node))).toBe('Miss');
      server.pause();
      const hanging = await ask(node, '/other');
      expect([cacheStatus(hanging), hanging.refusal?.status]).toEqual([status, refusal]);
      await server.stop();
      const gone = await ask(node);
      expect([cacheStatus(gone), gone.refusal?.status]).toEqual([status, refusal]);
    },
  );

  it('takes a key of another type for a failure', async () => {
    const node = inRedis();
    await ask(node);
    const key = await isKept();
    redis.cli('DEL', key);
    redis.cli('LPUSH', key, 'x');
    expect((await ask(node)).refusal?.status).toBe(500);
  });
});
