import { expect, it } from 'vitest';

import { oauth2Credential } from './entities.ts';
import { secretHash } from './secret-hash.ts';

const PHC = /^\$pbkdf2-sha512\$i=10000,l=32\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

it('derives the hash with 10,000 rounds of PBKDF2-HMAC-SHA512', () => {
  // openssl kdf -keylen 32 -kdfopt digest:SHA512 -kdfopt pass:secret -kdfopt salt:0123456789abcdef -kdfopt iter:10000 PBKDF2
  expect(secretHash('secret', Buffer.from('0123456789abcdef')))
    .toBe('$pbkdf2-sha512$i=10000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$vmRQw0BpocKqrhRKR3m3G/IeOsJdowFFKr1BqQJRowY');
});

it('has a salt of its own each time', () => {
  const hashes = [secretHash('secret'), secretHash('secret')];
  for (const hash of hashes) expect(hash).toMatch(PHC);
  expect(hashes[0]).not.toBe(hashes[1]);
});

const [{ onWrite }] = oauth2Credential.transformations as readonly [{ onWrite(entity: object): { readonly client_secret?: string } }];

it.each([
  ['a secret that is not to be hashed', { hash_secret: false, client_secret: 's' }],
  ['a reference', { hash_secret: true, client_secret: '{vault://env/application}' }],
])('keeps %s', (_, entity) => {
  expect(onWrite(entity)).toEqual({});
});

it('replaces a secret that is to be hashed', () => {
  expect(onWrite({ hash_secret: true, client_secret: 's' }).client_secret).toMatch(PHC);
});
