/**
 * All matchers in the order of precedence, and their ranks. The next order keeps the ranks of matchers that stay, and gives those that come
 * ranks between them.
 */
import { UNITS_BETWEEN_YIELDS } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';
import type { RouteMatcher } from './route-matcher.ts';
import { byPrecedence } from './route-precedence.ts';

/** Between the ranks of neighbours: room for as many insertions at one place as this can be halved, and many more where ranks are small. */
const GAP = 2 ** 24;

export class PrecedenceOrder {
  readonly matchers: readonly RouteMatcher[];

  constructor(matchers: readonly RouteMatcher[] = []) {
    this.matchers = matchers;
  }

  /** @param removed matchers that are gone: their ranks stay right for the order before, which is in use meanwhile */
  * next(added: readonly RouteMatcher[], removed: ReadonlySet<RouteMatcher>): Steps<PrecedenceOrder> {
    const union = yield* merged(this.matchers, yield* sorted(added));
    if (!(yield* rankBetween(union, added))) rankAnew(union);
    if (removed.size === 0) return new PrecedenceOrder(union);
    const kept: RouteMatcher[] = [];
    for (let at = 0; at < union.length; at += 1) {
      if (!removed.has(union[at]!)) kept.push(union[at]!);
      if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    return new PrecedenceOrder(kept);
  }
}

/** Few enough to be sorted at once. */
const RUN = 256;

function* sorted(matchers: readonly RouteMatcher[]): Steps<readonly RouteMatcher[]> {
  let runs: (readonly RouteMatcher[])[] = [];
  for (let at = 0; at < matchers.length; at += RUN) {
    runs.push(matchers.slice(at, at + RUN).sort(byPrecedence));
    yield;
  }
  while (runs.length > 1) {
    const next: (readonly RouteMatcher[])[] = [];
    for (let at = 0; at < runs.length; at += 2) next.push(yield* merged(runs[at]!, runs[at + 1] ?? []));
    runs = next;
  }
  return runs[0] ?? [];
}

/** Of equal ones, those of the first list come first. */
function* merged(one: readonly RouteMatcher[], other: readonly RouteMatcher[]): Steps<readonly RouteMatcher[]> {
  if (other.length === 0) return one;
  const all: RouteMatcher[] = [];
  let at = 0;
  for (const matcher of other) {
    // Mostly few are merged into many.
    const end = placeFor(matcher, one, at);
    for (; at < end; at += 1) {
      all.push(one[at]!);
      if (at % 1_024 === 0) yield;
    }
    all.push(matcher);
    if (all.length % UNITS_BETWEEN_YIELDS === 0) yield;
  }
  for (; at < one.length; at += 1) {
    all.push(one[at]!);
    if (at % 1_024 === 0) yield;
  }
  return all;
}

/** Looks near the start first, twice as far each time: lists of one length are merged with about one comparison each. */
function placeFor(matcher: RouteMatcher, list: readonly RouteMatcher[], start: number): number {
  const isAfter = (at: number): boolean => byPrecedence(list[at]!, matcher) > 0;
  let [from, to] = [start, start];
  for (let step = 1; to < list.length && !isAfter(to); step *= 2) [from, to] = [to + 1, to + step];
  to = Math.min(to, list.length);
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isAfter(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** @returns whether there was room between the ranks */
function* rankBetween(matchers: readonly RouteMatcher[], fresh: readonly RouteMatcher[]): Steps<boolean> {
  if (fresh.length === matchers.length) return false;
  const added = new Set(fresh);
  for (let at = 0; at < matchers.length; at += 1) {
    if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    if (!added.has(matchers[at]!)) continue;
    let end = at;
    while (end < matchers.length && added.has(matchers[end]!)) end += 1;
    const before = matchers[at - 1]?.rank ?? matchers[end]!.rank - GAP;
    const after = matchers[end]?.rank ?? before + GAP * (end - at + 1);
    const gap = (after - before) / (end - at + 1);
    for (let place = at; place < end; place += 1) {
      matchers[place]!.rank = before + gap * (place - at + 1);
      if (matchers[place]!.rank <= (matchers[place - 1]?.rank ?? before)) return false;
    }
    if (end < matchers.length && matchers[end - 1]!.rank >= after) return false;
    at = end;
  }
  return true;
}

/** At once: a lookup in between must not see half of it. */
function rankAnew(matchers: readonly RouteMatcher[]): void {
  for (let at = 0; at < matchers.length; at += 1) matchers[at]!.rank = at * GAP;
}
