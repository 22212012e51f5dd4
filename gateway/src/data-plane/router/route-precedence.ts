/** The order in which matching routes are tried, as recorded from Kong Gateway OSS 3.9.1 (`router_flavor=traditional_compatible`). */
import type { Route } from '../../model/snapshot.ts';

/** What the order of two matchers depends on. */
interface Ranked {
  /** 64 bits; higher values match first. */
  readonly precedence: bigint;
  /** Breaks ties: the higher id matches first. */
  readonly id: string;
}

/** Maximum number of header conditions that count for precedence. */
const MAX_HEADERS = 255;

/** Maximum path length that counts for precedence: 15 bits. */
const MAX_PATH_LENGTH = 0x7fff;

const PLAIN_HOSTS = 1n << 60n;
const REGEX = 1n << 51n;

/** Negative when a comes first. */
export function byPrecedence(a: Ranked, b: Ranked): number {
  if (a.precedence !== b.precedence) return a.precedence > b.precedence ? -1 : 1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/**
 * The 64 bits by which Kong Gateway 3.9.1 orders routes. Kong shifts most fields as 32-bit numbers, so that they end up in lower bits than
 * its layout says: plain hosts come before regular expressions, and these before the number of conditions. A fourth condition and a
 * negative regex_priority set the sign, which fills the upper half. JavaScript's `<<` counts modulo 32 and keeps the sign in the same way.
 */
export function precedenceOf(route: Route, paths: readonly string[], regex: boolean): bigint {
  const headers = Object.keys(route.headers).length;
  const counts = [route.methods.length, route.hosts.length, headers, paths.length, route.snis.length];
  const conditions = counts.filter((count) => count > 0).length;
  const plainHostsOnly = route.hosts.length > 0 && !route.hosts.some((host) => host.includes('*'));
  const longestPath = Math.min(Math.max(0, ...paths.map((path) => Buffer.byteLength(path))), MAX_PATH_LENGTH);
  const numbers = (conditions << 61) | (Math.min(headers, MAX_HEADERS) << 52) | (regex ? route.regexPriority << 19 : longestPath);
  return BigInt.asUintN(64, BigInt(numbers)) | (plainHostsOnly ? PLAIN_HOSTS : 0n) | (regex ? REGEX : 0n);
}
