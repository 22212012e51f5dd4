/** What the flavors of the router do differently, and requests that try to confuse it. */
import { describe, expect, it } from 'vitest';

import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { Route } from '../../model/snapshot.ts';
import { parsePath } from './request-path.ts';
import type { RouterInput } from './router-input.ts';
import { Router } from './router.ts';

function route(id: number, conditions: Partial<Route>): Route {
  return {
    id: `${id}0000000-0000-4000-8000-000000000000`, name: null, protocols: ['http', 'https'], methods: [], hosts: [], paths: [], snis: [],
    headers: {}, httpsRedirectStatus: 426, regexPriority: 0, stripPath: true, preserveHost: false, createdAt: id,
    service: undefined, row: {},
    ...conditions,
  };
}

type Given = Partial<Omit<RouterInput, 'headerValues'>> & { readonly headers?: Readonly<Record<string, readonly string[]>> };

function request({ headers = {}, ...given }: Given = {}): RouterInput {
  return {
    method: 'GET', host: 'a.test', port: 80, path: '/', scheme: 'http', search: '',
    ends: { sourceIp: '10.1.2.3', sourcePort: 4_000, destinationIp: 'fd00::1' },
    headerValues: (name) => (Object.hasOwn(headers, name) ? headers[name]! : []), ...given,
  };
}

function routerOf(flavor: RouterFlavor, ...routes: readonly Route[]): Router {
  const router = Router.of(routes, flavor);
  expect(router.failed).toEqual([]);
  return router;
}

/** The number in the id of the route that is found. */
function found(router: Router, given?: Given): number | undefined {
  const match = router.find(request(given));
  return match && Number(match.route.id[0]);
}

describe('the flavor traditional', () => {
  it.each<readonly [string, readonly Route[], Given, number]>([
    ['more conditions before plain hosts', [route(1, { hosts: ['a.test'] }), route(2, { paths: ['/'], methods: ['GET'] })], {}, 2],
    ['hosts before headers, of one condition each', [route(1, { headers: { x: ['1'] } }), route(2, { hosts: ['a.test'] })],
      { headers: { x: ['1'] } }, 2],
    ['a regular expression before a longer prefix', [route(1, { paths: ['/long/prefix'] }), route(2, { paths: ['~/long'] })],
      { path: '/long/prefix' }, 2],
    ['plain hosts before wildcards', [route(1, { hosts: ['*.test'] }), route(2, { hosts: ['a.test'] })], {}, 2],
    ['a wildcard with a port before plain hosts', [route(1, { hosts: ['a.test'] }), route(2, { hosts: ['*.test:80'] })], {}, 2],
    ['more headers before a higher regex_priority',
      [route(1, { paths: ['~/'], headers: { x: ['1'] }, regexPriority: 9 }), route(2, { paths: ['~/'], headers: { x: ['1'], y: ['1'] } })],
      { headers: { x: ['1'], y: ['1'] } }, 2],
    ['the higher regex_priority', [route(1, { paths: ['~/a'], regexPriority: -1 }), route(2, { paths: ['~/'] })], { path: '/a' }, 2],
    ['the older of equal ones', [route(2, { paths: ['/a'] }), route(1, { paths: ['/a'] })], { path: '/a' }, 1],
  ])('takes %s', (_, routes, given, expected) => {
    expect(found(routerOf('traditional', ...routes), given)).toBe(expected);
  });

  it('wants a label for a wildcard, which the default flavor does not', () => {
    const wildcard = route(1, { hosts: ['a.*'] });
    expect(found(routerOf('traditional', wildcard), { host: 'a.' })).toBeUndefined();
    expect(found(routerOf('traditional_compatible', wildcard), { host: 'a.' })).toBe(1);
  });

  it('joins paths plainly where a route has path_handling v1; the default flavor does not', () => {
    const plain = route(1, { paths: ['/a'], pathHandling: 'v1' });
    expect(routerOf('traditional', plain).find(request({ path: '/a' }))).toMatchObject({ matched: '/a', isPlainJoin: true });
    expect(routerOf('traditional_compatible', plain).find(request({ path: '/a' }))).not.toHaveProperty('isPlainJoin');
  });

  it('compares several values of a header literally, where the default flavor takes each for an expression', () => {
    const values = route(1, { headers: { x: ['~*^v\\d$', 'two'] } });
    expect(found(routerOf('traditional', values), { headers: { x: ['v1'] } })).toBeUndefined();
    expect(found(routerOf('traditional_compatible', values), { headers: { x: ['V1'] } })).toBe(1);
  });
});

