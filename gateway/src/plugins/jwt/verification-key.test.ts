import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';

import { verificationKeyViolation } from './verification-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const spki = { type: 'spki', format: 'pem' } as const;

it.each([
  ['an RSA key', rsa.publicKey.export(spki)],
  ['an RSA key in PKCS #1', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
  ['a private RSA key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['a key of a curve', ec.publicKey.export(spki)],
  ['an Ed25519 key', ed.publicKey.export(spki)],
  ['a JSON Web Key', JSON.stringify(ed.publicKey.export({ format: 'jwk' }))],
])('accepts %s', (_, key) => {
  expect(verificationKeyViolation(key as string)).toBeUndefined();
});

it.each([
  ['a word', 'nope'],
  ['nothing', ''],
  ['an empty block', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'],
  ['half a key', (ec.publicKey.export(spki) as string).slice(0, 60)],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
  ['an encrypted private key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })],
  ['another object', '{"kty":"none"}'],
  ['broken JSON', '{'],
])('refuses %s', (_, key) => {
  expect(verificationKeyViolation(key as string)).toBe('invalid key');
});
