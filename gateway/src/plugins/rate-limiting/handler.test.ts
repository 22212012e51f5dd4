import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { nodeServices } from '../../../test/fixtures/node-services.ts';
import { exchangeThrough, preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { rateLimitingHandler } from './handler.ts';

/** 10 s into a minute. */
const NOW = Date.parse('2027-01-15T12:30:10.200Z');

const CONFIGURATION = snapshotOf({ consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'eve-id', username: 'eve' }] });
const [BOB, EVE] = ['bob', 'eve'].map((name) => CONFIGURATION.consumers.byUsername.get(name)!);

function prepared(config: object, clock = new ManualClock(NOW)): PluginPhases {
  return preparedPlugin(rateLimitingHandler, config, { clock });
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

describe('rate-limiting on a node', () => {
  it('tells the client about every period, and above all about the one that has the least left', async () => {
    const phases = prepared({ second: 5, minute: 3, hour: 100 });
    expect(headersOf(await send(phases))).toEqual({
      'X-RateLimit-Limit-Second': '5', 'X-RateLimit-Remaining-Second': '4',
      'X-RateLimit-Limit-Minute': '3', 'X-RateLimit-Remaining-Minute': '2',
      'X-RateLimit-Limit-Hour': '100', 'X-RateLimit-Remaining-Hour': '99',
      'RateLimit-Limit': '3', 'RateLimit-Remaining': '2', 'RateLimit-Reset': '50',
    });
  });

  it('describes the longest period when several have the least left', async () => {
    const { response } = await send(prepared({ minute: 3, hour: 3 }));
    expect(response!.header('ratelimit-reset')).toBe(String(29 * 60 + 50));
  });

  it('refuses what is beyond the limit, and says when to come back', async () => {
    const phases = prepared({ minute: 2 });
    expect(await statuses(phases, 2)).toEqual([200, 200]);
    const refused = await send(phases);
    expect(refused.refusal).toEqual({ status: 429, message: 'API rate limit exceeded', headers: { 'Retry-After': '50' } });
    expect(headersOf(refused)).toMatchObject({ 'RateLimit-Remaining': '0', 'X-RateLimit-Remaining-Minute': '0' });
  });

  it('lets the limit pass again as soon as a window of the calendar begins', async () => {
    const clock = new ManualClock(NOW);
    const phases = prepared({ second: 2 }, clock);
    expect(await statuses(phases, 3)).toEqual([200, 200, 429]);
    clock.advance(799);
    expect(await statuses(phases, 1)).toEqual([429]);
    clock.advance(1);
    expect(await statuses(phases, 3)).toEqual([200, 200, 429]);
  });

  it('counts a refused request in no period', async () => {
    const clock = new ManualClock(NOW);
    const phases = prepared({ second: 2, minute: 5 }, clock);
    const passed: number[] = [];
    for (let second = 0; second < 3; second += 1) {
      passed.push((await statuses(phases, 4)).filter((status) => status === 200).length);
      clock.advance(1000);
    }
    expect(passed).toEqual([2, 2, 1]);
  });

  it('answers as configured, and hides its headers', async () => {
    const phases = prepared({ hour: 1, error_code: 403, error_message: 'enough', hide_client_headers: true });
    expect(headersOf(await send(phases))).toEqual({});
    const refused = await send(phases);
    expect(refused.refusal).toEqual({ status: 403, message: 'enough' });
    expect(headersOf(refused)).toEqual({});
  });

  it.each<[string, object, FakeRequest, FakeRequest]>([
    ['ip', {}, { clientIp: '192.0.2.1' }, { clientIp: '192.0.2.2' }],
    ['header', { header_name: 'X-User' }, { headers: { 'x-user': 'a' } }, { headers: { 'x-user': 'b' } }],
    ['header', { header_name: 'X-User' }, { headers: { 'x-user': '' } }, { headers: {} }],
    ['path', { path: '/here' }, { path: '/here' }, { path: '/there' }],
  ])('counts by %s', async (limitBy, more, one, other) => {
    const phases = prepared({ hour: 1, limit_by: limitBy, ...more });
    expect(await statuses(phases, 2, one)).toEqual([200, 429]);
    expect(await statuses(phases, 2, other)).toEqual([200, 429]);
  });

  it.each(['header', 'path', 'consumer', 'credential', 'service'])('counts by the address of the client without a %s', async (limitBy) => {
    const phases = prepared({ hour: 1, limit_by: limitBy, header_name: 'X-User', path: '/here' });
    expect(await statuses(phases, 2, { path: '/' })).toEqual([200, 429]);
    expect(await statuses(phases, 1, { path: '/', clientIp: '192.0.2.2' })).toEqual([200]);
  });

  it('counts by consumer whatever credential and address it comes with', async () => {
    const phases = prepared({ hour: 1, limit_by: 'consumer' });
    const as = (consumer: typeof BOB, id: string, clientIp: string) => (
      send(phases, { clientIp }, (exchange) => exchange.authenticate({ consumer, credential: { id } })));
    const answers = [await as(BOB, 'c-1', '192.0.2.1'), await as(BOB, 'c-2', '192.0.2.2'), await as(EVE, 'c-3', '192.0.2.1')];
    expect(answers.map(({ response }) => response!.status)).toEqual([200, 429, 200]);
  });

  it('counts by credential', async () => {
    const phases = prepared({ hour: 1, limit_by: 'credential' });
    const as = (id: string) => send(phases, {}, (exchange) => exchange.authenticate({ consumer: BOB, credential: { id } }));
    expect([await as('c-1'), await as('c-1'), await as('c-2')].map(({ response }) => response!.status)).toEqual([200, 429, 200]);
  });

  it('goes on counting when its configuration changes, and counts routes apart', async () => {
    const clock = new ManualClock(NOW);
    const services = nodeServices({ clock });
    const on = (route: string, config: object) => preparedPlugin(rateLimitingHandler, config, {
      clock, services, scope: { route, service: undefined, consumer: undefined, consumerGroup: undefined },
    });
    expect(await statuses(on('one', { hour: 2 }), 2)).toEqual([200, 200]);
    expect(await statuses(on('one', { hour: 3, error_code: 403 }), 2)).toEqual([200, 403]);
    expect(await statuses(on('other', { hour: 2 }), 1)).toEqual([200]);
  });
});
