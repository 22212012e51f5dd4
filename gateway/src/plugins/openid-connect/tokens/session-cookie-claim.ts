/** A token that is bound to a cookie: a claim has to have its value. */
import { timingSafeEqual } from 'node:crypto';

import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { cookieOf } from '../credentials/request-cookies.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { firstClaim } from './claims.ts';
import type { Claims } from './claims.ts';
import { TokenRefused } from './token-errors.ts';

type Check = (sources: readonly (Claims | undefined)[], exchange: Exchange) => void;

export function sessionCookieCheck({ jwt_session_cookie: cookie, jwt_session_claim: claim }: OpenidConnectConfig): Check {
  if (cookie === null) return () => undefined;
  return (sources, exchange) => {
    const expected = firstClaim(sources, [claim ?? 'sid']);
    const shown = cookieOf(exchange, cookie);
    if (typeof expected !== 'string' || shown === undefined || !isSame(expected, shown)) {
      throw new TokenRefused('token belongs to another session');
    }
  };
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
