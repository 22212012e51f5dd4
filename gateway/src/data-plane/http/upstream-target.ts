/** The request target that an upstream gets. */
import { escapeText } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';
import { plainJoin, upstreamPath } from '../router/upstream-path.ts';
import type { RequestFacts } from './received-request.ts';

interface TargetChanges {
  readonly path: string | undefined;
  readonly query: string;
}

/** Path and query of what the upstream gets, or would get. */
export function upstreamTarget(
  facts: RequestFacts, changes: TargetChanges | undefined, match: RouteMatch, servicePath: string | null | undefined,
): string {
  const path = changes?.path ?? pathOf(facts, match, servicePath);
  // A `?` with nothing behind it is passed on as it came.
  if (changes === undefined || (facts.search === '?' && changes.query === '')) return path + facts.search;
  return changes.query === '' ? path : `${path}?${changes.query}`;
}

/**
 * The same, as it is sent: what was found for the target and the route before is found again.
 *
 * @throws Error a plugin or a service has made of it what cannot be sent
 */
export function sentTarget(
  facts: RequestFacts, changes: TargetChanges | undefined, match: RouteMatch, base: string | null | undefined,
): string {
  if (changes !== undefined && (changes.path !== undefined || changes.query !== facts.search.slice(1))) {
    return sendable(upstreamTarget(facts, changes, match, base));
  }
  const { sent } = facts;
  if (sent.match !== match || sent.base !== base) {
    sent.text = sendable(upstreamTarget(facts, undefined, match, base));
    sent.match = match;
    sent.base = base;
  }
  return sent.text;
}

function sendable(target: string): string {
  if (!/^\/[\x21-\x7e\x80-\xff]*$/.test(target)) throw new Error(`${JSON.stringify(target)} is no request target`);
  return target;
}

function pathOf(facts: RequestFacts, { route, matched, isPlainJoin = false }: RouteMatch, servicePath: string | null | undefined): string {
  const join = isPlainJoin ? plainJoin : upstreamPath;
  return join(servicePath ?? '/', facts.path.escaped, escapeText(matched), route.stripPath);
}