describe('the flavor expressions', () => {
  const matches = (expression: string, given?: Given, protocols: readonly string[] = ['http', 'https']) => (
    found(routerOf('expressions', route(1, { expression, protocols })), given) === 1);

  it.each<readonly [string, Given, boolean]>([
    ['http.method == "GET"', {}, true],
    ['http.host =^ ".test"', {}, true],
    ['http.host == "A.test"', {}, false],
    ['lower(http.path) == "/abc"', { path: '/aBC' }, true],
    ['http.path contains "b/c"', { path: '/ab/cd' }, true],
    ['http.path ~ r#"^/\\d+$"#', { path: '/12' }, true],
    ['http.path.segments.1 == "b"', { path: '/a/b/c/' }, true],
    ['http.path.segments.0_1 == "a/b"', { path: '/a/b/c' }, true],
    ['http.path.segments.1_3 == "b/c"', { path: '/a/b/c' }, false],
    ['http.path.segments.len == 3', { path: '/a/b/c/' }, true],
    ['http.headers.x_a == "1"', { headers: { 'x-a': ['1'] } }, true],
    ['http.headers.x_a == "1"', { headers: { x_a: ['1'] } }, true],
    ['http.headers.x_a == "1"', { headers: { 'x-a': ['1', '2'] } }, false],
    ['any(http.headers.x_a) == "1"', { headers: { 'x-a': ['1', '2'] } }, true],
    ['http.headers.x_a != "1"', {}, false],
    ['!(http.headers.x_a == "1")', {}, true],
    ['http.headers.__proto__ == "1"', {}, false],
    ['http.queries.a == "b c"', { search: '?a=b+c' }, true],
    ['http.queries.a == ""', { search: '?a' }, true],
    ['any(http.queries.a) == "2"', { search: '?a=1&a=%32' }, true],
    ['net.src.ip in 10.0.0.0/8', {}, true],
    ['net.src.ip not in 10.0.0.0/8', {}, false],
    ['net.dst.ip == fd00:0::1', {}, true],
    ['net.dst.ip != fd00::1', {}, false],
    ['net.src.port >= 4000 && net.src.port < 4001', {}, true],
    ['net.src.port > 4000 || net.src.port <= 3999', {}, false],
    ['net.dst.port == 80', {}, true],
    ['tls.sni == "a"', { scheme: 'https', sni: 'a' }, true],
    ['tls.sni != "a"', {}, false],
    ['net.protocol == "https"', { scheme: 'https' }, true],
  ])('%s with %j: %s', (expression, given, expected) => {
    expect(matches(expression, given)).toBe(expected);
  });

  it('takes requests of the protocols of the route, and plain ones of a route for https, to send them there', () => {
    const anything = 'http.path ^= "/"';
    expect([matches(anything, { scheme: 'https' }, ['http']), matches(anything, {}, ['http'])]).toEqual([false, true]);
    expect([matches(anything, {}, ['https']), matches(anything, { scheme: 'https' }, ['https'])]).toEqual([true, true]);
    expect([matches(anything, {}, ['grpc']), matches(anything, { scheme: 'https' }, ['grpc'])]).toEqual([true, false]);
  });

  it('takes the highest priority, then the highest id, and routes with an expression before all others', () => {
    const router = routerOf(
      'expressions', route(1, { expression: 'http.path ^= "/"', priority: 5 }), route(2, { expression: 'http.path ^= "/a"', priority: 7 }),
      route(3, { expression: 'http.path ^= "/"', priority: 5 }), route(4, { hosts: ['a.test'], paths: ['/x'], methods: ['GET'] }),
      route(5, { paths: ['/only'], hosts: ['b.test'] }),
    );
    expect([{ path: '/a' }, { path: '/x' }].map((given) => found(router, given))).toEqual([2, 3]);
    expect(found(routerOf('expressions', route(5, { hosts: ['b.test'] })), { host: 'b.test' })).toBe(5);
  });

  it('knows the part of the path that matched, and named groups', () => {
    const router = routerOf('expressions', route(1, { expression: 'http.path ~ "^/u/(?<id>[0-9]+)" && http.method == "GET"' }));
    expect(router.find(request({ path: '/u/7/x' }))).toMatchObject({ matched: '/u/7', captures: { id: '7' } });
  });

  it('matches sources and destinations of routes without an expression', () => {
    const ends = route(1, { paths: ['/'], row: { sources: [{ ip: '10.0.0.0/8', port: null }], destinations: [{ ip: null, port: 80 }] } });
    const router = routerOf('expressions', ends);
    const elsewhere = { sourceIp: '11.0.0.1', sourcePort: 1, destinationIp: '::1' };
    expect([found(router), found(router, { ends: elsewhere }), found(router, { port: 81 })]).toEqual([1, undefined, undefined]);
  });
});

