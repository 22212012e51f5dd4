/** Where a request carries tokens: query arguments, cookies and headers. */
import { cookieOf } from '../../plugin-kit/cookies.ts';
import type { ClientRequest } from '../../plugin-kit/exchange.ts';

interface Sources {
  readonly uri_param_names: readonly string[] | null;
  readonly cookie_names: readonly string[] | null;
  readonly header_names: readonly string[] | null;
}

/** A scheme in any other case is none, as in Kong. */
const BEARER = /[Bb]earer\s+(.+)/;

/** Stands for a query argument without a value. */
const WITHOUT_VALUE = Symbol('without value');

/** All tokens of a request, each once. */
export function tokensOf(request: ClientRequest, sources: Sources): ReadonlySet<string | typeof WITHOUT_VALUE> {
  const tokens = new Set<string | typeof WITHOUT_VALUE>();
  const add = (token: string | undefined): void => {
    if (token !== undefined && token !== '') tokens.add(token);
  };
  if (request.query !== '' && sources.uri_param_names !== null && sources.uri_param_names.length > 0) {
    for (const [name, value] of request.queryArguments()) {
      if (!sources.uri_param_names.includes(name)) continue;
      if (value === undefined) tokens.add(WITHOUT_VALUE);
      else add(value);
    }
  }
  for (const name of sources.cookie_names ?? []) add(cookieOf(request, name));
  for (const name of sources.header_names ?? []) {
    const line = request.header(name.toLowerCase());
    if (line !== undefined) add(BEARER.exec(line)?.[1]);
  }
  return tokens;
}
