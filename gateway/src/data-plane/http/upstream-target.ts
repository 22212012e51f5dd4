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

function pathOf(facts: RequestFacts, { route, matched, isPlainJoin = false }: RouteMatch, servicePath: string | null | undefined): string {
  const join = isPlainJoin ? plainJoin : upstreamPath;
  return join(servicePath ?? '/', facts.path.escaped, escapeText(matched), route.stripPath);
}
