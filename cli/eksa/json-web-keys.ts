/** The public key of a cluster's service accounts as a JSON Web Key Set (RFC 7517), as AWS reads it. */
import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

interface JsonWebKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/**
 * @param pem public key or certificate; where there are several, each is in the set
 * @returns every key twice: under the name that Kubernetes gives it in tokens, and under none
 * @throws CommandFailure when there is no public RSA key in the text
 */
export function jsonWebKeySet(pem: string, source: string): { keys: JsonWebKey[] } {
  if (pem.includes('PRIVATE KEY')) {
    throw new CommandFailure(
      `${source} contains a private key, which must stay secret; expected the public one (tls.crt)`,
      'configuration',
    );
  }
  const blocks = pem.match(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  if (blocks.length === 0) {
    throw new CommandFailure(`${source} holds no key; expected PEM (-----BEGIN PUBLIC KEY----- or CERTIFICATE)`, 'configuration');
  }
  return { keys: blocks.flatMap((block) => keysOf(readKey(block, source))) };
}

function readKey(block: string, source: string): KeyObject {
  try {
    const key = createPublicKey(block);
    if (key.asymmetricKeyType === 'rsa') return key;
    throw new Error(`it is of type ${key.asymmetricKeyType}, and AWS checks these tokens with RSA only`);
  } catch (error) {
    throw new CommandFailure(`${source} holds a key that cannot be used: ${messageOf(error)}`, 'configuration', { cause: error });
  }
}

function keysOf(key: KeyObject): JsonWebKey[] {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  // As Kubernetes' token signer derives it: the hash of the key in DER.
  const kid = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64url');
  return [kid, ''].map((name) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: name, n, e }));
}
