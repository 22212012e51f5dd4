/** TLS listeners that were given no certificate start with a self-signed one, made once and kept in the working directory. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GatewayError, messageOf } from '../base/errors.ts';
import { expiryOf, readKeyPair } from '../settings/key-material.ts';
import type { KeyPair, Settings } from '../settings/settings.ts';

/** The certificate is replaced when it is valid for less than this. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * The same settings, with a certificate for every listener that speaks TLS in this role.
 *
 * @throws GatewayError `certificate-not-kept` when the working directory does not take it
 */
export async function withDefaultCertificates(settings: Settings): Promise<Settings> {
  const served = {
    proxy: settings.role !== 'control_plane' && [...settings.listen.proxy, ...settings.listen.stream].some((listener) => listener.ssl),
    admin: settings.role !== 'data_plane' && settings.listen.admin.some((listener) => listener.ssl),
    status: settings.listen.status.some((listener) => listener.ssl),
  };
  const { proxy, admin, status } = settings.certificates;
  const selfSigned = (served.proxy && !proxy) || (served.admin && !admin) || (served.status && !status)
    ? await keptCertificate(join(settings.prefix, 'ssl'))
    : undefined;
  return Object.freeze({
    ...settings,
    certificates: Object.freeze({
      proxy: proxy ?? (served.proxy ? selfSigned : undefined),
      admin: admin ?? (served.admin ? selfSigned : undefined),
      status: status ?? (served.status ? selfSigned : undefined),
    }),
  });
}

/** Pairs of two types, as by Kong: old clients verify RSA only. */
const KEY_TYPES = { ec: 'self-signed', rsa: 'self-signed-rsa' } as const;

type KeyType = keyof typeof KEY_TYPES;

async function keptCertificate(folder: string): Promise<KeyPair> {
  const { certificate, key } = await keptPair(folder, 'ec');
  return { certificate, key, alternative: await keptPair(folder, 'rsa') };
}

async function keptPair(folder: string, keyType: KeyType): Promise<Pick<KeyPair, 'certificate' | 'key'>> {
  const [certificate, key] = ['crt', 'key'].map((ending) => join(folder, `${KEY_TYPES[keyType]}.${ending}`)) as [string, string];
  const given = [{ name: 'the self-signed certificate', text: certificate }, { name: 'its key', text: key }] as const;
  if (existsSync(certificate) && existsSync(key)) {
    try {
      const pair = readKeyPair(...given);
      if (expiryOf(pair.certificate) - Date.now() > RENEW_BEFORE_MS) return pair;
    } catch {
      // Unreadable or not a pair, e.g. after a full disk: it is ours, so it is simply made again.
    }
  }
  await make(keyType, folder, certificate, key);
  return readKeyPair(...given);
}

async function make(keyType: KeyType, folder: string, certificate: string, key: string): Promise<void> {
  // Loaded on demand: most nodes are given certificates, and the library costs start-up time.
  const { createSelfSignedCertificate } = await import('../base/self-signed-certificate.ts');
  const names = [hostname(), 'localhost', '127.0.0.1', '::1'];
  const pair = await createSelfSignedCertificate({ commonName: hostname(), names, keyType });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [path, pem] of [[key, pair.key], [certificate, pair.certificate]] as const) {
      writeFileSync(`${path}.new`, pem, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    }
  } catch (error) {
    throw new GatewayError('certificate-not-kept', `the self-signed certificate cannot be kept in ${folder}: ${messageOf(error)}`, 'io',
      { cause: error });
  }
}
