/** Finds the route of a request, and caches lookups. The router of the next configuration shares what has not changed. */
import { messageOf } from '../../base/errors.ts';
import { KeptList } from '../../base/kept-list.ts';
import { DEFAULT_ROUTER_FLAVOR } from '../../base/router-flavor.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { SegmentedCache } from '../../base/segmented-cache.ts';
import { atOnce } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';
import { withoutExpressions } from '../../model/held-back-route.ts';
import type { Route } from '../../model/snapshot.ts';
import { cacheKeyFor } from './cache-key.ts';
import type { CacheKey } from './cache-key.ts';
import { compileExpressionRoute } from './expression-matcher.ts';
import { HostIndex } from './host-index.ts';
import { GramCounts } from './literal-index.ts';
import { PrecedenceOrder } from './precedence-order.ts';
import { compileRoute } from './route-matcher.ts';
import type { PathMatch, RouteMatcher } from './route-matcher.ts';
import type { MatchedProperty, RouterInput } from './router-input.ts';

export interface RouteMatch extends PathMatch {
  readonly route: Route;
  /** Set when the paths of service and request are joined as by `path_handling: v1`. */
  readonly isPlainJoin?: boolean;
}

/** Of cached lookups, which is room for thousands: a gateway sees far fewer different requests than requests. */
const CACHE_BYTES = 4 * 2 ** 20;

/** What an entry takes beside its key: the match, and its places in maps. Bytes. */
const ENTRY_BYTES = 300;

const NONE = Symbol('no route');

/** Routes of other protocols are those of streams, which have a router of their own. */
const SERVED_PROTOCOLS: readonly string[] = ['http', 'https', 'grpc', 'grpcs'];

/** A route with an invalid expression, which is held back. */
interface FailedRoute {
  readonly route: Route;
  readonly reason: string;
}

interface CompiledRoute {
  readonly matchers: readonly RouteMatcher[];
  readonly failure: FailedRoute | undefined;
}

interface RouterParts {
  readonly flavor: RouterFlavor;
  readonly compiled: KeptList<Route, CompiledRoute>;
  readonly failed: readonly FailedRoute[];
  readonly order: PrecedenceOrder;
  readonly index: HostIndex;
  readonly counts: GramCounts;
  /** How many matchers match on a property. */
  readonly properties: ReadonlyMap<MatchedProperty, number>;
}

/** When more matchers than this share of all come or go, a new index is built: it is as fast, and leaves nothing behind. */
const SHARE_WORTH_A_NEW_INDEX = 0.25;

export class Router {
  /** A router for these routes alone. */
  static of(routes: readonly Route[], flavor?: RouterFlavor): Router {
    return atOnce(Router.following(routes, flavor));
  }

  /** @param before the router that is in use, of the same flavor; it stays as it is */
  static* following(routes: readonly Route[], flavor = DEFAULT_ROUTER_FLAVOR, before?: Router): Steps<Router> {
    const known = before === undefined ? undefined : before.#parts;
    const compile = (route: Route): CompiledRoute => compileOrHoldBack(route, flavor);
    const compiled = yield* (known?.compiled ?? KeptList.empty<Route, CompiledRoute>()).next(routes, compile);
    const [added, removed] = [compiled.added.flatMap(matchersOf), compiled.removed.flatMap(matchersOf)];
    if (known !== undefined && added.length === 0 && removed.length === 0) {
      return compiled.isSameAs(known.compiled) ? before! : new Router({ ...known, compiled, failed: failedOf(compiled, known.failed) });
    }
    const order = yield* (known?.order ?? new PrecedenceOrder()).next(added, new Set(removed));
    const counts = known?.counts ?? new GramCounts();
    for (const [matchers, by] of [[added, 1], [removed, -1]] as const) yield* countGrams(counts, matchers, by);
    const owner = {};
    const isNew = known === undefined || added.length + removed.length > SHARE_WORTH_A_NEW_INDEX * order.matchers.length;
    const index = isNew ? HostIndex.empty(owner, counts) : known.index.ownedBy(owner);
    for (const matcher of isNew ? [] : removed) {
      index.remove(matcher);
      yield;
    }
    for (const matcher of isNew ? order.matchers : added) {
      index.add(matcher);
      yield;
    }
    const properties = propertiesOf(known?.properties, added, removed);
    return new Router({ flavor, compiled, failed: failedOf(compiled, known?.failed), order, index, counts, properties });
  }

