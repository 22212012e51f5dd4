import { expect, it } from 'vitest';

import { basicAuthCredential } from './entities.ts';
import { passwordHash } from './password-hash.ts';

// From recordings of Kong 3.9.1.
it.each([
  ['p', 'a72f7739d9977113c2e09c850a83a1a91c5f68e3'],
  ['/a//b', '4afecf944343e43385134a520ac2dba1454e85a1'],
])('hashes the password %s with the id of the consumer, as Kong does', (password, hash) => {
  expect(passwordHash(password, '00000000-0000-4000-8000-000000000003')).toBe(hash);
});

it('hashes what UTF-8 makes of the password', () => {
  // printf 'schlüssel00000000-0000-4000-8000-000000000003' | sha1sum
  expect(passwordHash('schlüssel', '00000000-0000-4000-8000-000000000003')).toBe('6a854091b73c036de594517a17f9568fa1abb47d');
});

it('keeps references as they are', () => {
  const [{ onWrite }] = basicAuthCredential.transformations as readonly [{ onWrite(entity: object): object }];
  expect(onWrite({ password: '{vault://env/pin}', consumer: { id: 'c' } })).toEqual({});
});
