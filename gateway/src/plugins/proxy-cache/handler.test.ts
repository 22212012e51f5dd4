import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { nodeServices } from '../../../test/fixtures/node-services.ts';
import { preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import type { AnswerSource } from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { shownAnswers } from '../../response-cache/memory-store.ts';
import { proxyCacheHandler } from './handler.ts';

const CONFIGURATION = snapshotOf({
  services: [{ id: '00000000-0000-4000-8000-0000000000a0', host: 'up.test' }],
  routes: [{ id: '00000000-0000-4000-8000-0000000000a1', paths: ['/'], service: '00000000-0000-4000-8000-0000000000a0' }],
  consumers: [
    { id: '00000000-0000-4000-8000-0000000000b1', username: 'bob' }, { id: '00000000-0000-4000-8000-0000000000b2', username: 'eve' },
  ],
});
const ROUTE = CONFIGURATION.routes[0]!;

interface Upstream {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** @default 'hi' */
  readonly body?: string;
  /** Whether the body breaks off. */
  readonly isCut?: boolean;
}

function cache(config: object = {}) {
  const clock = new ManualClock();
  const services = nodeServices({ clock });
  const phases = preparedPlugin(proxyCacheHandler, { strategy: 'memory', ...config }, { clock, services });
  const ask = async (request: FakeRequest = {}, upstream: Upstream = {}, consumer?: string) => (
    askThrough(phases, request, upstream, consumer));
  /** How a sequence of requests is answered. */
  const statuses = async (...requests: readonly (FakeRequest | readonly [FakeRequest, Upstream?, string?])[]) => {
    const all: (string | undefined)[] = [];
    for (const one of requests) {
      const [request, upstream, consumer] = Array.isArray(one) ? one as [FakeRequest, Upstream?, string?] : [one as FakeRequest];
      all.push((await ask(request, upstream, consumer)).cacheStatus);
    }
    return all;
  };
  return { clock, services, phases, ask, statuses };
}

type Identify = string | ((exchange: FakeExchange) => void);

async function askThrough(phases: PluginPhases, request: FakeRequest, upstream: Upstream, identity?: Identify) {
  const { status = 200, headers = {}, body = 'hi', isCut = false } = upstream;
  const exchange = new FakeExchange({ headers: { host: 'a.test' }, ...request }, { configuration: CONFIGURATION, route: ROUTE });
  if (typeof identity === 'string') {
    exchange.authenticate({ consumer: CONFIGURATION.consumers.byUsername.get(identity), credential: { id: identity } });
  } else identity?.(exchange);
  await phases.access!(exchange);
  const { answer, refusal } = exchange;
  if (answer !== undefined) {
    const given = answer.headers as Readonly<Record<string, string[]>>;
    return { exchange, cacheStatus: given['X-Cache-Status']?.[0], status: answer.status, body: String(answer.body), headers: given };
  }
  if (refusal !== undefined) return { exchange, cacheStatus: undefined, status: refusal.status, body: refusal.message, headers: {} };
  exchange.response = new FakeResponse(status, { 'Content-Type': 'text/plain', ...headers });
  await phases.responseHeaders!(exchange);
  const filter = phases.body!(exchange);
  for (const part of body.match(/.{1,4}/gs) ?? []) expect(filter?.part(Buffer.from(part))?.toString() ?? part).toBe(part);
  if (!isCut) filter?.end();
  await phases.log?.(exchange);
  return {
    exchange, cacheStatus: exchange.response.header('x-cache-status'), status, body,
    headers: Object.fromEntries(exchange.response.headerLines().map(([name, value]) => [name, [value]])),
  };
}

describe('proxy-cache', () => {
  it('answers a request from the answer to an equal one, with its age', async () => {
    const { clock, ask } = cache();
    const first = await ask({}, { headers: { 'ETag': '"a"', 'Set-Cookie': ['a=1', 'b=2'], 'Age': '7', 'Via': '1.1 up' } });
    expect([first.cacheStatus, first.headers['X-Cache-Key']?.[0]]).toEqual(['Miss', expect.stringMatching(/^[0-9a-f]{64}$/)]);
    clock.advance(42_000);
    const second = await ask({}, { body: 'other' });
    expect([second.status, second.body]).toEqual([200, 'hi']);
    expect(second.headers).toEqual({
      'Content-Type': ['text/plain'], 'ETag': ['"a"'], 'Set-Cookie': ['a=1', 'b=2'], 'Age': ['42'], 'X-Cache-Status': ['Hit'],
      'X-Cache-Key': first.headers['X-Cache-Key'],
    });
  });

  it('asks again when the time is over', async () => {
    const { clock, statuses } = cache({ cache_ttl: 10 });
    expect(await statuses({}, {})).toEqual(['Miss', 'Hit']);
    clock.advance(10_000);
    expect(await statuses({}, {})).toEqual(['Miss', 'Hit']);
  });

  it('hides its headers', async () => {
    const { ask } = cache({ response_headers: { 'age': false, 'X-Cache-Status': false, 'X-Cache-Key': false } });
    await ask();
    const { headers, exchange } = await ask();
    expect(exchange.answer).toBeDefined();
    expect(headers).toEqual({ 'Content-Type': ['text/plain'] });
  });

  it.each<[string, FakeRequest, Upstream]>([
    ['another method', { method: 'POST' }, {}],
    ['another status', {}, { status: 500 }],
    ['another content type', {}, { headers: { 'Content-Type': 'text/html' } }],
    ['an answer that no one else may have', {}, { headers: { Vary: 'X-A, *' } }],
  ])('passes by %s', async (_, request, upstream) => {
    const { statuses } = cache();
    expect(await statuses([request, upstream], [request, upstream])).toEqual(['Bypass', 'Bypass']);
  });

  it('keeps no part of an answer', async () => {
    const { statuses } = cache();
    expect(await statuses([{}, { body: 'a long body', isCut: true }], {})).toEqual(['Miss', 'Miss']);
  });

  it('keeps no answer that is too long', async () => {
    const { statuses, phases, ask } = cache();
    const exchange = (await ask({ path: '/long' }, { body: '', isCut: true })).exchange;
    const filter = phases.body!(exchange)!;
    for (let part = 0; part < 9; part += 1) filter.part(Buffer.alloc(1_048_576));
    filter.end();
    expect(await statuses({ path: '/long' })).toEqual(['Miss']);
  });

  it('keeps nothing of bodies that are under way beyond its bound, and again when they have ended', async () => {
    const { phases, ask, statuses } = cache();
    const asked = await Promise.all(Array.from({ length: 10 }, (_, index) => ask({ path: `/${index}` }, { isCut: true })));
    const exchanges = asked.map(({ exchange }) => exchange);
    const filters = exchanges.map((exchange) => phases.body!(exchange)!);
    for (const filter of filters) for (let part = 0; part < 8; part += 1) filter.part(Buffer.alloc(1_048_576));
    for (const filter of filters) filter.end();
    for (const exchange of exchanges) await phases.log!(exchange);
    const kept = (await statuses(...exchanges.map((_, index) => ({ path: `/${index}` })))).filter((status) => status === 'Hit');
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(10);
    expect(await statuses({ path: '/new' }, { path: '/new' })).toEqual(['Miss', 'Hit']);
  });

  it('tells a client that it has the answer', async () => {
    const { ask } = cache();
    await ask({}, { headers: { ETag: 'W/"a"' } });
    const known = await ask({ headers: { 'host': 'a.test', 'if-none-match': '"b", "a"' } });
    expect([known.status, known.body, known.headers['Content-Type'], known.headers.ETag]).toEqual([304, '', undefined, ['W/"a"']]);
    expect((await ask({ headers: { 'host': 'a.test', 'if-none-match': '"b"' } })).status).toBe(200);
  });

  it('shows and deletes what it keeps', async () => {
    const { ask, services, statuses, clock } = cache();
    const key = (await ask({}, { headers: { ETag: '"a"' } })).headers['X-Cache-Key']![0]!;
    const answers = shownAnswers(services.cache);
    expect(answers.get(key)).toEqual({
      status: 200, body: 'hi', body_len: 2, req_body: '', timestamp: clock.now() / 1000, ttl: 300, version: 1,
      headers: {
        'content-type': 'text/plain', 'ETag': '"a"', 'connection': 'keep-alive', 'content-length': '2', 'X-Cache-Key': key,
        'X-Cache-Status': 'Miss',
      },
    });
    expect([answers.delete(key), answers.delete(key), answers.get(key)]).toEqual([true, false, undefined]);
    expect(await statuses({})).toEqual(['Miss']);
    answers.clear();
    expect(await statuses({})).toEqual(['Miss']);
  });
});

describe('proxy-cache with cache_control', () => {
  const fresh: Upstream = { headers: { 'Cache-Control': 'max-age=100' } };
  const wish = (value: string): FakeRequest => ({ headers: { 'host': 'a.test', 'cache-control': value } });

  it.each<[string, string]>([
    ['max-age=100', 'Hit'], ['s-maxage=100', 'Hit'], ['public', 'Bypass'], ['max-age=0', 'Bypass'], ['no-store, max-age=100', 'Bypass'],
    ['private, max-age=100', 'Bypass'], ['No-Cache, max-age=100', 'Bypass'], ['max-age=x', 'Bypass'],
  ])('obeys %s of an answer', async (control, expected) => {
    const { statuses } = cache({ cache_control: true });
    const upstream = { headers: { 'Cache-Control': control } };
    expect((await statuses([{}, upstream], [{}, upstream]))[1]).toBe(expected);
  });

  it.each<[string, string | undefined]>([
    ['no-store', 'Bypass'], ['no-cache', 'Bypass'], ['max-age=5', 'Refresh'], ['max-age=50', 'Hit'], ['min-fresh=95', 'Refresh'],
    ['min-fresh=90', 'Hit'], ['only-if-cached', 'Hit'], ['max-stale', 'Hit'], ['max-age=x', 'Hit'], ['no-transform', 'Hit'],
  ])('obeys %s of a request', async (control, expected) => {
    const { clock, statuses } = cache({ cache_control: true });
    await statuses([{}, fresh]);
    clock.advance(10_000);
    expect(await statuses([wish(control), fresh])).toEqual([expected]);
  });

  it('does not ask the upstream for a client that does not want it', async () => {
    const { ask } = cache({ cache_control: true });
    const { exchange } = await ask(wish('only-if-cached'), fresh);
    expect(exchange.refusal).toMatchObject({ status: 504, message: 'The upstream server is timing out' });
  });

  it.each<[string, FakeRequest, AnswerSource, string | undefined]>([
    ['of a later plugin', {}, 'plugin', 'Bypass'],
    ['of the gateway in place of the upstream', {}, 'gateway', 'Bypass'],
    ['of a later plugin to a request that is not looked for', { method: 'POST' }, 'plugin', 'Bypass'],
    ['of its own', wish('only-if-cached'), 'gateway', undefined],
  ])('says of an answer %s whether it passed the cache by', async (_, request, source, expected) => {
    const { phases } = cache({ cache_control: true });
    const exchange = new FakeExchange({ headers: { host: 'a.test' }, ...request }, { configuration: CONFIGURATION, route: ROUTE });
    await phases.access!(exchange);
    exchange.response = new FakeResponse(410, { 'Content-Type': 'text/html' }, source);
    await phases.responseHeaders!(exchange);
    expect(exchange.response.header('x-cache-status')).toBe(expected);
  });

  it('asks again for what is not fresh, unless the client takes it', async () => {
    const { clock, statuses } = cache({ cache_control: true, storage_ttl: 1000 });
    await statuses([{}, fresh]);
    clock.advance(150_000);
    expect(await statuses([wish('max-stale=60'), fresh], [wish('max-stale'), fresh])).toEqual(['Hit', 'Hit']);
    expect(await statuses([wish('max-stale=40'), fresh], [{}, fresh])).toEqual(['Refresh', 'Hit']);
  });
});

describe('what proxy-cache distinguishes', () => {
  const on = (headers: Readonly<Record<string, string>>, more: FakeRequest = {}): FakeRequest => (
    { headers: { host: 'a.test', ...headers }, ...more });

  it.each<[string, FakeRequest, FakeRequest, object?]>([
    ['methods', { method: 'GET' }, { method: 'HEAD' }],
    ['paths', { path: '/a' }, { path: '/A' }],
    ['queries', { query: 'a=1' }, { query: 'a=2' }],
    ['one argument from two', { query: 'a=1%3Ab%3D2' }, { query: 'a=1&b=2' }],
    ['one value from two', { query: 'a=1,2' }, { query: 'a=1&a=2' }],
    ['configured headers', on({ 'x-a': '1' }), on({ 'x-a': '2' }), { vary_headers: ['X-A'] }],
    ['one header value from two headers', on({ 'x-a': '1:X-B=2' }), on({ 'x-a': '1', 'x-b': '2' }), { vary_headers: ['X-A', 'X-B'] }],
    ['hosts', on({}), on({ host: 'evil.test' })],
    ['ports', on({}), on({ host: 'a.test:81' })],
    ['schemes', { scheme: 'http' }, { scheme: 'https' }],
  ])('%s', async (_, one, other, config) => {
    const { statuses } = cache(config);
    expect(await statuses(one, other)).toEqual(['Miss', 'Miss']);
  });

  it.each<[string, FakeRequest, FakeRequest, object?]>([
    ['the order of arguments', { query: 'a=1&b=2' }, { query: 'b=2&a=1' }],
    ['the order of values', { query: 'a=1&a=2' }, { query: 'a=2&a=1' }],
    ['other arguments', { query: 'a=1&z=1' }, { query: 'z=2&a=1' }, { vary_query_params: ['a'] }],
    ['other headers', on({ 'x-a': '1' }), on({ 'x-a': '2' })],
    ['the case of paths', { path: '/a' }, { path: '/A' }, { ignore_uri_case: true }],
    ['the case of hosts', on({}), on({ host: 'A.TEST' })],
  ])('not %s', async (_, one, other, config) => {
    const { statuses } = cache(config);
    expect(await statuses(one, other)).toEqual(['Miss', 'Hit']);
  });

  it('consumers', async () => {
    const { statuses } = cache();
    expect(await statuses([{}, {}, 'bob'], [{}, {}, 'eve'], {}, [{}, {}, 'bob'])).toEqual(['Miss', 'Miss', 'Miss', 'Hit']);
  });

  it('what the answer varies by', async () => {
    const { statuses } = cache();
    const upstream = { headers: { Vary: 'Accept-Language' } };
    const german = on({ 'accept-language': 'de' });
    const english = on({ 'accept-language': 'en' });
    expect(await statuses([german, upstream], german, [english, upstream], english, on({})))
      .toEqual(['Miss', 'Hit', 'Miss', 'Hit', 'Miss']);
  });
});

describe('what proxy-cache keeps from others', () => {
  const secret: FakeRequest = { headers: { host: 'a.test', authorization: 'Bearer t' } };

  it('answers to requests with credentials', async () => {
    const { statuses } = cache();
    expect(await statuses(secret, {}, secret)).toEqual(['Bypass', 'Miss', 'Hit']);
  });

  it.each(['public', 's-maxage=50', 'must-revalidate'])('but not where the upstream says %s', async (control) => {
    const { statuses } = cache();
    expect(await statuses([secret, { headers: { 'Cache-Control': control } }], {})).toEqual(['Miss', 'Hit']);
  });

  it('but not where credentials are a part of the key', async () => {
    const { statuses } = cache({ vary_headers: ['Authorization'] });
    expect(await statuses(secret, {}, secret)).toEqual(['Miss', 'Miss', 'Hit']);
    const own = cache();
    expect(await own.statuses([secret, {}, 'bob'], [{}, {}, 'bob'])).toEqual(['Miss', 'Hit']);
  });

  it('answers to users whom a provider knows, and the gateway has no consumer for', async () => {
    const { phases } = cache();
    const statusFor = async (user: string, upstream: Upstream = {}) => (
      await askThrough(phases, {}, upstream, (exchange) => exchange.authenticate({ credential: { id: user } }))).cacheStatus;
    expect([await statusFor('alice'), await statusFor('mallory')]).toEqual(['Bypass', 'Bypass']);
    const shared = { headers: { 'Cache-Control': 'public' } };
    expect([await statusFor('alice', shared), await statusFor('mallory')]).toEqual(['Miss', 'Hit']);
  });

  it('answers to a GET with a body', async () => {
    const { statuses } = cache();
    expect(await statuses({ body: 'poison' }, {}, { body: 'poison' })).toEqual(['Bypass', 'Miss', 'Hit']);
  });
});
