/** An id token may say which access token it came with. */
import { createHash } from 'node:crypto';

import { jwtParts } from './jwt-parts.ts';
import { TokenRefused } from './token-errors.ts';

/** https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken @throws TokenRefused when the access token is another one */
export function requireHash(idToken: string, accessToken: string): void {
  const { header, claims } = jwtParts(idToken);
  if (claims.at_hash === undefined) return;
  const bits = /^(?:RS|PS|ES|HS)(256|384|512)$/.exec(header.alg ?? '')?.[1] ?? '512';
  const digest = createHash(`sha${bits}`).update(accessToken, 'ascii').digest();
  if (digest.subarray(0, digest.length / 2).toString('base64url') !== claims.at_hash) {
    throw new TokenRefused('id token belongs to another access token');
  }
}
