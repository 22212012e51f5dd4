/** Whether one way in which a route matches takes every request of another one. */
import { isDeepStrictEqual } from 'node:util';

import type { HostPattern } from '../data-plane/router/host-pattern.ts';
import type { PathPattern, RouteMatcher } from '../data-plane/router/route-matcher.ts';
import type { Route } from '../model/snapshot.ts';

/** @returns false where it cannot be known */
export function covers(wide: RouteMatcher, narrow: RouteMatcher): boolean {
  const [one, other] = [wide.route, narrow.route];
  if (one.expression !== undefined || other.expression !== undefined) return one.expression === other.expression;
  return isCovered(wide.hosts, narrow.hosts, coversHost)
    && isCovered(wide.paths, narrow.paths, coversPath)
    && isCovered(given(one.methods), given(other.methods), isSame)
    && isCovered(given(one.snis), given(other.snis), isSame)
    && coversHeaders(one, other)
    && coversEnds(one, other);
}

/** @param wide undefined: any */
function isCovered<T>(wide: readonly T[] | undefined, narrow: readonly T[] | undefined, test: (wide: T, narrow: T) => boolean): boolean {
  if (wide === undefined) return true;
  return narrow !== undefined && narrow.every((part) => wide.some((whole) => test(whole, part)));
}

function given(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}

function isSame(one: string, other: string): boolean {
  return one === other;
}

function coversHost(wide: HostPattern, narrow: HostPattern): boolean {
  if (wide.port !== undefined && wide.port !== narrow.port) return false;
  if (wide.kind === 'name') return narrow.kind === 'name' && wide.text === narrow.text;
  if (narrow.kind !== 'name' && narrow.kind !== wide.kind) return false;
  // The wildcard may stand for at least one character.
  const least = narrow.kind === 'name' ? wide.least : 0;
  if (narrow.text.length < wide.text.length + least) return false;
  return wide.kind === 'suffix' ? narrow.text.endsWith(wide.text) : narrow.text.startsWith(wide.text);
}

function coversPath(wide: PathPattern, narrow: PathPattern): boolean {
  if ('prefix' in wide) return ('prefix' in narrow ? narrow.prefix : narrow.beginning).startsWith(wide.prefix);
  return !('prefix' in narrow) && wide.expression === narrow.expression;
}

function coversHeaders({ headers: wide }: Route, { headers: narrow }: Route): boolean {
  return Object.entries(wide).every(([name, values]) => (
    Object.hasOwn(narrow, name) && narrow[name]!.every((value) => values.includes(value))));
}

function coversEnds({ row: wide }: Route, { row: narrow }: Route): boolean {
  return (['sources', 'destinations'] as const).every((field) => (
    (wide[field] ?? null) === null || isDeepStrictEqual(wide[field], narrow[field])));
}
