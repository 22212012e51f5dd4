/** Certificates and keys, given as a path, as PEM, or as base64 of PEM. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import type { RevokedCertificates } from '../base/revoked-certificates.ts';
import { Secret } from '../base/secret.ts';
import { SettingProblem } from './setting-problem.ts';
import type { Given } from './setting.ts';

/** A certificate chain and its key, as PEM. They belong together. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: Secret;
  /** A second pair with a key of another type, for clients that cannot verify the first. @default - none */
  readonly alternative?: Pick<KeyPair, 'certificate' | 'key'>;
  /** The settings that name both files, when both were given as files: read again when the files change. */
  readonly files?: { readonly certificate: Given; readonly key: Given };
}

/**
 * Reads a certificate and its key, and checks that they belong together.
 *
 * @throws SettingProblem
 */
export function readKeyPair(certificate: Given, key: Given): KeyPair {
  const certificatePem = readPem(certificate, /-----BEGIN (TRUSTED )?CERTIFICATE-----/, 'certificate');
  const keyPem = readPem(key, /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----/, 'private key');
  const parsedCertificate = attempt(certificate, 'certificate', () => new X509Certificate(certificatePem));
  const parsedKey = attempt(key, 'private key', () => createPrivateKey(keyPem));
  if (!parsedCertificate.checkPrivateKey(parsedKey)) {
    throw new SettingProblem(`${key.name} is not the key of the certificate in ${certificate.name}`
      + ` (${describe(parsedCertificate)}): set both to one pair`);
  }
  return {
    certificate: certificatePem,
    key: new Secret(keyPem),
    ...isPath(certificate.text) && isPath(key.text) && { files: { certificate, key } },
  };
}

/** @throws SettingProblem */
export function readCertificates(given: Given): string {
  const pem = readPem(given, /-----BEGIN (TRUSTED )?CERTIFICATE-----/, 'certificate');
  attempt(given, 'certificate', () => new X509Certificate(pem));
  return pem;
}

/**
 * Reads a revocation list. Blank lines, and what follows a `#`, are ignored.
 *
 * @throws SettingProblem that names the line
 */
export function readRevoked({ name, text }: Given): RevokedCertificates {
  const entries = readFile({ name, text }, 'revocation list').split('\n')
    .map((line, index) => ({ number: index + 1, entry: line.replace(/#.*/, '').trim() }))
    .filter(({ entry }) => entry !== '')
    .map(({ number, entry }) => {
      const [, kind, value = ''] = /^(cn|serial):\s*(\S+)$/.exec(entry) ?? [];
      const serial = value.replaceAll(':', '').toUpperCase().replace(/^0+/, '');
      if (kind === 'cn') return { commonName: value.toLowerCase() };
      if (kind === 'serial' && /^[0-9A-F]+$/.test(serial)) return { serialNumber: serial };
      throw new SettingProblem(
        `${name}: line ${number} of ${text} is '${entry}'; expected cn:<common name> or serial:<hexadecimal number>`,
      );
    });
  return {
    commonNames: entries.flatMap(({ commonName }) => commonName ?? []),
    serialNumbers: entries.flatMap(({ serialNumber }) => serialNumber ?? []),
  };
}

/** Milliseconds since 1970 at which a PEM certificate expires. */
export function expiryOf(pem: string): number {
  return Date.parse(new X509Certificate(pem).validTo);
}

function readPem(given: Given, wanted: RegExp, what: string): string {
  const pem = isPath(given.text) ? readFile(given, what) : decoded(given.text);
  if (wanted.test(pem)) return pem;
  const where = isPath(given.text) ? `${given.text} holds` : 'its value holds';
  throw new SettingProblem(`${given.name}: ${where} no ${what} in PEM form (no line matching ${wanted.source.replace(/[()?\\]/g, '')})`);
}

function readFile(given: Given, what: string): string {
  try {
    return readFileSync(given.text, 'utf8');
  } catch (error) {
    throw new SettingProblem(`${given.name}: cannot read the ${what} ${given.text}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'not permitted for the user that runs the gateway',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
  };
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
}

/** Anything that is neither PEM nor base64 of PEM is taken for a path, so that a missing file is reported as one. */
export function isPath(text: string): boolean {
  return !text.includes('-----BEGIN ') && !decoded(text).includes('-----BEGIN ');
}

function decoded(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString('utf8');
}

function attempt<T>(given: Given, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    // OpenSSL's own message ("error:0480006C…") explains nothing, and may quote what it read.
    throw new SettingProblem(`${given.name}: the ${what} cannot be parsed; is the file cut off or encrypted?`);
  }
}

function describe(certificate: X509Certificate): string {
  return `${certificate.subject.replace(/\n/g, ', ')}, until ${certificate.validTo}`;
}
