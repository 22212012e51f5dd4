/** The order in which matching routes are tried, by flavor of the router. */
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { isPathExpression } from '../../model/schema/typedefs.ts';
import type { Route } from '../../model/snapshot.ts';

/** What the order of two matchers depends on. */
export interface Ranked {
  /** Higher values match first. */
  readonly precedence: bigint;
  /** Breaks ties before the id: lower values match first. */
  readonly age: number;
  /** Breaks ties: the higher id matches first. */
  readonly id: string;
}

/** Maximum number of header conditions that count for precedence. */
const MAX_HEADERS = 255;

/** Maximum path length that counts for precedence: 15 bits. */
const MAX_PATH_LENGTH = 0x7fff;

const PLAIN_HOSTS = 1n << 60n;
const REGEX = 1n << 51n;

/** Above the 64 bits of routes with conditions in fields. */
const EXPRESSIONS = 1n << 64n;

/** Negative when a comes first. */
export function byPrecedence(a: Ranked, b: Ranked): number {
  if (a.precedence !== b.precedence) return a.precedence > b.precedence ? -1 : 1;
  if (a.age !== b.age) return a.age - b.age;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

export function precedenceOf(route: Route, paths: readonly string[], flavor: RouterFlavor): Pick<Ranked, 'precedence' | 'age'> {
  if (flavor === 'traditional') return { precedence: traditionalPrecedence(route, paths), age: route.createdAt };
  return { precedence: compatiblePrecedence(route, paths), age: 0 };
}

/** Routes with an expression come before all others. */
export function expressionPrecedence(priority: number): Pick<Ranked, 'precedence' | 'age'> {
  return { precedence: EXPRESSIONS | BigInt(priority), age: 0 };
}

/**
 * The 64 bits by which Kong Gateway 3.9.1 orders routes. Kong shifts most fields as 32-bit numbers, so that they end up in lower bits than
 * its layout says: plain hosts come before regular expressions, and these before the number of conditions. A fourth condition and a
 * negative regex_priority set the sign, which fills the upper half. JavaScript's `<<` counts modulo 32 and keeps the sign in the same way.
 */
function compatiblePrecedence(route: Route, paths: readonly string[]): bigint {
  const headers = Object.keys(route.headers).length;
  const conditions = conditionsOf(route, paths).filter(Boolean).length;
  const regex = paths.some(isPathExpression);
  const numbers = (conditions << 61) | (Math.min(headers, MAX_HEADERS) << 52) | (regex ? route.regexPriority << 19 : longestOf(paths));
  return BigInt.asUintN(64, BigInt(numbers)) | (hasPlainHostsOnly(route) ? PLAIN_HOSTS : 0n) | (regex ? REGEX : 0n);
}

/** Conditions, the kinds of conditions, the kinds of hosts and paths, headers, regex_priority, length of the path: in this order. */
function traditionalPrecedence(route: Route, paths: readonly string[]): bigint {
  const conditions = conditionsOf(route, paths);
  const regex = paths.some(isPathExpression);
  const wildcardWithPort = route.hosts.some((host) => host.includes('*') && /:\d+$/.test(host));
  const kinds = (wildcardWithPort ? 4 : 0) | (hasPlainHostsOnly(route) ? 2 : 0) | (regex ? 1 : 0);
  const fields: readonly (readonly [value: number, bits: bigint])[] = [
    [conditions.filter(Boolean).length, 3n],
    [conditions.reduce((bits, given) => bits * 2 + Number(given), 0), 5n],
    [kinds, 3n],
    [Math.min(Object.keys(route.headers).length, MAX_HEADERS), 8n],
    [regex ? route.regexPriority + 2 ** 53 : 0, 54n],
    [regex ? 0 : longestOf(paths), 15n],
  ];
  return fields.reduce((bits, [value, width]) => (bits << width) | BigInt(value), 0n);
}

/** Hosts, headers, path, methods, server names: which of them the route has, the strongest first. */
function conditionsOf(route: Route, paths: readonly string[]): readonly boolean[] {
  return [route.hosts.length > 0, Object.keys(route.headers).length > 0, paths.length > 0, route.methods.length > 0, route.snis.length > 0];
}

function hasPlainHostsOnly({ hosts }: Route): boolean {
  return hosts.length > 0 && !hosts.some((host) => host.includes('*'));
}

function longestOf(paths: readonly string[]): number {
  return Math.min(Math.max(0, ...paths.map((path) => Buffer.byteLength(path))), MAX_PATH_LENGTH);
}
