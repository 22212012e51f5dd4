import { X509Certificate } from 'node:crypto';
import { Token } from 'aws-cdk-lib';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The certificates of authorities as a setting that fits into one line: base64 of PEM.
 *
 * @throws Error that names the property
 */
export function authoritySetting(property: string, pem: string, now = new Date()): string {
  if (Token.isUnresolved(pem)) throw new Error(`${property}: is known only after deployment, expected the text of a certificate`);
  if (pem.includes('PRIVATE KEY')) {
    throw new Error(`${property}: holds a private key, and what is synthesized must hold no secret, expected certificates only`);
  }
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new Error(`${property}: holds no certificate, expected PEM: -----BEGIN CERTIFICATE----- and what follows`);
  }
  certificates.forEach((text, at) => requireAuthority(`${property}: certificate ${at + 1}`, text, now));
  return Buffer.from(`${certificates.join('\n')}\n`).toString('base64');
}

function requireAuthority(what: string, pem: string, now: Date): void {
  const certificate = parsed(what, pem);
  const subject = certificate.subject?.replace(/\n/g, ', ');
  if (!certificate.ca) {
    throw new Error(`${what} (${subject}) is that of no authority: it may sign nothing, expected the one that signed those of the planes`);
  }
  if (new Date(certificate.validTo) < now) {
    throw new Error(`${what} (${subject}) ended on ${certificate.validTo}, expected one that is good: no plane would be let in`);
  }
}

function parsed(what: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`${what} cannot be read, expected X.509 in PEM: is the text cut off?`);
  }
}
