/** What a session of a user keeps, and what belongs to a login that is under way. */
import type { Grant } from '../grant.ts';
import type { Tokens } from '../provider/token-endpoint.ts';
import { claimsOf } from '../tokens/jwt-parts.ts';
import { expiryOf } from '../tokens/standard-claims.ts';

/** Kept in the encrypted cookie: members without need are left out. */
export interface LoginData {
  readonly accessToken: string;
  /** Whether the access token was verified, so that its claims count. */
  readonly isVerified: boolean;
  readonly idToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** When the access token expires. Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** Place of the client in the configuration. */
  readonly client: number;
}

export function loginData(tokens: Tokens, client: number, isVerified: boolean): LoginData {
  const { accessToken, idToken, refreshToken } = tokens;
  const claimed = claimsOf(isVerified ? accessToken : idToken ?? '');
  const expiresAt = tokens.expiresAt ?? (claimed && expiryOf(claimed));
  return { accessToken, isVerified, idToken, refreshToken, expiresAt, client };
}

/** Only the gateway has made these tokens a session, so their claims are not verified again. */
export function grantOf(method: string, { accessToken, isVerified, idToken, refreshToken }: LoginData): Grant {
  return {
    method, accessToken, idToken, refreshToken,
    accessClaims: isVerified ? claimsOf(accessToken) : undefined,
    idClaims: idToken === undefined ? undefined : claimsOf(idToken),
  };
}
