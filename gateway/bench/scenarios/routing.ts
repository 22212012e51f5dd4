/** How long the router takes to find a route that is not in its cache, in this process, by the number of routes. */
import type { RouterInput } from '../../src/data-plane/router/router-input.ts';
import { Router } from '../../src/data-plane/router/router.ts';
import type { Route } from '../../src/model/snapshot.ts';
import type { Measured, Scenario } from '../measured.ts';

/** At most, at 10,000 routes, in milliseconds. */
const LIMIT_MS = 0.02;

const ROUNDS = 5;

/** The conditions of the n-th route of a kind, and a request that matches them. */
interface Kind {
  readonly name: string;
  readonly route: (n: number) => Partial<Route>;
  readonly request: (n: number) => Pick<RouterInput, 'host' | 'path'>;
}

const HOSTS: Kind = {
  name: 'exact hosts', route: (n) => ({ hosts: [`h${n}.example.com`] }), request: (n) => ({ host: `h${n}.example.com`, path: '/orders/7' }),
};
const WILDCARDS: Kind = {
  name: 'wildcard hosts', route: (n) => ({ hosts: [`*.h${n}.example.com`] }),
  request: (n) => ({ host: `www.h${n}.example.com`, path: '/orders/7' }),
};
const PREFIXES: Kind = {
  name: 'prefixes', route: (n) => ({ paths: [`/api/resource-${n}`] }), request: (n) => ({ host: 'x', path: `/api/resource-${n}/7/lines` }),
};
const EXPRESSIONS: Kind = {
  name: 'regular expressions', route: (n) => ({ paths: [`~/tenants/\\d+/item-${n}/`] }),
  request: (n) => ({ host: 'x', path: `/tenants/42/item-${n}/lines` }),
};
const HEADERS: Kind = {
  name: 'one path, by header', route: (n) => ({ paths: ['/'], headers: { 'x-tenant': [`tenant-${n}`] } }),
  request: () => ({ host: 'x', path: '/orders/7' }),
};
const MIXED: readonly Kind[] = [HOSTS, PREFIXES, EXPRESSIONS];

export const routing: Scenario = {
  name: 'Routing',
  about: 'Finds the route of a request without the cache, in this process: CPU of one lookup, the median of five rounds. '
    + 'Mix: a third each of exact hosts, prefixes and regular expressions.',
  run: ({ routes }) => Promise.resolve([
    ...[HOSTS, WILDCARDS, PREFIXES, EXPRESSIONS, HEADERS].map((kind) => measured(kind.name, routes, [kind])),
    measured('mix', routes, MIXED),
    measured('mix, no route', routes, MIXED, (n) => ({ host: `n${n}.example.org`, path: `/none/${n}/at/all` })),
  ]),
};

function measured(name: string, count: number, kinds: readonly Kind[], request?: Kind['request']): Measured {
  const router = Router.of(Array.from({ length: count }, (_, n) => routeOf(n, kinds[n % kinds.length]!)));
  const inputs = Array.from({ length: count }, (_, at) => {
    // A step that has no factor in common with the count visits all routes out of order.
    const n = at * 7_919 % count;
    return inputOf(n, (request ?? kinds[n % kinds.length]!.request)(n));
  });
  for (const input of inputs) router.search(input);
  const costs = Array.from({ length: ROUNDS }, () => costOf(router, inputs)).sort((a, b) => a - b);
  const subject = `${name}, ${count.toLocaleString('en')} routes`;
  return { subject, requestsPerSecond: NaN, cpuMs: costs[ROUNDS >> 1]!, limitMs: LIMIT_MS };
}

function costOf(router: Router, inputs: readonly RouterInput[]): number {
  const before = process.cpuUsage();
  for (const input of inputs) router.search(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / inputs.length;
}

function routeOf(n: number, { route }: Kind): Route {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, name: null, protocols: ['http', 'https'],
    methods: [], hosts: [], paths: [], snis: [], headers: {}, regexPriority: 0,
    httpsRedirectStatus: 426, stripPath: true, preserveHost: false, createdAt: 0, service: undefined, row: {},
    ...route(n),
  };
}

function inputOf(n: number, request: Pick<RouterInput, 'host' | 'path'>): RouterInput {
  const headers: Readonly<Record<string, readonly string[]>> = { 'x-tenant': [`tenant-${n}`] };
  return {
    method: 'GET', port: 80, scheme: 'http', search: '', ends: { sourceIp: '127.0.0.1', sourcePort: 1, destinationIp: '127.0.0.1' },
    headerValues: (name) => headers[name] ?? [], ...request,
  };
}
