/** Secrets that are stored as hashes: when writes compute them again. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';
import { passwordHash } from './basic-auth/password-hash.ts';
import { secretHash } from './oauth2/secret-hash.ts';

const BOB = '00000000-0000-4000-8000-000000000003';
const PHC = /^\$pbkdf2-sha512\$i=10000,l=32\$([A-Za-z0-9+/]{22})\$[A-Za-z0-9+/]{43}$/;

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
  await node.send('PUT', `/consumers/${BOB}`, { username: 'bob' });
});
afterAll(() => node.close());

const send = async (method: string, path: string, body: object) => {
  const { status, text } = await node.send(method, path, body);
  expect(status, text).toBeLessThan(300);
  return JSON.parse(text) as Record<string, any>;
};

/** Whether a hash is that of a secret. */
function isHashOf(secret: string, hash: string): boolean {
  const salt = PHC.exec(hash)?.[1];
  return salt !== undefined && secretHash(secret, Buffer.from(salt, 'base64')) === hash;
}

it('a password is hashed by the write that gives it, and by no other', async () => {
  const made = await send('POST', '/consumers/bob/basic-auth', { username: 'u', password: 'first' });
  expect(made.password).toBe(passwordHash('first', BOB));
  expect((await send('PATCH', '/basic-auths/u', { tags: ['t'] })).password).toBe(passwordHash('first', BOB));
  const second = { consumer: { id: BOB }, password: 'second' };
  expect((await send('PATCH', '/basic-auths/u', second)).password).toBe(passwordHash('second', BOB));
  expect((await send('PUT', '/basic-auths/u', { consumer: { id: BOB }, password: 'third' })).password).toBe(passwordHash('third', BOB));
});

it('a reference in place of a password is stored as it is', async () => {
  const made = await send('POST', '/consumers/bob/basic-auth', { username: 'v', password: '{vault://env/pin}' });
  expect(made.password).toBe('{vault://env/pin}');
});

it('the secret of an application is hashed when it asks for it', async () => {
  const plain = await send('POST', '/consumers/bob/oauth2', { name: 'app', client_id: 'plain', client_secret: 's' });
  expect(plain.client_secret).toBe('s');
  const hashed = await send('POST', '/consumers/bob/oauth2', { name: 'app', client_id: 'hashed', client_secret: 's', hash_secret: true });
  expect(isHashOf('s', hashed.client_secret)).toBe(true);
  expect((await send('PATCH', '/oauth2/hashed', { name: 'other' })).client_secret).toBe(hashed.client_secret);
  expect(isHashOf('t', (await send('PATCH', '/oauth2/plain', { hash_secret: true, client_secret: 't' })).client_secret)).toBe(true);
});

// As Kong: what a hash is made of is changed as a whole. So no secret is ever stored in plain text beside `hash_secret: true`.
it.each([
  ['/basic-auths/w', { password: 'second' }, "'password', 'consumer.id'"],
  ['/oauth2/renewed', { client_secret: 'new' }, "'hash_secret', 'client_secret'"],
])('PATCH %s with half of what a hash is made of is refused', async (path, change, names) => {
  await node.send('PUT', '/basic-auths/w', { consumer: { id: BOB }, password: 'first' });
  await node.send('PUT', '/oauth2/renewed', { consumer: { id: BOB }, name: 'app', client_secret: 's', hash_secret: true });
  const { status, text } = await node.send('PATCH', path, change);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ fields: { '@entity': [`all or none of these fields must be set: ${names}`] } });
});

it('a generated secret is hashed', async () => {
  expect((await send('POST', '/consumers/bob/oauth2', { name: 'app', hash_secret: true })).client_secret).toMatch(PHC);
});
