/** What an explanation says of requests, over one configuration. */
import { describe, expect, it } from 'vitest';

import { atOnce } from '../base/steps.ts';
import { Source } from '../declarative/source.ts';
import { explaining } from './explain.ts';
import type { DescribedRequest, Explanation } from './explanation.ts';
import { compilingFile } from './file-configuration.ts';

function explainer(file: object): (request: DescribedRequest) => Explanation {
  const compiled = atOnce(compilingFile(new Source({ _format_version: '3.0', ...file })));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return (request) => atOnce(explaining(compiled.configuration, request));
}

const SHOP = explainer({
  services: [
    {
      name: 'orders', url: 'http://orders.internal/v1',
      routes: [
        { name: 'orders', hosts: ['api.example.com'], paths: ['/orders'], methods: ['GET', 'POST'] },
        { name: 'all', paths: ['/'] },
        { name: 'secure', hosts: ['secure.example.com'], protocols: ['https'] },
        { name: 'numbered', paths: ['~/numbered/(?<number>\\d+)$'], strip_path: false, plugins: [{ name: 'cors' }] },
        { name: 'versioned', paths: ['/orders'], headers: { 'x-version': ['2'] } },
      ],
      plugins: [{ name: 'key-auth' }, { name: 'rate-limiting', config: { minute: 10 } }],
    },
    { name: 'pool', host: 'pool', routes: [{ name: 'pool', hosts: ['pool.example.com'], preserve_host: true }] },
  ],
  routes: [{ name: 'alone', hosts: ['alone.example.com'] }],
  upstreams: [{ name: 'pool', targets: [{ target: '10.0.0.1:80', weight: 300 }, { target: '10.0.0.2:80', weight: 100 }] }],
  consumers: [{ username: 'bob', plugins: [{ name: 'rate-limiting', config: { minute: 99 } }] }],
  plugins: [
    { name: 'rate-limiting', config: { second: 1 } }, { name: 'http-log', config: { http_endpoint: 'http://logs/', headers: {} } },
    { name: 'cors', protocols: ['https'] },
  ],
});

describe('the route', () => {
  it('is the one that data planes find, with what it matched', () => {
    const { route, upstream, answer } = SHOP({ url: 'http://api.example.com/orders/1?x=2' });
    expect(route).toMatchObject({ name: 'orders', matched_path: '/orders' });
    expect(answer).toBeNull();
    expect(upstream).toMatchObject({
      service: { name: 'orders' }, protocol: 'http', method: 'GET', path: '/v1/1?x=2', host: 'orders.internal', upstream: null,
      targets: [{ target: 'orders.internal:80', share: 1 }],
    });
  });

  it('shows the groups of a regular expression', () => {
    expect(SHOP({ url: 'http://a/numbered/42' }).route).toMatchObject({ name: 'numbered', captures: { number: '42' } });
  });

  it('comes with those that match later, and why they do', () => {
    const { other_routes: others } = SHOP({ url: 'http://api.example.com/orders' });
    expect(others.find(({ name }) => name === 'all')).toMatchObject({
      kind: 'later',
      reason: "it matches, and route 'orders' has the higher precedence: "
        + 'hosts + a path of 7 characters + methods against a path of 1 character',
    });
  });

  it('comes with those that miss the fewest conditions, and which these are', () => {
    const { route, other_routes: others } = SHOP({ method: 'DELETE', url: 'http://api.example.com/orders', headers: { 'X-Version': '1' } });
    expect(route).toMatchObject({ name: 'all' });
    const missed = Object.fromEntries(others.map(({ name, kind, reason }) => [name, `${kind}: ${reason}`]));
    expect(missed.orders).toBe('mismatch: methods: expected GET or POST, got DELETE');
    expect(missed.versioned).toBe('mismatch: headers.x-version: expected 2, got 1');
    expect(others.map(({ missed: conditions }) => conditions.length)).toEqual([...others.map(({ missed: all }) => all.length)].sort());
  });

  it('is matched by the Host header where it differs from the URL', () => {
    expect(SHOP({ url: 'http://127.0.0.1:8000/x', headers: { Host: 'pool.example.com' } }).route).toMatchObject({ name: 'pool' });
  });
});

