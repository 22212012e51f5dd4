/**
 * The router against a reference that tries every route in turn, condition by condition. ROUTER_CASES sets the number of lookups:
 * `npx projen test:router` makes a million.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ROUTER_FLAVORS } from '../../base/router-flavor.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { atOnce } from '../../base/steps.ts';
import type { Route } from '../../model/snapshot.ts';
import { compileExpressionRoute } from './expression-matcher.ts';
import { compileRoute } from './route-matcher.ts';
import { byPrecedence } from './route-precedence.ts';
import type { RouterInput } from './router-input.ts';
import { Router } from './router.ts';

const LOOKUPS = Number(process.env.ROUTER_CASES ?? 6_000);
const LOOKUPS_OF_A_RUN = 40;

const LABELS = ['a', 'bb', 'api', 'x-y'];
const SEGMENTS = ['a', 'api', 'apis', 'users', 'orders', '12', 'v1'];
const METHODS = ['GET', 'POST', 'PUT'];
const VALUES = ['1', 'two', 'V2', ''];

const label = fc.constantFrom(...LABELS);
const hostName = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const port = fc.option(fc.constantFrom(80, 8443), { nil: undefined, freq: 3 });
const routeHost = fc.tuple(fc.constantFrom('name', 'suffix', 'prefix'), hostName, port).map(([kind, name, given]) => (
  `${kind === 'suffix' ? `*.${name}` : kind === 'prefix' ? `${name}.*` : name}${given === undefined ? '' : `:${given}`}`));
const plainPath = fc.tuple(fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 3 }), fc.boolean())
  .map(([segments, slash]) => `/${segments.join('/')}${slash && segments.length > 0 ? '/' : ''}`);
const EXPRESSIONS = [
  '~/users/\d+', '~/users/(?<id>\d+)/orders$', '~/(?:api|apis)/v1', '~/.*/orders', '~/a|/users', '~/\w/', '~/(?i)USERS', '~/users?/',
  '~/[^/]+/orders/1{0,2}2', '~/a?pi', '~/',
];
const routePath = fc.oneof({ weight: 2, arbitrary: plainPath }, { weight: 1, arbitrary: fc.constantFrom(...EXPRESSIONS) });
const headerValues = fc.array(fc.constantFrom(...VALUES, '~*^v\\d', '~*.'), { minLength: 1, maxLength: 2 });
const some = <T>(item: fc.Arbitrary<T>, weight: number) => fc.oneof(
  { weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }) },
);

const fields = fc.record({
  methods: some(fc.constantFrom(...METHODS), 1),
  hosts: some(routeHost, 3),
  paths: some(routePath, 6),
  snis: some(fc.constantFrom('a', 'bb.a', 'api.'), 1),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b'), headerValues, { maxKeys: 2 }),
  regexPriority: fc.constantFrom(0, 0, 1, -1),
  createdAt: fc.constantFrom(1, 2),
  id: fc.uuid(),
});

const request = fc.record({
  method: fc.constantFrom(...METHODS),
  host: fc.oneof(hostName, hostName.map((name) => `${name}.a`), fc.constantFrom('', '.a', 'a.', 'a..bb')),
  port: fc.constantFrom(80, 8000, 8443),
  path: fc.oneof({ weight: 4, arbitrary: plainPath }, { weight: 1, arbitrary: fc.string().map((text) => `/${text}`) }),
  scheme: fc.constantFrom('http' as const, 'https' as const),
  sni: fc.constantFrom(undefined, 'a', 'bb.a', 'api'),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b'), fc.array(fc.constantFrom(...VALUES, 'v3'), { minLength: 1, maxLength: 2 })),
});

type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function routeOf(given: Fields): Route {
  return {
    ...given, name: null, protocols: ['http', 'https'], httpsRedirectStatus: 426, stripPath: true, preserveHost: false, service: undefined,
    row: {},
  };
}

function inputOf({ headers, sni, ...rest }: Request): RouterInput {
  return {
    ...rest, ...sni !== undefined && { sni }, search: '', ends: { sourceIp: '127.0.0.1', sourcePort: 1, destinationIp: '127.0.0.1' },
    headerValues: (name) => headers[name] ?? [],
  };
}

