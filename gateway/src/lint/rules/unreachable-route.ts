/** Routes that no request gets, because others come before them. */
import { groupedBy } from '../../base/grouped-by.ts';
import type { RouteMatcher } from '../../data-plane/router/route-matcher.ts';
import type { Router } from '../../data-plane/router/router.ts';
import type { Route } from '../../model/snapshot.ts';
import { covers } from '../route-cover.ts';
import { samplesOf } from '../route-samples.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const unreachableRoute: LintRule = {
  id: 'unreachable-route',
  severity: 'error',
  finds: 'a route whose every request goes to a route that comes before it',
  why: 'The router takes the first route that matches, in the order of precedence. Plugins of the other one never run.',
  fix: 'Remove one of the two, or give the hidden route a condition that the other one does not have.',
  example: {
    found: `
      services:
        - name: orders
          url: http://orders.internal
          routes:
            - name: every-order
              paths: [~/orders/.*]
              regex_priority: 10
            - name: one-order
              paths: [~/orders/.*]
    `,
    fixed: `
      services:
        - name: orders
          url: http://orders.internal
          routes:
            - name: every-order
              paths: [~/orders/.*]
              regex_priority: 10
            - name: one-order
              paths: [~/orders/.*]
              methods: [DELETE]
    `,
  },
  * find({ configuration: { compiled: { router } } }: LintedFile): Iterable<Discovery> {
    const byRoute = groupedBy(router.matchers, ({ route }) => route);
    const earlier = new EarlierMatchers();
    const hiddenBy = new Map<Route, Set<Route>>();
    const reachable = new Set<Route>();
    for (const matcher of router.matchers) {
      const { route } = matcher;
      const other = reachable.has(route) ? undefined : hiding(matcher, router, byRoute, earlier);
      if (other === undefined) reachable.add(route);
      else hiddenBy.set(route, (hiddenBy.get(route) ?? new Set()).add(other.route));
      earlier.add(matcher);
    }
    for (const [route, others] of hiddenBy) {
      if (reachable.has(route)) continue;
      const names = [...others].map(({ name, id }) => `'${name ?? id}'`);
      const takers = `${names.join(' and ')} ${names.length === 1 ? 'takes' : 'take'}`;
      yield { at: route.id, message: `no request gets to this route: ${takers} them all` };
    }
  },
};

/** A matcher that takes every request of this one. */
function hiding(
  matcher: RouteMatcher, router: Router, byRoute: ReadonlyMap<Route, readonly RouteMatcher[]>, earlier: EarlierMatchers,
): RouteMatcher | undefined {
  const samples = samplesOf(matcher);
  if (samples.length === 0) return earlier.like(matcher).find((other) => other.route !== matcher.route && covers(other, matcher));
  const winners = new Set<Route>();
  for (const sample of samples) {
    const found = router.search(sample)?.route;
    // Whether it was its own matcher or another one of the same route: there is a way to it.
    if (found === undefined || found === matcher.route) return undefined;
    winners.add(found);
  }
  return [...winners].flatMap((route) => byRoute.get(route)!).find((other) => other.rank < matcher.rank && covers(other, matcher));
}

/** Matchers by what they say of paths: those of which one may cover another without a sample. */
class EarlierMatchers {
  readonly #byPath = new Map<unknown, RouteMatcher[]>();

  add(matcher: RouteMatcher): void {
    for (const key of keysOf(matcher)) {
      const list = this.#byPath.get(key);
      if (list === undefined) this.#byPath.set(key, [matcher]);
      else list.push(matcher);
    }
  }

  like(matcher: RouteMatcher): readonly RouteMatcher[] {
    return [...keysOf(matcher), ANY_PATH].flatMap((key) => this.#byPath.get(key) ?? []);
  }
}

const ANY_PATH = Symbol('any path');

function keysOf({ route, paths }: RouteMatcher): readonly unknown[] {
  if (route.expression !== undefined) return [route.expression];
  return paths?.map((pattern) => ('prefix' in pattern ? pattern.prefix : pattern.expression)) ?? [ANY_PATH];
}
