/** Finds the route of a request. Built once for each configuration; caches lookups. */
import { messageOf } from '../../base/errors.ts';
import { DEFAULT_ROUTER_FLAVOR } from '../../base/router-flavor.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { SegmentedCache } from '../../base/segmented-cache.ts';
import { withoutExpressions } from '../../model/held-back-route.ts';
import type { Route } from '../../model/snapshot.ts';
import { cacheKeyFor } from './cache-key.ts';
import type { CacheKey } from './cache-key.ts';
import { compileExpressionRoute } from './expression-matcher.ts';
import { HostIndex } from './host-index.ts';
import { compileRoute } from './route-matcher.ts';
import type { PathMatch, RouteMatcher } from './route-matcher.ts';
import { byPrecedence } from './route-precedence.ts';
import type { RouterInput } from './router-input.ts';

export interface RouteMatch extends PathMatch {
  readonly route: Route;
  /** Set when the paths of service and request are joined as by `path_handling: v1`. */
  readonly isPlainJoin?: boolean;
}

/** Number of cached lookups: a gateway sees far fewer different requests than requests. */
const CACHE_SIZE = 5_000;

const NONE = Symbol('no route');

/** Routes of other protocols are those of streams, which have a router of their own. */
export const SERVED_PROTOCOLS: readonly string[] = ['http', 'https', 'grpc', 'grpcs'];

export class Router {
  readonly #index: HostIndex;
  readonly #cache = new SegmentedCache<RouteMatch | typeof NONE>(CACHE_SIZE);
  readonly #keyOf: CacheKey;
  /** Other flavors ignore `path_handling: v1`, as in Kong. */
  readonly #knowsPlainJoins: boolean;

  /** @param failed called for each route with an invalid expression, which is held back */
  constructor(
    routes: readonly Route[], failed: (route: Route, reason: string) => void, flavor: RouterFlavor = DEFAULT_ROUTER_FLAVOR,
  ) {
    const matchers = matchersOf(routes, failed, flavor);
    this.#index = new HostIndex(matchers);
    this.#keyOf = cacheKeyFor(new Set(matchers.flatMap(({ properties }) => properties)));
    this.#knowsPlainJoins = flavor === 'traditional';
  }

  find(input: RouterInput): RouteMatch | undefined {
    const key = this.#keyOf(input);
    if (key === undefined) return this.search(input);
    const known = this.#cache.get(key);
    if (known !== undefined) return known === NONE ? undefined : known;
    const found = this.search(input);
    this.#cache.add(key, found ?? NONE);
    return found;
  }

  /** Finds without the cache. */
  search(input: RouterInput): RouteMatch | undefined {
    const best = this.#index.find(input);
    if (best === undefined) return undefined;
    const isPlainJoin = this.#knowsPlainJoins && best.route.pathHandling === 'v1';
    return { route: best.route, ...best.match(input), ...isPlainJoin && { isPlainJoin } };
  }
}

/** All matchers in the order of precedence. */
function matchersOf(
  routes: readonly Route[], failed: (route: Route, reason: string) => void, flavor: RouterFlavor,
): readonly RouteMatcher[] {
  const matchers = routes.filter(servesHttp).flatMap((route) => compileOrHoldBack(route, failed, flavor)).sort(byPrecedence);
  matchers.forEach((matcher, rank) => {
    matcher.rank = rank;
  });
  return matchers;
}

function compileOrHoldBack(
  route: Route, failed: (route: Route, reason: string) => void, flavor: RouterFlavor,
): readonly RouteMatcher[] {
  try {
    return route.expression === undefined ? compileRoute(route, flavor) : [compileExpressionRoute(route, route.expression)];
  } catch (error) {
    failed(route, messageOf(error));
    const heldBack = withoutExpressions(route);
    return heldBack === undefined ? [] : compileRoute(heldBack, flavor);
  }
}

function servesHttp(route: Route): boolean {
  return route.protocols.some((protocol) => SERVED_PROTOCOLS.includes(protocol));
}
