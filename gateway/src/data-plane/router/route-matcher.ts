/**
 * A route as the router matches it: prepared conditions, what an index finds it by, and its place in the order of precedence.
 * Semantics: `router_flavor=traditional_compatible` as recorded from Kong Gateway OSS 3.9.1; where `traditional` differs, it says so.
 */
import { groupedBy } from '../../base/grouped-by.ts';
import { namedUuid } from '../../base/named-uuid.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { RegularExpression } from '../../model/formats/regular-expression.ts';
import { beginningOf } from '../../model/held-back-route.ts';
import { isPathExpression, pathExpression } from '../../model/schema/typedefs.ts';
import type { Route } from '../../model/snapshot.ts';
import { hostPattern } from './host-pattern.ts';
import type { HostPattern } from './host-pattern.ts';
import { normaliseRoutePath } from './request-path.ts';
import { compileExpression, conditionsOf, isList } from './route-conditions.ts';
import type { Test } from './route-conditions.ts';
import { precedenceOf } from './route-precedence.ts';
import type { Ranked } from './route-precedence.ts';
import type { MatchedProperty, RouterInput } from './router-input.ts';

export interface PathMatch {
  /** The part of the path that matched. */
  readonly matched: string;
  /** Named groups of a regular expression; one that took no part in the match is undefined. */
  readonly captures?: Readonly<Record<string, string | undefined>>;
}

/** A path of a route: a prefix, or an expression that the path has to match. */
export type PathPattern = { readonly prefix: string } | { readonly expression: RegularExpression; readonly beginning: string };

export interface RouteMatcher extends Ranked {
  readonly route: Route;
  /** Position in the order of precedence, smaller first. Set when all matchers are known. */
  rank: number;
  /** The host is one of these; any when undefined. */
  readonly hosts: readonly HostPattern[] | undefined;
  /** The path matches one of these; any when undefined. */
  readonly paths: readonly PathPattern[] | undefined;
  /** Headers that have one of some values, in lower case, by lower-case name. */
  readonly exactHeaders: ReadonlyMap<string, readonly string[]>;
  /** What of a request decides whether it matches. */
  readonly properties: readonly MatchedProperty[];
  /** Whether the conditions hold, those on the path apart. */
  accepts(input: RouterInput): boolean;
  /** Finds the matched part of a path that one of `paths` matches. */
  match(input: RouterInput): PathMatch;
}

/** Kong's namespace for the parts of a route, so that ties break as in Kong. */
const ROUTE_PARTS = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b';

const NO_PATH: PathMatch = { matched: '' };

/**
 * Compiles a route to one matcher, or to several when its paths have different kinds or lengths and thus different precedence.
 *
 * @throws Error for an invalid regular expression
 */
export function compileRoute(route: Route, flavor: RouterFlavor): RouteMatcher[] {
  const groups = flavor === 'traditional' ? route.paths.map((path) => [path]) : groupPaths(route.paths);
  if (groups.length <= 1) return [compile(route, route.paths, route.id, flavor)];
  return groups.map((paths, index) => compile(route, paths, namedUuid(ROUTE_PARTS, `${route.id}#${index + 1}`), flavor));
}

function compile(route: Route, paths: readonly string[], id: string, flavor: RouterFlavor): RouteMatcher {
  const hosts = route.hosts.map((host) => hostPattern(host, flavor));
  const conditions = conditionsOf(route, flavor);
  const patterns = paths.map((path) => pathPattern(path, route));
  return {
    route,
    rank: 0,
    id,
    hosts: hosts.length === 0 ? undefined : hosts,
    paths: patterns.length === 0 ? undefined : patterns,
    exactHeaders: new Map(conditions.flatMap(({ header }) => (header === undefined ? [] : [header]))),
    properties: propertiesOf(route, hosts),
    accepts: acceptor(conditions.map(({ holds }) => holds)),
    match: pathMatch(patterns),
    ...precedenceOf(route, paths, flavor),
  };
}

function propertiesOf({ methods, paths, snis, headers, row }: Route, hosts: readonly HostPattern[]): MatchedProperty[] {
  return [
    ...methods.length > 0 ? ['method'] as const : [],
    ...hosts.length > 0 ? ['host'] as const : [],
    ...hosts.some(({ port }) => port !== undefined) ? ['port'] as const : [],
    ...paths.length > 0 ? ['path'] as const : [],
    ...snis.length > 0 ? ['tls'] as const : [],
    ...isList(row.sources) || isList(row.destinations) ? ['ends', 'port'] as const : [],
    ...Object.keys(headers).map((name) => `header ${name}` as const),
  ];
}

/** A group contains regular expressions only, or prefixes of one length. */
function groupPaths(paths: readonly string[]): string[][] {
  return [...groupedBy(paths, (path) => (isPathExpression(path) ? 'regex' : Buffer.byteLength(path))).values()];
}

/** Most routes have one condition, or none beside the path. */
function acceptor(conditions: readonly Test[]): Test {
  const [first, second, ...others] = conditions;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (others.length === 0) return (input) => first(input) && second(input);
  return (input) => conditions.every((test) => test(input));
}

function pathPattern(path: string, route: Route): PathPattern {
  if (!isPathExpression(path)) return { prefix: normaliseRoutePath(path) };
  const expression = compileExpression(pathExpression(path), `route ${route.name ?? route.id}, path ${path}`);
  return { expression, beginning: beginningOf(path)[0] ?? '' };
}

/** The first path that matches counts. */
function pathMatch(patterns: readonly PathPattern[]): (input: RouterInput) => PathMatch {
  if (patterns.length === 0) return () => NO_PATH;
  const matches = patterns.map((pattern) => {
    if (!('prefix' in pattern)) return (path: string) => expressionMatch(pattern.expression, path);
    const match = { matched: pattern.prefix };
    return (path: string) => (path.startsWith(pattern.prefix) ? match : undefined);
  });
  return ({ path }) => {
    for (const match of matches) {
      const found = match(path);
      if (found !== undefined) return found;
    }
    return NO_PATH;
  };
}

function expressionMatch(expression: RegularExpression, path: string): PathMatch | undefined {
  const match = expression.match(path);
  return match && { matched: match.matched, ...match.groups && { captures: match.groups } };
}
