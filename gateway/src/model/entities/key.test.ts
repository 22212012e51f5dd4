/** What the recordings do not show of keys, key sets and filter chains: pairs, references, keys of one set. */
import { createPublicKey } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { createKeyPair } from '../../../test/fixtures/key-pairs.ts';

const [rsa, ec, ed25519] = await Promise.all([createKeyPair('rsa'), createKeyPair('ec'), createKeyPair('ed25519')]);
const jwk = (kid: string) => JSON.stringify({ ...createPublicKey(rsa.publicKey).export({ format: 'jwk' }), kid });

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

async function send(method: string, path: string, body: object) {
  const { status, text } = await node.send(method, path, body);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

const judged = async (body: object) => (await send('POST', '/schemas/keys/validate', { kid: 'k', ...body })).body;
const VALID = { message: 'schema validation successful' };
const REFERENCE = '{vault://env/secret}';

describe('a key', () => {
  it.each([['rsa', rsa], ['ec', ec], ['ed25519', ed25519]])('may be a pair of type %s, or half of one', async (_, pair) => {
    const [privateKey, publicKey] = [{ private_key: pair.key }, { public_key: pair.publicKey }];
    for (const pem of [{ ...privateKey, ...publicKey }, privateKey, publicKey]) expect(await judged({ pem })).toEqual(VALID);
  });

  it.each([
    ['a private key in the place of the public one', { public_key: rsa.key }, 'could not load public key'],
    ['a certificate in the place of the public key', { public_key: rsa.certificate }, 'could not load public key'],
    ['a public key in the place of the private one', { private_key: rsa.publicKey }, expect.stringMatching(/^could not load private key/)],
    ['halves of two pairs', { private_key: rsa.key, public_key: ec.publicKey }, 'public key does not match private key'],
  ])('is refused with %s', async (_, pem, text) => {
    expect(await judged({ pem })).toMatchObject({ code: 2, fields: { pem: text } });
  });

  it.each([
    ['a private key', { pem: { private_key: REFERENCE } }], ['a pair', { pem: { private_key: REFERENCE, public_key: rsa.publicKey } }],
    ['a JWK', { jwk: REFERENCE }],
  ])('may be a reference to %s', async (_, body) => expect(await judged(body)).toEqual(VALID));

  it.each([
    ['both notations', { jwk: jwk('k'), pem: { public_key: rsa.publicKey } }, "only one or none of these fields must be set: 'jwk', 'pem'"],
    ['neither', {}, "at least one of these fields must be non-empty: 'jwk', 'pem'"],
    ['the id of another', { jwk: jwk('other') }, 'kid in jwk.kid must be equal to keys.kid'],
  ])('is refused with %s', async (_, body, text) => {
    expect(await judged(body)).toMatchObject({ code: 2, fields: { '@entity': [text] } });
  });

  it('has an id that is unique in its set', async () => {
    for (const name of ['one', 'two']) await send('POST', '/key-sets', { name });
    const write = (set: string | null, kid: string) => (
      send('POST', '/keys', { kid, jwk: jwk(kid), set: set === null ? null : { name: set } }));
    for (const set of ['one', 'two', null]) {
      expect((await write(set, 'a')).status, String(set)).toBe(201);
      expect(await write(set, 'a'), String(set)).toMatchObject({ status: 409, body: { name: 'unique constraint violation' } });
      expect((await write(set, 'b')).status, String(set)).toBe(201);
    }
    await node.send('DELETE', '/key-sets/one');
    expect(((await send('GET', '/keys', {})).body.data as unknown[]).length).toBe(4);
  });
});

it('refuses every filter chain: there are no filters', async () => {
  const { body } = await send('POST', '/schemas/filter_chains/validate', {
    service: { id: '00000000-0000-4000-8000-000000000001' }, filters: [{ name: 'f', config: 'c' }],
  });
  expect(body).toMatchObject({ code: 2, fields: { filters: [{ name: 'no such filter' }] } });
});
