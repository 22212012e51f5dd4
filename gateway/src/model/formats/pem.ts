/** Certificates and keys in PEM format. */
import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Number of certificates in the text. */
export function certificatesIn(pem: string): number {
  return pem.split('-----BEGIN CERTIFICATE-----').length - 1;
}

export function certificateViolation(pem: string): string | undefined {
  const result = attempt(() => new X509Certificate(pem));
  if (!(result instanceof Error)) return undefined;
  if (hasCutHeader(pem)) return `invalid certificate: x509.new: ${CUT_HEADER}`;
  return `invalid certificate: expected one in PEM format, between BEGIN and END CERTIFICATE (${result.message})`;
}

export function keyViolation(pem: string): string | undefined {
  const key = privateKeyIn(pem);
  if (!(key instanceof Error)) return undefined;
  if (hasCutHeader(pem)) return `invalid key: pkey.new:load_key: ${CUT_HEADER}`;
  return `invalid key: expected a private key in PEM format without a passphrase, between BEGIN and END PRIVATE KEY (${key.message})`;
}

/** How OpenSSL says that a text, which is no PEM, ends within the header of a DER value. */
const CUT_HEADER = 'error:680007B:asn1 encoding routines:ASN1_get_object:header too long:crypto/asn1/asn1_lib.c:105:';

/** Kong reads a text that is no PEM as DER: a tag, then a length of one byte or, when its highest bit is set, of so many more. */
function hasCutHeader(text: string): boolean {
  const [tag, length, ...rest] = Buffer.from(text).subarray(0, 130);
  if (tag === undefined || (tag & 0x1f) === 0x1f) return false;
  return length === undefined || (length > 0x80 && length - 0x80 > rest.length);
}

/** The arguments are valid. */
export function isKeyOfCertificate(keyPem: string, certificatePem: string): boolean {
  const key = privateKeyIn(keyPem);
  return !(key instanceof Error) && publicBytes(key).equals(publicBytes(new X509Certificate(certificatePem).publicKey));
}

/** `rsa`, `ec`, `ed25519` and so on. The certificate is valid. */
export function keyTypeOfCertificate(pem: string): string | undefined {
  return new X509Certificate(pem).publicKey.asymmetricKeyType;
}

/** SHA-256 of the certificate (DER), in hexadecimal digits. The certificate is valid. */
export function digestOfCertificate(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** How OpenSSL says that it finds no key in a text, behind Kong's own words. Clients compare the whole. */
const NO_KEY =
  'pkey.new:load_key: error:1E08010C:DECODER routines:OSSL_DECODER_from_bio:unsupported:crypto/encode_decode/decoder_lib.c:103:';

/** What is wrong with a pair of keys, either of which may be absent. */
export function pemPairViolation(privatePem: string | undefined, publicPem: string | undefined): string | undefined {
  const publicKey = publicPem === undefined ? undefined : publicKeyIn(publicPem);
  if (publicKey instanceof Error) return 'could not load public key';
  const privateKey = privatePem === undefined ? undefined : privateKeyIn(privatePem);
  if (privateKey instanceof Error) return `could not load private key${NO_KEY}`;
  if (!publicKey || !privateKey) return undefined;
  return publicBytes(privateKey).equals(publicBytes(publicKey)) ? undefined : 'public key does not match private key';
}

function privateKeyIn(pem: string): KeyObject | Error {
  return attempt(() => createPrivateKey(pem));
}

/** Node also takes a certificate or a private key, whose public half it returns: neither is a public key. */
function publicKeyIn(pem: string): KeyObject | Error {
  return /-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem) ? attempt(() => createPublicKey(pem)) : new Error('no public key');
}

function attempt<T>(read: () => T): T | Error {
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