/** One path of a route, or a route without paths, with its place in the order. */
interface Part { readonly route: Route; readonly paths: readonly string[]; readonly place: ReturnType<typeof compileRoute>[number] }

function partsOf(route: Route, flavor: RouterFlavor): Part[] {
  const places = compileRoute(route, flavor);
  if (places.length === 1) return [{ route, paths: route.paths, place: places[0]! }];
  if (flavor === 'traditional') return places.map((place, at) => ({ route, paths: [route.paths[at]!], place }));
  const kindOf = (path: string): string => (path.startsWith('~') ? 'regex' : String(path.length));
  const kinds = [...new Set(route.paths.map(kindOf))];
  return places.map((place, at) => ({ route, paths: route.paths.filter((path) => kindOf(path) === kinds[at]), place }));
}

function naivelyFound(parts: readonly Part[], input: RouterInput, flavor: RouterFlavor): { id: string; matched: string } | undefined {
  for (const { route, paths } of parts) {
    const matched = paths.length === 0 ? '' : paths.map((path) => matchedPart(path, input.path)).find((part) => part !== undefined);
    if (matched !== undefined && otherConditions(route, input, flavor)) return { id: route.id, matched };
  }
  return undefined;
}

function matchedPart(path: string, text: string): string | undefined {
  if (!path.startsWith('~')) return text.startsWith(path) ? path : undefined;
  const isFolded = path.includes('(?i)');
  return new RegExp(`^${path.slice(1).replace('(?i)', '')}`, isFolded ? 'i' : '').exec(text)?.[0];
}

function otherConditions(route: Route, input: RouterInput, flavor: RouterFlavor): boolean {
  return (route.methods.length === 0 || route.methods.includes(input.method))
    && (route.hosts.length === 0 || (input.host !== '' && route.hosts.some((host) => isHost(host, input, flavor))))
    && (route.snis.length === 0 || input.scheme === 'http' || route.snis.some((sni) => sni.replace(/\.$/, '') === input.sni))
    && Object.entries(route.headers).every(([name, values]) => input.headerValues(name).some((value) => (
      values.some((wanted) => isValue(wanted, value, flavor === 'traditional' && values.length > 1)))));
}

function isHost(host: string, input: RouterInput, flavor: RouterFlavor): boolean {
  const [name, given] = host.split(':') as [string, string?];
  if (given !== undefined && Number(given) !== input.port) return false;
  const wildcard = flavor === 'traditional' ? '.+' : '.*';
  return new RegExp(`^${name.replaceAll('.', '\\.').replace('*', wildcard)}$`).test(input.host);
}

function isValue(wanted: string, value: string, isLiteral: boolean): boolean {
  return wanted.startsWith('~*') && !isLiteral
    ? new RegExp(wanted.slice(2), 'i').test(value) : wanted.toLowerCase() === value.toLowerCase();
}

describe('the router finds what trying every route in the order of precedence finds', () => {
  it.each(ROUTER_FLAVORS)('with the flavor %s', (flavor) => {
    fc.assert(fc.property(
      fc.uniqueArray(fields, { minLength: 1, maxLength: 40, selector: ({ id }) => id }),
      fc.array(request, { minLength: LOOKUPS_OF_A_RUN, maxLength: LOOKUPS_OF_A_RUN }),
      (given, requests) => {
        const routes = given.map(routeOf);
        const router = Router.of(routes, flavor);
        expect(router.failed).toEqual([]);
        const parts = routes.flatMap((route) => partsOf(route, flavor)).sort((a, b) => byPrecedence(a.place, b.place));
        for (const input of requests.map(inputOf)) {
          const found = router.search(input);
          expect(found && { id: found.route.id, matched: found.matched }).toEqual(naivelyFound(parts, input, flavor));
          // Twice through the cache: the first adds, the second finds.
          expect([router.find(input)?.route.id, router.find(input)?.route.id]).toEqual([found?.route.id, found?.route.id]);
        }
      },
    ), { numRuns: Math.ceil(LOOKUPS / 3 / LOOKUPS_OF_A_RUN) });
  });
});