  readonly failed: readonly FailedRoute[];
  readonly #parts: RouterParts;
  readonly #cache = new SegmentedCache<RouteMatch | typeof NONE>(CACHE_BYTES);
  readonly #keyOf: CacheKey;
  /** Other flavors ignore `path_handling: v1`, as in Kong. */
  readonly #knowsPlainJoins: boolean;

  private constructor(parts: RouterParts) {
    this.failed = parts.failed;
    this.#parts = parts;
    this.#keyOf = cacheKeyFor(new Set(parts.properties.keys()));
    this.#knowsPlainJoins = parts.flavor === 'traditional';
  }

  get flavor(): RouterFlavor {
    return this.#parts.flavor;
  }

  /** Every way in which a route can match, in the order in which they are tried. */
  get matchers(): readonly RouteMatcher[] {
    return this.#parts.order.matchers;
  }

  find(input: RouterInput): RouteMatch | undefined {
    const key = this.#keyOf(input);
    if (key === undefined) return this.search(input);
    const known = this.#cache.get(key);
    if (known !== undefined) return known === NONE ? undefined : known;
    const found = this.search(input);
    this.#cache.add(key, found ?? NONE, ENTRY_BYTES + 2 * key.length);
    return found;
  }

  /** Finds without the cache. */
  search(input: RouterInput): RouteMatch | undefined {
    const best = this.#parts.index.find(input);
    if (best === undefined) return undefined;
    const isPlainJoin = this.#knowsPlainJoins && best.route.pathHandling === 'v1';
    return { route: best.route, ...best.match(input), ...isPlainJoin && { isPlainJoin } };
  }
}

function failedOf({ made, added }: RouterParts['compiled'], before: readonly FailedRoute[] = []): readonly FailedRoute[] {
  const isSound = ({ failure }: CompiledRoute): boolean => failure === undefined;
  return before.length === 0 && added.every(isSound) ? before : made.flatMap(({ failure }) => failure ?? []);
}

function matchersOf({ matchers }: CompiledRoute): readonly RouteMatcher[] {
  return matchers;
}

function* countGrams(counts: GramCounts, matchers: readonly RouteMatcher[], by: number): Steps<void> {
  for (const { paths } of matchers) {
    for (const path of paths ?? []) if ('expression' in path) counts.count(path, by);
    yield;
  }
}

function propertiesOf(
  before: RouterParts['properties'] | undefined, added: readonly RouteMatcher[], removed: readonly RouteMatcher[],
): RouterParts['properties'] {
  const counts = new Map(before);
  for (const [matchers, by] of [[added, 1], [removed, -1]] as const) {
    for (const property of matchers.flatMap(({ properties }) => properties)) {
      const count = (counts.get(property) ?? 0) + by;
      if (count === 0) counts.delete(property);
      else counts.set(property, count);
    }
  }
  return counts;
}

function compileOrHoldBack(route: Route, flavor: RouterFlavor): CompiledRoute {
  if (!servesHttp(route)) return { matchers: [], failure: undefined };
  try {
    const { expression } = route;
    const matchers = expression === undefined ? compileRoute(route, flavor) : [compileExpressionRoute(route, expression)];
    return { matchers, failure: undefined };
  } catch (error) {
    const heldBack = withoutExpressions(route);
    const matchers = heldBack === undefined ? [] : compileRoute(heldBack, flavor);
    return { matchers, failure: { route, reason: messageOf(error) } };
  }
}

function servesHttp(route: Route): boolean {
  return route.protocols.some((protocol) => SERVED_PROTOCOLS.includes(protocol));
}
