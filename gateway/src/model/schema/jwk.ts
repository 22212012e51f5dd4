/** JSON Web Keys (RFC 7517) as texts. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

import { array, record, string } from './field.ts';
import { isPlainObject } from './plain-object.ts';
import { violationOf } from './violation-of.ts';
import type { Violations } from './violations.ts';

const TEXTS = [
  'issuer', 'kty', 'use', 'alg', 'x5u', 'x5t', 'x5t#S256', 'k', 'x', 'y', 'crv', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'r', 't',
];

/** Members that a key may have. */
const MEMBERS = record({
  ...Object.fromEntries(TEXTS.map((name) => [name, string()])),
  kid: string({ required: true }),
  key_ops: array(string()),
  x5c: array(string()),
});

/** What is wrong with the text of a key that must have this id. */
export function jwkViolation(text: string, kid: unknown): string | undefined {
  const jwk = parsed(text);
  if (jwk === undefined) return 'could not json decode jwk string';
  if (!isPlainObject(jwk) || jwk.kid !== kid) return 'kid in jwk.kid must be equal to keys.kid';
  if (!isKey(jwk)) return 'could not load JWK, likely not a valid key';
  const violations = Object.entries((violationOf(MEMBERS, jwk) ?? {}) as Violations);
  if (violations.length === 0) return undefined;
  const texts = violations.map(([name, violation]) => `${name}: ${typeof violation === 'string' ? violation : 'expected a string'}`);
  return `schema violation (${texts.sort().join('; ')})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Members that are numbers or bytes. */
const BYTES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'x', 'y'];

function isKey(jwk: JsonWebKey): boolean {
  if (BYTES.some((name) => jwk[name] !== undefined && !isBase64Url(jwk[name]))) return false;
  const { kty, n, e, crv, x, y, d, p } = jwk;
  // An RSA key may have its private exponent without the factors, which Node does not read: then the public half counts.
  const isWhole = d !== undefined && (kty !== 'RSA' || p !== undefined);
  return succeeds(() => createPublicKey({ key: { kty, n, e, crv, x, y }, format: 'jwk' }))
    && (!isWhole || succeeds(() => createPrivateKey({ key: jwk, format: 'jwk' })));
}

function isBase64Url(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9_-]+=*$/.test(value);
}

function succeeds(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
