/** JSON Web Keys (RFC 7517) as texts. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

/** What is wrong with the text of a key that must have this id. */
export function jwkViolation(text: string, kid: unknown): string | undefined {
  const jwk = parse(text);
  if (jwk === undefined) return 'could not json decode jwk string';
  if (jwk?.kid !== kid) return 'kid in jwk.kid must be equal to keys.kid';
  return isKey(jwk as JsonWebKey) ? undefined : 'could not load JWK, likely not a valid key';
}

function parse(text: string): Readonly<Record<string, unknown>> | null | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  } catch {
    return undefined;
  }
}

function isKey(jwk: JsonWebKey): boolean {
  try {
    if (jwk.d === undefined) createPublicKey({ key: jwk, format: 'jwk' });
    else createPrivateKey({ key: jwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