describe('a router that follows another one', () => {
  it.each(ROUTER_FLAVORS)('finds what one for its routes alone finds, and leaves the other as it was: %s', (flavor) => {
    const start = fc.uniqueArray(fields, { maxLength: 30, selector: ({ id }) => id });
    const change = fc.record({ dropped: fc.array(fc.nat(40), { maxLength: 3 }), come: fc.array(fields, { maxLength: 3 }) });
    const steps = fc.array(change, { maxLength: 6 });
    fc.assert(fc.property(start, steps, fc.array(request, { minLength: 20, maxLength: 20 }), (first, changes, requests) => {
      let routes: readonly Route[] = first.map(routeOf);
      let router = Router.of(routes, flavor);
      const inputs = requests.map(inputOf);
      const finds = (by: Router) => inputs.map((input) => {
        const found = by.search(input);
        return found && [found.route.id, found.matched, by.find(input)?.route.id];
      });
      for (const { dropped, come } of changes) {
        const fresh = come.map(routeOf);
        const isReplaced = ({ id }: Route, at: number): boolean => dropped.includes(at) || fresh.some((route) => route.id === id);
        routes = [...routes.filter((route, at) => !isReplaced(route, at)), ...new Map(fresh.map((route) => [route.id, route])).values()];
        const before = finds(router);
        const next = atOnce(Router.following(routes, flavor, router));
        expect(finds(next)).toEqual(finds(Router.of(structuredClone(routes), flavor)));
        expect(finds(router)).toEqual(before);
        router = next;
      }
    }), { numRuns: 60 });
  });
});

/** The conditions of a route in the language of expressions, as Kong writes them for its router. */
function asExpression({ methods, hosts, paths, snis, headers }: Route): string | undefined {
  const text = (value: string): string => `r#"${value}"#`;
  const anyOf = (parts: readonly string[]): string[] => (parts.length === 0 ? [] : [`(${parts.join(' || ')})`]);
  const conditions = [
    ...anyOf(snis.length === 0 ? [] : ['net.protocol != "https"', ...snis.map((sni) => `tls.sni == ${text(sni.replace(/\.$/, ''))}`)]),
    ...anyOf(methods.map((method) => `http.method == ${text(method)}`)),
    ...anyOf(hosts.map((host) => {
      const [name, given] = host.split(':') as [string, string?];
      const operator = name.startsWith('*') ? '=^' : name.endsWith('*') ? '^=' : '==';
      const condition = `http.host ${operator} ${text(name.replace('*', ''))}`;
      return given === undefined ? condition : `(${condition} && net.dst.port == ${given})`;
    })),
    ...anyOf(paths.map((path) => (path.startsWith('~') ? `http.path ~ ${text(`^${path.slice(1)}`)}` : `http.path ^= ${text(path)}`))),
    ...Object.entries(headers).flatMap(([name, values]) => anyOf(values.map((value) => {
      const field = `any(lower(http.headers.${name.replaceAll('-', '_')}))`;
      return value.startsWith('~*') ? `${field} ~ ${text(`(?i)${value.slice(2)}`)}` : `${field} == ${text(value.toLowerCase())}`;
    }))),
  ];
  return conditions.length === 0 ? undefined : conditions.join(' && ');
}

it('an expression matches what the fields that it stands for match', () => {
  fc.assert(fc.property(fields, fc.array(request, { minLength: LOOKUPS_OF_A_RUN, maxLength: LOOKUPS_OF_A_RUN }), (given, requests) => {
    const route = routeOf(given);
    const expression = asExpression(route);
    fc.pre(expression !== undefined);
    const matcher = compileExpressionRoute(route, expression);
    const router = Router.of([{ ...route, expression }], 'expressions');
    for (const input of requests.map(inputOf)) {
      const paths = route.paths.map((path) => matchedPart(path, input.path)).filter((part) => part !== undefined);
      const isMatch = otherConditions(route, input, 'traditional_compatible') && (route.paths.length === 0 || paths.length > 0);
      expect([matcher.accepts(input), router.search(input) !== undefined]).toEqual([isMatch, isMatch]);
      if (isMatch) expect(matcher.match(input).matched).toBe(paths[0] ?? '');
    }
  }), { numRuns: Math.ceil(LOOKUPS / 4 / LOOKUPS_OF_A_RUN) });
});
