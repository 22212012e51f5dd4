/** Makes self-signed certificates: the shared one of a tunnel, and the one a TLS listener starts with when it was given none. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface SelfSignedCertificateOptions {
  readonly commonName: string;
  /** DNS names and IP addresses that the certificate is valid for. @default - the common name */
  readonly names?: readonly string[];
  /** @default 1095 */
  readonly days?: number;
  /** @default - now */
  readonly notBefore?: Date;
  /** EC P-384, or RSA with 2048 bits. @default 'ec' */
  readonly keyType?: 'ec' | 'rsa';
}

export interface SelfSignedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

const ALGORITHMS = {
  ec: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
} as const;
const DAY_MS = 86_400_000;

/**
 * A key with a certificate for TLS servers and clients, signed by itself.
 * Both uses are named because with a shared certificate each end of a tunnel shows it to the other.
 */
export async function createSelfSignedCertificate(options: SelfSignedCertificateOptions): Promise<SelfSignedCertificate> {
  const { commonName, names = [commonName], days = 1095, notBefore = new Date(), keyType = 'ec' } = options;
  const algorithm = ALGORITHMS[keyType];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
    // Clocks of machines differ; a certificate that begins now is "not yet valid" on the next one.
    notBefore: new Date(notBefore.getTime() - 5 * 60_000),
    notAfter: new Date(notBefore.getTime() + days * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((name) => ({ type: isAddress(name) ? 'ip' : 'dns', value: name }))),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: `${certificate.toString('pem')}\n`, key: pem('PRIVATE KEY', Buffer.from(key)) };
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
