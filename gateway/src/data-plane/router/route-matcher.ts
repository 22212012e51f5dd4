/**
 * A route as the router matches it: prepared conditions, and its rank in the order of precedence.
 * Semantics: `router_flavor=traditional_compatible`, as recorded from Kong Gateway OSS 3.9.1.
 */
import { messageOf } from '../../base/errors.ts';
import { namedUuid } from '../../base/named-uuid.ts';
import { regularExpression } from '../../model/formats/regular-expression.ts';
import type { RegularExpression } from '../../model/formats/regular-expression.ts';
import { isPathExpression, pathExpression } from '../../model/schema/typedefs.ts';
import type { Route } from '../../model/snapshot.ts';
import { normaliseRoutePath } from './request-path.ts';
import { precedenceOf } from './route-precedence.ts';

/** The properties of a request that routes match on. */
export interface RouterInput {
  readonly method: string;
  /** Lower case, without port; empty when there is none. */
  readonly host: string;
  /** Port of the Host header, or of the listener. */
  readonly port: number;
  /** Decoded, normalised. */
  readonly path: string;
  readonly scheme: 'http' | 'https';
  /** Server name of the TLS handshake. */
  readonly sni?: string;
  /** Values of a header, by lower-case name. */
  headerValues(name: string): readonly string[];
}

export interface PathMatch {
  /** The part of the path that matched. */
  readonly matched: string;
  /** Named groups of a regular expression; one that took no part in the match is undefined. */
  readonly captures?: Readonly<Record<string, string | undefined>>;
}

export interface RouteMatcher {
  readonly route: Route;
  /** Rank in the order of precedence, smaller first. Set when all matchers are known. */
  rank: number;
  readonly plainHosts: readonly string[];
  /** Set when all paths are plain prefixes. */
  readonly prefixes: readonly string[] | undefined;
  /** 64 bits; higher values match first. */
  readonly precedence: bigint;
  /** Breaks ties: the higher id matches first. */
  readonly id: string;
  readonly path: PathMatcher;
  /** Tests all conditions but the path. */
  accepts(input: RouterInput): boolean;
}

interface PathMatcher {
  test(path: string): boolean;
  /** Finds the matched part; slower than `test`. */
  match(path: string): PathMatch | undefined;
}

const ANY_PATH: PathMatcher = { test: () => true, match: () => ({ matched: '' }) };

/** Kong's namespace for the parts of a route, so that ties break as in Kong. */
const ROUTE_PARTS = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b';

/**
 * Compiles a route to one matcher, or to several when its paths have different kinds or lengths and thus different precedence.
 *
 * @throws Error for an invalid regular expression
 */
export function compileRoute(route: Route): RouteMatcher[] {
  const groups = groupPaths(route.paths);
  if (groups.length <= 1) return [compile(route, route.paths, route.id)];
  return groups.map((paths, index) => compile(route, paths, namedUuid(ROUTE_PARTS, `${route.id}#${index + 1}`)));
}

function compile(route: Route, paths: readonly string[], id: string): RouteMatcher {
  const conditions = [methodTest(route.methods), hostTest(route.hosts), headerTest(route.headers), sniTest(route.snis)]
    .filter((test) => test !== undefined);
  const regex = paths.some(isPathExpression);
  return {
    route,
    rank: 0,
    id,
    plainHosts: route.hosts.every((host) => !host.includes('*') && !hasPort(host)) ? route.hosts.map(lower) : [],
    prefixes: regex || paths.length === 0 ? undefined : paths.map(normaliseRoutePath),
    accepts: (input) => conditions.every((test) => test(input)),
    path: pathMatcher(paths, route),
    precedence: precedenceOf(route, paths, regex),
  };
}

/** A group contains regular expressions only, or prefixes of one length. */
function groupPaths(paths: readonly string[]): string[][] {
  const groups = new Map<string | number, string[]>();
  for (const path of paths) {
    const key = isPathExpression(path) ? 'regex' : Buffer.byteLength(path);
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return [...groups.values()];
}

type Test = (input: RouterInput) => boolean;

function methodTest(methods: readonly string[]): Test | undefined {
  if (methods.length === 0) return undefined;
  const accepted = new Set(methods);
  return (input) => accepted.has(input.method);
}

function hostTest(hosts: readonly string[]): Test | undefined {
  if (hosts.length === 0) return undefined;
  const tests = hosts.map(singleHostTest);
  return (input) => input.host !== '' && tests.some((test) => test(input));
}

function singleHostTest(pattern: string): Test {
  const match = /^(.*?)(?::(\d+))?$/s.exec(lower(pattern));
  const name = match?.[1] ?? '';
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  const named: (host: string) => boolean = name.startsWith('*')
    ? (host) => host.endsWith(name.slice(1))
    : name.endsWith('*') ? (host) => host.startsWith(name.slice(0, -1)) : (host) => host === name;
  return port === undefined ? (input) => named(input.host) : (input) => input.port === port && named(input.host);
}

function headerTest(headers: Readonly<Record<string, readonly string[]>>): Test | undefined {
  const tests = Object.entries(headers).map(([name, values]) => {
    const [first = ''] = values;
    if (values.length === 1 && first.startsWith('~*')) {
      const pattern = compileExpression(first.slice(2), `header ${name}`);
      return (input: RouterInput) => input.headerValues(name).some((value) => pattern.test(lower(value)));
    }
    const accepted = new Set(values.map(lower));
    return (input: RouterInput) => input.headerValues(name).some((value) => accepted.has(lower(value)));
  });
  return tests.length === 0 ? undefined : (input) => tests.every((test) => test(input));
}

function sniTest(snis: readonly string[]): Test | undefined {
  if (snis.length === 0) return undefined;
  const accepted = new Set(snis.map((sni) => sni.replace(/\.$/, '')));
  return (input) => input.scheme !== 'https' || accepted.has(input.sni ?? '');
}

function pathMatcher(paths: readonly string[], route: Route): PathMatcher {
  if (paths.length === 0) return ANY_PATH;
  const matchers = paths.map((path) => isPathExpression(path) ? regexMatcher(path, route) : prefixMatcher(normaliseRoutePath(path)));
  if (matchers.length === 1) return matchers[0]!;
  return {
    test: (path) => matchers.some((matcher) => matcher.test(path)),
    match: (path) => matchers.find((matcher) => matcher.test(path))?.match(path),
  };
}

function prefixMatcher(prefix: string): PathMatcher {
  const match = { matched: prefix };
  const test = (path: string): boolean => path.startsWith(prefix);
  return { test, match: (path) => test(path) ? match : undefined };
}

function regexMatcher(path: string, route: Route): PathMatcher {
  const expression = compileExpression(pathExpression(path), `route ${route.name ?? route.id}, path ${path}`);
  return {
    test: expression.test,
    match: (text) => {
      const match = expression.match(text);
      return match && { matched: match.matched, ...match.groups && { captures: match.groups } };
    },
  };
}

function compileExpression(pattern: string, where: string): RegularExpression {
  try {
    return regularExpression(pattern);
  } catch (error) {
    throw new Error(`${where}: not a valid regular expression: ${messageOf(error)}`, { cause: error });
  }
}

function hasPort(host: string): boolean {
  return /:\d+$/.test(host);
}

function lower(text: string): string {
  return text.toLowerCase();
}
