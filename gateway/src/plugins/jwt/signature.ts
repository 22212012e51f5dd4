/** Verification of signatures, with keys that were prepared once for each credential. */
import { constants, createHmac, createPublicKey, createSecretKey, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject, VerifyKeyObjectInput } from 'node:crypto';

import { decodeBase64Url } from '../../base/base64.ts';
import { isSameSecret } from '../../base/same-secret.ts';
import type { Row } from '../../model/config-table.ts';
import type { Algorithm, Token } from './token.ts';

/** A key that fits one algorithm only, so that no token can choose another way to use it. */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  verifies(token: Pick<Token, 'signed' | 'signature'>): boolean;
}

/** What a row has for a key. `undefined`: nothing that its algorithm can use. */
export type PreparedKey = VerificationKey | undefined;

type Scheme =
  | { readonly kind: 'secret'; readonly hash: string }
  | { readonly kind: 'public'; readonly hash: string | null; readonly keyType: string; readonly curve?: string; readonly options?: object };

const rsa = (hash: string): Scheme => ({ kind: 'public', hash, keyType: 'rsa', options: { padding: constants.RSA_PKCS1_PADDING } });
const pss = (hash: string): Scheme => ({
  kind: 'public', hash, keyType: 'rsa',
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});
const ecdsa = (hash: string, curve: string): Scheme => ({
  kind: 'public', hash, keyType: 'ec', curve, options: { dsaEncoding: 'ieee-p1363' },
});

/** RFC 7518 §3, RFC 8037 §3.1. */
const SCHEMES: Readonly<Record<Algorithm, Scheme>> = {
  HS256: { kind: 'secret', hash: 'sha256' },
  HS384: { kind: 'secret', hash: 'sha384' },
  HS512: { kind: 'secret', hash: 'sha512' },
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: ecdsa('sha256', 'prime256v1'),
  ES384: ecdsa('sha384', 'secp384r1'),
  ES512: ecdsa('sha512', 'secp521r1'),
  EdDSA: { kind: 'public', hash: null, keyType: 'ed25519' },
};

/** Keys of credentials. A row never changes: its key lives as long as the row. */
const plainKeys = new WeakMap<Row, { readonly key: PreparedKey }>();
const base64Keys = new WeakMap<Row, { readonly key: PreparedKey }>();

/** @param isBase64 whether the secret, or the public key, is in base64 */
export function keyOf(row: Row, isBase64: boolean): PreparedKey {
  const keys = isBase64 ? base64Keys : plainKeys;
  const known = keys.get(row);
  if (known !== undefined) return known.key;
  const key = prepareKey(row, isBase64);
  keys.set(row, { key });
  return key;
}

function prepareKey({ algorithm, secret, rsa_public_key: publicKey }: Row, isBase64: boolean): PreparedKey {
  const name = (algorithm ?? 'HS256') as Algorithm;
  const scheme = SCHEMES[name];
  const text = scheme.kind === 'secret' ? secret : publicKey;
  const bytes = typeof text !== 'string' ? undefined : isBase64 ? decodeBase64Url(text) : Buffer.from(text);
  if (bytes === undefined) return undefined;
  if (scheme.kind === 'public') return publicKeyFor(name, scheme, bytes.toString());
  const key = createSecretKey(bytes);
  return {
    algorithm: name,
    verifies: ({ signed, signature }) => isSameSecret(signature, createHmac(scheme.hash, key).update(signed).digest()),
  };
}

function publicKeyFor(algorithm: Algorithm, scheme: Scheme & { kind: 'public' }, text: string): PreparedKey {
  const key = readPublicKey(text);
  const { keyType, curve, hash, options } = scheme;
  // A key of another kind could otherwise be used by rules that its owner did not choose.
  if (key === undefined || key.asymmetricKeyType !== keyType || key.asymmetricKeyDetails?.namedCurve !== curve) return undefined;
  const input: VerifyKeyObjectInput = { key, ...options };
  return { algorithm, verifies: ({ signed, signature }) => verify(hash, Buffer.from(signed), input, signature) };
}

function readPublicKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey(text.trimStart().startsWith('{') ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' } : text);
  } catch {
    return undefined;
  }
}