describe('requests that try to confuse the router', () => {
  it('tell no header apart from an empty one, in the cache too', () => {
    const router = routerOf('traditional_compatible', route(1, { headers: { x: [''] } }));
    expect([{}, { headers: { x: [''] } }, {}].map((given) => found(router, given))).toEqual([undefined, 1, undefined]);
  });

  it('cannot move text from one property to another in the key of the cache', () => {
    const router = routerOf(
      'traditional_compatible', route(1, { paths: ['/a\nb'] }), route(2, { hosts: ['h'], paths: ['/'] }),
      route(3, { headers: { x: ['1\r2'] } }),
    );
    expect(found(router, { host: 'h\n/', path: '/' })).toBeUndefined();
    expect(found(router, { host: 'h', path: '/\n' })).toBe(2);
    expect(found(router, { host: 'x', path: '/a\nb' })).toBe(1);
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString'])('find nothing under the host and the path %s', (name) => {
    const router = routerOf('traditional_compatible', route(1, { hosts: ['a.test'], paths: ['/a'] }), route(2, { hosts: ['*.a.test'] }));
    expect(found(router, { host: name, path: `/${name}` })).toBeUndefined();
    expect(found(router, { host: `${name}.a.test` })).toBe(2);
  });

  it.each([
    ['many labels', { host: 'a.'.repeat(4_000), path: '/' }], ['a long path', { path: `/${'item-1/'.repeat(7_000)}` }],
    ['dots only', { host: '.'.repeat(250) }], ['surrogates', { path: '/\ud800\udc00\ud800' }],
  ])('are answered in time and match what they match: %s', (_, given) => {
    const routes = Array.from({ length: 9 }, (__, n) => route(n, { paths: [`~/\\w+/item-${n}/x$`], hosts: [`*.h${n}.test`, 'a.test'] }));
    expect(found(routerOf('traditional_compatible', ...routes), given)).toBeUndefined();
  });

  it('reach a route by one path only, however it is written', () => {
    const router = routerOf('traditional_compatible', route(1, { paths: ['/private'] }), route(2, { paths: ['/'] }));
    const at = (raw: string) => {
      const parsed = parsePath(raw);
      return typeof parsed === 'string' ? parsed : found(router, { path: parsed.path });
    };
    expect(['/private', '/%70rivate', '/a/../private', '//private', '/./private', '/a/%2e%2e/private'].map(at)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(['/a%2F..%2Fprivate', '/..;/private'].map(at)).toEqual([2, 2]);
    expect(['/../private', '/%zz', '/%ff'].map(at)).toEqual(['invalid', 'invalid', 'unmatchable']);
  });

  it('of a scanner do not evict what others use', () => {
    const router = routerOf('traditional_compatible', route(1, { paths: ['/used'] }));
    let searches = 0;
    const search = router.search.bind(router);
    router.search = (input) => {
      searches += 1;
      return search(input);
    };
    const use = () => [found(router, { path: '/used' }), found(router, { path: '/used' })];
    expect(use()).toEqual([1, 1]);
    for (let n = 0; n < 20_000; n += 1) found(router, { path: `/scan/${n}` });
    searches = 0;
    expect([use(), searches]).toEqual([[1, 1], 0]);
  });
});
