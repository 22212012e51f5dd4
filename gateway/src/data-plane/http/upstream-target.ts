/** The request target that an upstream gets. */
import { escapeText } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';
import { plainJoin, upstreamPath } from '../router/upstream-path.ts';
import type { RequestFacts } from './received-request.ts';

interface Targeted {
  readonly facts: RequestFacts;
  readonly upstream: { readonly path: string | undefined; readonly query: string };
}

/** Path and query of what the upstream gets, or would get. */
export function upstreamTarget(exchange: Targeted, match: RouteMatch, servicePath: string | null | undefined): string {
  const { upstream, facts } = exchange;
  const { route, matched, isPlainJoin = false } = match;
  const join = isPlainJoin ? plainJoin : upstreamPath;
  const path = upstream.path ?? join(servicePath ?? '/', facts.path.escaped, escapeText(matched), route.stripPath);
  return upstream.query === '' && !keepsEmptyQuery(exchange) ? path : `${path}?${upstream.query}`;
}

/** A `?` with nothing behind it is passed on as it came. */
function keepsEmptyQuery({ facts: { search }, upstream: { query } }: Targeted): boolean {
  return search === '?' && query === '';
}
