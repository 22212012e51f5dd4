/** Whether a text is a key that can verify signatures. */
import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

/** Accepts a public key, or a private key that one can be derived from, in PEM or as a JSON Web Key. */
export function verificationKeyViolation(text: string): string | undefined {
  try {
    // A certificate contains a key, but is none; Kong refuses it.
    if (text.includes('-----BEGIN CERTIFICATE-----')) return 'invalid key';
    createPublicKey(text.trimStart().startsWith('{') ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' } : text);
    return undefined;
  } catch {
    return 'invalid key';
  }
}
