/** Claims that every token has to have, whatever the configuration requires beyond them: its issuer and its times. */
import type { Claims } from './claims.ts';
import { TokenRefused } from './token-errors.ts';

/** The end of the year 9999: what is later is no time, but a mistake. Seconds since 1970. */
const LAST_TIME = 253_402_300_799;

export interface StandardChecks {
  readonly issuers: readonly string[];
  /** Seconds that clocks may differ. */
  readonly leeway: number;
}

/**
 * @param now milliseconds since 1970
 * @throws TokenRefused
 */
export function requireStandardClaims(claims: Claims, { issuers, leeway }: StandardChecks, now: number): void {
  if (typeof claims.iss !== 'string' || !issuers.includes(claims.iss)) throw new TokenRefused('token is of another issuer');
  const seconds = now / 1000;
  const expires = timeOf(claims, 'exp');
  if (expires === undefined) throw new TokenRefused('token does not say when it expires');
  if (seconds >= expires + leeway) throw new TokenRefused('token has expired');
  const begins = timeOf(claims, 'nbf');
  if (begins !== undefined && seconds < begins - leeway) throw new TokenRefused('token is not valid yet');
  const issued = timeOf(claims, 'iat');
  if (issued !== undefined && seconds < issued - leeway) throw new TokenRefused('token was issued in the future');
}

/** Milliseconds since 1970 until which a token can be used, without any leeway. */
export function expiryOf(claims: Claims): number | undefined {
  return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
}

function timeOf(claims: Claims, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= LAST_TIME) return value;
  throw new TokenRefused(`token has a claim ${name} that is no time`);
}
