/** Whether a token was signed by the provider. */
import { compactVerify } from 'jose';
import type { CryptoKey, JWTHeaderParameters } from 'jose';

import { COGNITO_ALGORITHMS } from '../provider/cognito.ts';
import type { KeySet } from '../provider/key-set.ts';
import { TokenRefused } from './token-errors.ts';

/** Never `none`, and never a secret that is a public key: algorithms with secrets are apart. */
const ASYMMETRIC: readonly string[] = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519',
];

const SYMMETRIC: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

interface SignatureOptions {
  readonly keys: KeySet;
  readonly isCognito: boolean;
  /** Secrets that the provider may have signed with. @default - signatures with a secret are refused */
  readonly secrets: readonly string[];
}

export type VerifySignature = (token: string, header: JWTHeaderParameters) => Promise<void>;

/** @returns what throws TokenRefused for a token without a valid signature, and ProviderUnavailable when there is no key at all */
export function signatureVerifier({ keys, isCognito, secrets }: SignatureOptions): VerifySignature {
  const algorithms = new Set<string>(isCognito ? COGNITO_ALGORITHMS : ASYMMETRIC);
  const bytes = secrets.map((secret) => new TextEncoder().encode(secret));
  return async (token, header) => {
    const length = SYMMETRIC[header.alg!];
    if (length !== undefined && bytes.length > 0 && !isCognito) {
      // A short secret can be guessed from one token. RFC 7518 §3.2
      return requireOne(token, header, bytes.filter((secret) => secret.length >= length));
    }
    if (!algorithms.has(header.alg!)) throw new TokenRefused('token is signed with an algorithm that is not accepted');
    await keys.ready();
    const generation = keys.generation;
    const found = await keys.find(header);
    if (found.length === 0) throw new TokenRefused('token is signed with a key that the provider does not have');
    if (await isSignedByOne(token, header, found)) return undefined;
    // A provider may give a new key the name of the old one.
    await keys.refresh();
    if (keys.generation === generation) throw new TokenRefused('token has a signature that is not valid');
    return requireOne(token, header, await keys.find(header));
  };
}

type Key = CryptoKey | Uint8Array;

async function requireOne(token: string, header: JWTHeaderParameters, keys: readonly Key[]): Promise<void> {
  if (!await isSignedByOne(token, header, keys)) throw new TokenRefused('token has a signature that is not valid');
}

async function isSignedByOne(token: string, { alg }: JWTHeaderParameters, keys: readonly Key[]): Promise<boolean> {
  for (const key of keys) {
    try {
      await compactVerify(token, key, { algorithms: [alg!] });
      return true;
    } catch {
      // The next key may be the one.
    }
  }
  return false;
}
