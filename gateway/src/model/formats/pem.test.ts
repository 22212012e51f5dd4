import { createPrivateKey } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createKeyPair, pem } from '../../../test/fixtures/key-pairs.ts';
import type { KeyPair, KeyType } from '../../../test/fixtures/key-pairs.ts';
import {
  certificateViolation, certificatesIn, digestOfCertificate, isKeyOfCertificate, keyTypeOfCertificate, keyViolation, pemPairViolation,
} from './pem.ts';

const TYPES: readonly KeyType[] = ['rsa', 'ec', 'ec384', 'ed25519'];
const pairs = Object.fromEntries(
  await Promise.all(TYPES.map(async (type) => [type, await createKeyPair(type)])),
) as Record<KeyType, KeyPair>;
const crlf = (text: string) => text.replaceAll('\n', '\r\n');

describe.each(TYPES)('a pair of type %s', (type) => {
  const { certificate, key, publicKey } = pairs[type];

  it.each([
    ['as it is', certificate], ['with CRLF', crlf(certificate)], ['with text before it', `subject=/CN=x\n${certificate}`],
    ['with a chain behind it', `${certificate}${pairs.rsa.certificate}`], ['without the last line break', certificate.trimEnd()],
  ])('has a certificate, %s', (_, given) => {
    expect(certificateViolation(given)).toBeUndefined();
    expect(isKeyOfCertificate(key, given)).toBe(true);
    expect(digestOfCertificate(given)).toBe(digestOfCertificate(certificate));
  });

  it.each([['as it is', key], ['with CRLF', crlf(key)], ['with spaces around it', `\n${key}\n\n`]])('has a key, %s', (_, given) => {
    expect(keyViolation(given)).toBeUndefined();
    expect(isKeyOfCertificate(given, certificate)).toBe(true);
    expect(pemPairViolation(given, publicKey)).toBeUndefined();
  });

  it('has halves that belong to no other pair', () => {
    for (const other of TYPES.filter((name) => name !== type)) {
      expect(isKeyOfCertificate(pairs[other].key, certificate)).toBe(false);
      expect(pemPairViolation(key, pairs[other].publicKey)).toBe('public key does not match private key');
    }
  });
});

describe('a key in another notation', () => {
  const rsa = createPrivateKey(pairs.rsa.key);
  const ec = createPrivateKey(pairs.ec.key);
  it.each([
    ['PKCS #1', rsa.export({ type: 'pkcs1', format: 'pem' }), pairs.rsa],
    ['SEC 1', ec.export({ type: 'sec1', format: 'pem' }), pairs.ec],
    ['SEC 1 behind its parameters',
      `${pem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'))}${String(ec.export({ type: 'sec1', format: 'pem' }))}`, pairs.ec],
  ] as const)('is read: %s', (_, given, { certificate, publicKey }) => {
    expect(keyViolation(String(given))).toBeUndefined();
    expect(isKeyOfCertificate(String(given), certificate)).toBe(true);
    expect(pemPairViolation(String(given), publicKey)).toBeUndefined();
  });
});

describe('what is no key or certificate', () => {
  const { certificate, key, publicKey } = pairs.rsa;
  const broken = (text: string) => text.replace(/\n[^\n]*\n/, '\n');
  const locked = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });

  it.each([['text', 'x'], ['a key', key], ['a certificate that is cut', broken(certificate)], ['nothing between its lines',
    '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n']])('is refused as a certificate: %s', (_, given) => {
    expect(certificateViolation(given)).toMatch(/^invalid certificate: /);
  });

  it.each([['text', 'x'], ['a certificate', certificate], ['a public key', publicKey], ['a key that is cut', broken(key)],
    ['a key with a passphrase', String(locked)]])('is refused as a key: %s', (_, given) => {
    expect(keyViolation(given)).toMatch(/^invalid key: /);
    expect(pemPairViolation(given, undefined)).toMatch(/^could not load private key/);
  });

  it.each([['text', 'x'], ['a private key', key], ['a certificate', certificate]])('is refused as a public key: %s', (_, given) => {
    expect(pemPairViolation(undefined, given)).toBe('could not load public key');
  });
});

it('counts certificates', () => {
  const { certificate } = pairs.ec;
  expect([certificatesIn(''), certificatesIn(certificate), certificatesIn(certificate + certificate)]).toEqual([0, 1, 2]);
});

it('names the type of a key without its size', () => {
  expect(TYPES.map((type) => keyTypeOfCertificate(pairs[type].certificate))).toEqual(['rsa', 'ec', 'ec', 'ed25519']);
});