describe('plugins', () => {
  it('are listed in the order in which they run, the narrowest configuration of each', () => {
    const { plugins } = SHOP({ url: 'http://api.example.com/orders' });
    expect(plugins.map(({ name, scope }) => [name, Object.keys(scope)])).toEqual([
      ['key-auth', ['service']], ['rate-limiting', ['service']], ['http-log', []],
    ]);
  });

  it('of a consumer run for its requests', () => {
    const { plugins, request } = SHOP({ url: 'http://pool.example.com/', consumer: 'bob' });
    expect(request).toMatchObject({ consumer: 'bob' });
    expect(plugins.find(({ name }) => name === 'rate-limiting')!.config).toMatchObject({ minute: 99 });
    expect(SHOP({ url: 'http://pool.example.com/' }).plugins.find(({ name }) => name === 'rate-limiting')!.config).toMatchObject({ second: 1 });
  });

  it('that do not run say why', () => {
    const { idle_plugins: idle } = SHOP({ url: 'http://api.example.com/orders' });
    expect(idle.map(({ name, reason }) => `${name}: ${reason}`).sort()).toEqual([
      'cors: its protocols are https: it does not run on http',
      expect.stringMatching(/^rate-limiting: a configuration of the same plugin with a narrower scope runs: /) as string,
      'rate-limiting: it runs only for another consumer than that of the request',
    ]);
  });

  it('show no secrets', () => {
    const explain = explainer({
      services: [{
        name: 's', url: 'http://s/', routes: [{ name: 'r', paths: ['/'] }],
        plugins: [{ name: 'session', config: { secret: 'plain-secret' } }, {
          name: 'http-log', config: {
            http_endpoint: 'http://logs/', headers: { authorization: '{vault://env/token}' },
          },
        }],
      }],
    });
    const text = JSON.stringify(explain({ url: 'http://s/' }));
    expect(text).toContain('"secret":"[hidden]"');
    expect(text).not.toContain('plain-secret');
    expect(text).toContain('{vault://env/token}');
  });
});

describe('the upstream', () => {
  it('lists targets with their share', () => {
    expect(SHOP({ url: 'http://pool.example.com/' }).upstream).toMatchObject({
      host: 'pool.example.com', upstream: { name: 'pool', algorithm: 'round-robin' },
      targets: expect.arrayContaining([
        { target: '10.0.0.1:80', weight: 300, share: 0.75 }, { target: '10.0.0.2:80', weight: 100, share: 0.25 },
      ]) as unknown,
    });
  });

  it('is not asked where the gateway answers', () => {
    expect(SHOP({ url: 'http://secure.example.com/' })).toMatchObject({
      route: { name: 'secure' }, answer: { status: 426, reason: 'the route is for https only' }, upstream: null,
      plugins: [{ name: 'rate-limiting' }, { name: 'http-log' }],
    });
    expect(SHOP({ url: 'https://secure.example.com/' }).answer).toBeNull();
    expect(SHOP({ url: 'http://alone.example.com/' })).toMatchObject({ route: { name: 'alone' }, answer: { status: 503 }, upstream: null });
  });

  it('is missing where no route matches', () => {
    const explain = explainer({ services: [{ name: 's', url: 'http://s', routes: [{ name: 'r', paths: ['/a'], hosts: ['h'] }] }] });
    expect(explain({ url: 'http://h/b' })).toMatchObject({
      route: null, answer: { status: 404 }, other_routes: [{ name: 'r', missed: [{ field: 'paths', expected: ['/a'], given: ['/b'] }] }],
    });
  });
});

describe('a request that never reaches a route', () => {
  it.each([
    [{ url: 'ftp://a/' }, 400, /^url: got 'ftp:\/\/a\/'/],
    [{ url: 'http://a/', headers: { 'a b': 'c' } }, 400, /^the gateway refuses a field name that is empty or no token/],
    [{ url: 'http://a/', headers: { host: ['a', 'b'] } }, 400, /more than one Host line/],
    [{ url: 'http://a/', method: 'TRACE' }, 405, /Method not allowed/],
    [{ url: 'http://a/../../b' }, 400, /Bad request/],
    [{ url: 'http://a/', consumer: 'unknown' }, 400, /there is none with the id/],
  ])('%j', (request: DescribedRequest, status, reason) => {
    const { answer, route, plugins } = SHOP(request);
    expect(answer).toMatchObject({ status, reason: expect.stringMatching(reason) as string });
    expect([route, plugins]).toEqual([null, []]);
  });
});

describe('a route with an expression', () => {
  it('names the parts that do not hold', () => {
    const compiled = atOnce(compilingFile(new Source({
      _format_version: '3.0', routes: [{
        name: 'r', expression: 'http.path ^= "/a" && (http.method == "GET" || http.headers.x_a == "1") && !(http.host == "no")',
      }],
    }), { routerFlavor: 'expressions' }));
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
    const { other_routes: [other] } = atOnce(explaining(compiled.configuration, { method: 'POST', url: 'http://no/a' }));
    expect(other).toMatchObject({
      name: 'r', kind: 'mismatch', missed: [
        { expected: ['http.method == "GET"'], given: ['POST'] }, { expected: ['http.headers.x_a == "1"'], given: [] },
        { expected: ['not: http.host == "no"'], given: ['no'] },
      ],
    });
  });
});
