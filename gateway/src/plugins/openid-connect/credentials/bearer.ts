/** Method bearer: an access token of the provider in the request. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import type { Grant } from '../grant.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import type { Verifier } from '../tokens/verifier.ts';
import { findText } from './found-text.ts';
import type { Places } from './found-text.ts';

/** @returns the grant; `undefined` when the request has no access token */
export type FindGrant = (exchange: Exchange) => Promise<Grant | undefined>;

export function bearerMethod(config: OpenidConnectConfig, verifier: Verifier): FindGrant {
  const allowed = new Set<string>(config.bearer_token_param_type ?? ['header']);
  const places: Places = {
    header: allowed.has('header') ? { name: 'authorization', scheme: 'bearer' } : undefined,
    query: allowed.has('query') ? 'access_token' : undefined,
    body: allowed.has('body') ? 'access_token' : undefined,
    cookie: allowed.has('cookie') ? config.bearer_token_cookie_name ?? undefined : undefined,
  };
  return async (exchange) => {
    const found = await findText(exchange, places);
    if (found === undefined) return undefined;
    if (found.text === '') throw new TokenRefused('Authorization header has no token, or there are several');
    const accessClaims = await verifier.verify(found.text, 'access');
    return { method: 'bearer', accessToken: found.text, accessClaims, hide: found.hide };
  };
}
