/** A signed token as text: what is refused before any key is looked for. */
import type { JWTHeaderParameters } from 'jose';

import { decodeExactBase64Url } from '../../../base/base64.ts';
import type { Claims } from './claims.ts';
import { TokenRefused } from './token-errors.ts';

/** More than the headers of a request can carry. Characters. */
export const MAX_TOKEN_LENGTH = 65_536;

/** Types of tokens that are no access token and no id token, e.g. logout tokens, are signed with the same keys. RFC 8725 §3.11 */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

export interface JwtParts {
  readonly header: JWTHeaderParameters;
  readonly claims: Claims;
}

/** Whether the text has the form of a signed token: three parts. */
export function isJwt(token: string): boolean {
  return token.split('.').length === 3;
}

/** @throws TokenRefused */
export function jwtParts(token: string): JwtParts {
  if (token.length > MAX_TOKEN_LENGTH) throw new TokenRefused(`token is longer than ${MAX_TOKEN_LENGTH} characters`);
  const parts = token.split('.');
  // Each text has one spelling, so that a token has one form.
  if (parts.length !== 3 || !parts.every((part) => part !== '' && decodeExactBase64Url(part) !== undefined)) {
    throw new TokenRefused('token is no signed JSON Web Token');
  }
  const header = jsonObject(parts[0]!, 'header') as JWTHeaderParameters;
  if (typeof header.alg !== 'string') throw new TokenRefused('token names no algorithm');
  if (header.kid !== undefined && typeof header.kid !== 'string') throw new TokenRefused('token has a kid that is no text');
  if (header.crit !== undefined) throw new TokenRefused('token has critical extensions');
  if (header.zip !== undefined || header.enc !== undefined) throw new TokenRefused('token is compressed or encrypted');
  const { typ } = header;
  if (!TYPES.has(typeof typ === 'string' ? typ.toLowerCase() : typ)) throw new TokenRefused('token is of another type');
  return { header, claims: jsonObject(parts[1]!, 'payload') };
}

/** The claims of a token that is trusted already, because of where it comes from. */
export function claimsOf(token: string): Claims | undefined {
  try {
    return jwtParts(token).claims;
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jsonObject(part: string, name: string): Claims {
  try {
    const value: unknown = JSON.parse(decoder.decode(Buffer.from(part, 'base64url')));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  } catch {
    // Told below.
  }
  throw new TokenRefused(`token has a ${name} that is no JSON object`);
}
