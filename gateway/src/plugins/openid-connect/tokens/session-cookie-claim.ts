/** A token that is bound to a cookie: a claim has to have its value. */
import { isSameSecret } from '../../../base/same-secret.ts';
import { cookieOf } from '../../../plugin-kit/cookies.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { firstClaim } from './claims.ts';
import type { Claims } from './claims.ts';
import { TokenRefused } from './token-errors.ts';

type Check = (sources: readonly (Claims | undefined)[], exchange: Exchange) => void;

export function sessionCookieCheck({ jwt_session_cookie: cookie, jwt_session_claim: claim }: OpenidConnectConfig): Check {
  if (cookie === null) return () => undefined;
  return (sources, { request }) => {
    const expected = firstClaim(sources, [claim ?? 'sid']);
    const shown = cookieOf(request, cookie);
    if (typeof expected !== 'string' || shown === undefined || !isSameSecret(Buffer.from(expected), Buffer.from(shown))) {
      throw new TokenRefused('token belongs to another session');
    }
  };
}
