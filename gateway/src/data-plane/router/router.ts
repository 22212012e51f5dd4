/** Finds the route of a request. Built once for each configuration; caches lookups. */
import { messageOf } from '../../base/errors.ts';
import { Lru } from '../../base/lru.ts';
import { withoutExpressions } from '../../model/held-back-route.ts';
import type { Route } from '../../model/snapshot.ts';
import { compileRoute } from './route-matcher.ts';
import type { PathMatch, RouteMatcher, RouterInput } from './route-matcher.ts';
import { byPrecedence } from './route-precedence.ts';

export interface RouteMatch extends PathMatch {
  readonly route: Route;
}

/** Number of cached lookups: a gateway sees far fewer different paths than requests. */
const CACHE_SIZE = 5_000;

const NONE = Symbol('no route');

/** Routes of other protocols are stored and never match. */
export const SERVED_PROTOCOLS: readonly string[] = ['http', 'https'];

export class Router {
  readonly #byHost = new Map<string, PathIndex>();
  readonly #anyHost = new PathIndex();
  readonly #cache = new Lru<string, RouteMatch | typeof NONE>(CACHE_SIZE);
  /** Names of the headers that routes match on. */
  readonly #headerNames: readonly string[];

  /** @param failed called for each route with an invalid regular expression, which is held back */
  constructor(routes: readonly Route[], failed: (route: Route, reason: string) => void) {
    const matchers = routes.filter(servesHttp).flatMap((route) => compileOrHoldBack(route, failed)).sort(byPrecedence);
    matchers.forEach((matcher, rank) => {
      matcher.rank = rank;
      if (matcher.plainHosts.length === 0) this.#anyHost.add(matcher);
      for (const host of matcher.plainHosts) this.#indexOf(host).add(matcher);
    });
    this.#headerNames = [...new Set(routes.flatMap((route) => Object.keys(route.headers)))];
  }

  find(input: RouterInput): RouteMatch | undefined {
    const key = this.#keyOf(input);
    const known = this.#cache.get(key);
    if (known !== undefined) return known === NONE ? undefined : known;
    const found = this.#search(input);
    this.#cache.set(key, found ?? NONE);
    return found;
  }

  #search(input: RouterInput): RouteMatch | undefined {
    const hosted = this.#byHost.get(input.host)?.find(input);
    const best = this.#anyHost.find(input, hosted);
    if (best === undefined) return undefined;
    return { route: best.route, ...best.path.match(input.path)! };
  }

  #indexOf(host: string): PathIndex {
    let index = this.#byHost.get(host);
    if (index === undefined) {
      index = new PathIndex();
      this.#byHost.set(host, index);
    }
    return index;
  }

  #keyOf(input: RouterInput): string {
    let key = `${input.method} ${input.scheme}://${input.host}:${input.port}${input.path}\n${input.sni ?? ''}`;
    for (const name of this.#headerNames) key += `\n${input.headerValues(name).join('\r')}`;
    return key;
  }
}

/** Matchers by plain prefix, so that a lookup tests only those that can match, and a list of the others. Both in order of precedence. */
class PathIndex {
  readonly #byPrefix = new Map<string, RouteMatcher[]>();
  readonly #lengths: number[] = [];
  readonly #others: RouteMatcher[] = [];

  add(matcher: RouteMatcher): void {
    if (matcher.prefixes === undefined) {
      this.#others.push(matcher);
      return;
    }
    for (const prefix of matcher.prefixes) {
      const list = this.#byPrefix.get(prefix);
      if (list === undefined) this.#byPrefix.set(prefix, [matcher]);
      else list.push(matcher);
      if (!this.#lengths.includes(prefix.length)) this.#lengths.push(prefix.length);
    }
  }

  /** The first match before `best` in the order of precedence, or `best`. */
  find(input: RouterInput, best?: RouteMatcher): RouteMatcher | undefined {
    let found = firstOf(this.#others, input, best);
    for (const length of this.#lengths) {
      if (length > input.path.length) continue;
      const list = this.#byPrefix.get(length === input.path.length ? input.path : input.path.slice(0, length));
      if (list !== undefined) found = firstOf(list, input, found);
    }
    return found;
  }
}

function compileOrHoldBack(route: Route, failed: (route: Route, reason: string) => void): readonly RouteMatcher[] {
  try {
    return compileRoute(route);
  } catch (error) {
    failed(route, messageOf(error));
    const heldBack = withoutExpressions(route);
    return heldBack === undefined ? [] : compileRoute(heldBack);
  }
}

function firstOf(matchers: readonly RouteMatcher[], input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
  for (const matcher of matchers) {
    if (best !== undefined && matcher.rank >= best.rank) return best;
    if (matcher.accepts(input) && matcher.path.test(input.path)) return matcher;
  }
  return best;
}

function servesHttp(route: Route): boolean {
  return route.protocols.some((protocol) => SERVED_PROTOCOLS.includes(protocol));
}
