/** Which route a request gets, and why the nearest others do not. */
import { forEachInSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { RouteMatcher } from '../data-plane/router/route-matcher.ts';
import { isMatch, mismatchesOf } from '../data-plane/router/route-mismatch.ts';
import type { Mismatch } from '../data-plane/router/route-mismatch.ts';
import type { RouterInput } from '../data-plane/router/router-input.ts';
import type { RouteMatch, Router } from '../data-plane/router/router.ts';
import type { OtherRoute } from './explanation.ts';

interface ExplainedRoutes {
  readonly match: RouteMatch | undefined;
  readonly others: readonly OtherRoute[];
}

interface NearMiss {
  readonly matcher: RouteMatcher;
  readonly missed: readonly Mismatch[];
}

/** @param most how many other routes */
export function* explainedRoutes(router: Router, input: RouterInput, most: number): Steps<ExplainedRoutes> {
  const match = router.search(input);
  const matching = new Set<RouteMatcher>();
  const misses: NearMiss[] = [];
  yield* forEachInSteps(router.matchers, (matcher) => {
    if (isMatch(matcher, input)) matching.add(matcher);
    else note(misses, { matcher, missed: mismatchesOf(matcher, router.flavor, input) }, most);
  });
  const first = router.matchers.find((matcher) => matching.has(matcher));
  const shown = new Set(match === undefined ? [] : [match.route.id]);
  const others: OtherRoute[] = [];
  for (const matcher of matching) if (isNew(shown, matcher)) others.push(later(matcher, first!));
  for (const { matcher, missed } of misses) {
    if (!hasMatch(matching, matcher) && isNew(shown, matcher)) others.push(mismatch(matcher, missed));
  }
  return { match, others: others.slice(0, most) };
}

/** Keeps the nearest ones, in order: matchers come by precedence. A route has several matchers, so some more are kept than are shown. */
function note(misses: NearMiss[], miss: NearMiss, most: number): void {
  const at = misses.findLastIndex(({ missed }) => missed.length <= miss.missed.length) + 1;
  if (at >= most * 2) return;
  misses.splice(at, 0, miss);
  if (misses.length > most * 2) misses.pop();
}

function isNew(shown: Set<string>, { route: { id } }: RouteMatcher): boolean {
  if (shown.has(id)) return false;
  shown.add(id);
  return true;
}

function hasMatch(matching: ReadonlySet<RouteMatcher>, { route }: RouteMatcher): boolean {
  for (const other of matching) if (other.route === route) return true;
  return false;
}

function later(matcher: RouteMatcher, first: RouteMatcher): OtherRoute {
  return { id: matcher.route.id, name: matcher.route.name, kind: 'later', reason: whyLater(matcher, first), missed: [] };
}

function whyLater(matcher: RouteMatcher, first: RouteMatcher): string {
  const winner = `route '${first.route.name ?? first.route.id}'`;
  if (matcher.precedence === first.precedence && matcher.age === first.age) {
    return `it matches, and ${winner} has the same precedence: the higher id of the two comes first`;
  }
  if (matcher.precedence === first.precedence) return `it matches, and ${winner} has the same precedence and is older`;
  return `it matches, and ${winner} has the higher precedence: ${strengthOf(first)} against ${strengthOf(matcher)}`;
}

/** What precedence is made of, as people see it in the entity. */
function strengthOf({ route }: RouteMatcher): string {
  if (route.expression !== undefined) return `priority ${route.priority ?? 0}`;
  const headers = Object.keys(route.headers).length;
  const conditions = [
    ...route.hosts.length === 0 ? [] : [route.hosts.some((host) => host.includes('*')) ? 'wildcard hosts' : 'hosts'],
    ...headers === 0 ? [] : [`${headers} header${headers === 1 ? '' : 's'}`],
    ...route.paths.length === 0 ? [] : [pathsOf(route.paths, route.regexPriority)],
    ...route.methods.length === 0 ? [] : ['methods'],
    ...route.snis.length === 0 ? [] : ['snis'],
  ];
  return conditions.length === 0 ? 'no condition' : conditions.join(' + ');
}

function pathsOf(paths: readonly string[], regexPriority: number): string {
  if (paths.some((path) => path.startsWith('~'))) return `a regular expression of regex_priority ${regexPriority}`;
  const length = Math.max(...paths.map((path) => path.length));
  return `a path of ${length} character${length === 1 ? '' : 's'}`;
}

function mismatch({ route: { id, name } }: RouteMatcher, missed: readonly Mismatch[]): OtherRoute {
  const reason = missed.map(({ field, expected, given }) => (
    `${field}: expected ${expected.join(' or ')}, got ${given.length === 0 ? 'none' : given.map((value) => value || "''").join(', ')}`));
  return { id, name, kind: 'mismatch', reason: reason.join('; '), missed };
}
