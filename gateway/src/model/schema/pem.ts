/** Certificates and keys in PEM format. */
import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Number of certificates in the text. */
export function certificatesIn(pem: string): number {
  return pem.split('-----BEGIN CERTIFICATE-----').length - 1;
}

export function certificateViolation(pem: string): string | undefined {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch (error) {
    return `invalid certificate: expected one in PEM format, between BEGIN and END CERTIFICATE (${reasonOf(error)})`;
  }
}

export function keyViolation(pem: string): string | undefined {
  const key = readKey(pem);
  if (!(key instanceof Error)) return undefined;
  return `invalid key: expected a private key in PEM format without a passphrase, between BEGIN and END PRIVATE KEY (${reasonOf(key)})`;
}

/** The arguments are valid. */
export function isKeyOfCertificate(keyPem: string, certificatePem: string): boolean {
  const key = readKey(keyPem);
  if (key instanceof Error) return false;
  return publicBytes(key).equals(publicBytes(new X509Certificate(certificatePem).publicKey));
}

/** `rsa`, `ec`, `ed25519` and so on. The certificate is valid. */
export function keyTypeOfCertificate(pem: string): string | undefined {
  return new X509Certificate(pem).publicKey.asymmetricKeyType;
}

/** SHA-256 of the certificate (DER), in hexadecimal digits. The certificate is valid. */
export function digestOfCertificate(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** What is wrong with a pair of which either may be absent. */
export function pemPairViolation(privatePem: string | null, publicPem: string | null): string | undefined {
  const publicKey = publicPem === null ? undefined : readPublicKey(publicPem);
  if (publicKey instanceof Error) return 'could not load public key';
  const privateKey = privatePem === null ? undefined : readPrivateKey(privatePem);
  if (privateKey instanceof Error) return 'could not load private key';
  if (!publicKey || !privateKey) return undefined;
  return publicBytes(privateKey).equals(publicBytes(publicKey)) ? undefined : 'public key does not match private key';
}

function readKey(pem: string): KeyObject | Error {
  const key = readPrivateKey(pem);
  return key instanceof Error && pem.includes('-----BEGIN PUBLIC KEY-----') ? readPublicKey(pem) : key;
}

function readPrivateKey(pem: string): KeyObject | Error {
  return attempt(() => createPrivateKey(pem));
}

function readPublicKey(pem: string): KeyObject | Error {
  return attempt(() => createPublicKey(pem));
}

function attempt(read: () => KeyObject): KeyObject | Error {
  try {
    return read();
  } catch (error) {
    return error as Error;
  }
}

function publicBytes(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function reasonOf(error: unknown): string {
  return (error as Error).message;
}
