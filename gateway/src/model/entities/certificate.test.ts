/** What the recordings do not show of certificates, their server names and authorities: types of keys, chains, references. */
import { X509Certificate } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { createKeyPair } from '../../../test/fixtures/key-pairs.ts';

const [rsa, otherRsa, ec, ec384, ed25519] = await Promise.all([
  createKeyPair('rsa'), createKeyPair('rsa'), createKeyPair('ec'), createKeyPair('ec384'), createKeyPair('ed25519'),
]);
const [authority, expired, early, leaf] = await Promise.all([
  createKeyPair('ec', { isAuthority: true }), createKeyPair('ec', { isAuthority: true, days: [-2, -1] }),
  createKeyPair('ec', { isAuthority: true, days: [1, 2] }), createKeyPair('ec', { isAuthority: false }),
]);

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

const VALID = { message: 'schema validation successful' };
const REFERENCE = '{vault://env/secret}';

async function judged(entity: string, body: object): Promise<Record<string, unknown>> {
  return JSON.parse((await node.send('POST', `/schemas/${entity}/validate`, body)).text) as Record<string, unknown>;
}

const violation = (text: string) => ({ fields: { '@entity': [text] } });
const SAME_TYPE = expect.stringMatching(/^certificate and alternative certificate need to have different type/) as string;

describe('a certificate', () => {
  const TYPES = [['rsa', rsa], ['ec', ec], ['ec384', ec384], ['ed25519', ed25519]] as const;

  it.each(TYPES)('may have a key of type %s', async (_, { certificate, key }) => {
    expect(await judged('certificates', { cert: certificate, key })).toEqual(VALID);
  });

  it('may bring its chain, and is the first of it', async () => {
    const chain = ec.certificate + authority.certificate;
    expect(await judged('certificates', { cert: chain, key: ec.key })).toEqual(VALID);
    expect(await judged('certificates', { cert: chain, key: authority.key })).toMatchObject(violation('certificate does not match key'));
  });

  it.each([
    ['another pair of its type', rsa, otherRsa, violation(SAME_TYPE)],
    ['another curve', ec, ec384, violation(SAME_TYPE)],
    ['a pair of another type', rsa, ec, VALID],
    ['a pair of a third type', rsa, ed25519, VALID],
    ['a pair that does not match', rsa, { certificate: ec.certificate, key: ec384.key }, violation('certificate does not match key')],
  ])('may be beside %s', async (_, { certificate, key }, other, answer) => {
    const body = { cert: certificate, key, cert_alt: other.certificate, key_alt: other.key };
    expect(await judged('certificates', body)).toMatchObject(answer);
  });

  it.each([
    ['certificate', { cert: REFERENCE, key: rsa.key }], ['key', { cert: rsa.certificate, key: REFERENCE }],
    ['second certificate', { cert: rsa.certificate, key: rsa.key, cert_alt: REFERENCE, key_alt: ec.key }],
    ['second key', { cert: rsa.certificate, key: rsa.key, cert_alt: ec.certificate, key_alt: REFERENCE }],
  ])('may have a reference as its %s, which is judged where it is resolved', async (_, body) => {
    expect(await judged('certificates', body)).toEqual(VALID);
  });

  it.each([['cert_alt', ec.certificate], ['key_alt', ec.key]])('has its %s only with the other half', async (field, value) => {
    expect(await judged('certificates', { cert: rsa.certificate, key: rsa.key, [field]: value })).toMatchObject(
      violation("all or none of these fields must be set: 'cert_alt', 'key_alt'"));
  });
});

describe('an authority', () => {
  const MISSING = 'certificate does not appear to be a CA because it is missing the "CA" basic constraint';
  const EXPIRED = 'certificate expired, "Not After" time is in the past';
  it.each([
    ['of one', authority.certificate, VALID],
    ['that is not valid yet', early.certificate, VALID],
    ['that has expired', expired.certificate, violation(EXPIRED)],
    ['of a leaf', leaf.certificate, violation(MISSING)],
    ['without basic constraints', ec.certificate, violation(MISSING)],
    ['among others', authority.certificate + early.certificate, violation('please submit only one certificate at a time')],
    ['with its key', authority.key + authority.certificate, VALID],
  ])('has a certificate, %s', async (_, cert, answer) => {
    expect(await judged('ca_certificates', { cert })).toMatchObject(answer);
  });

  it('has the digest of its certificate, and another one with the next', async () => {
    const digestOf = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
    const write = async (method: string, path: string, body: object) => (
      JSON.parse((await node.send(method, path, body)).text) as { readonly id: string; readonly cert_digest: string });
    const { id, cert_digest: digest } = await write('POST', '/ca_certificates', { cert: authority.certificate, cert_digest: 'made up' });
    expect(digest).toBe(digestOf(authority.certificate));
    expect((await write('PATCH', `/ca_certificates/${id}`, { tags: ['t'] })).cert_digest).toBe(digest);
    expect((await write('PATCH', `/ca_certificates/${id}`, { cert: early.certificate })).cert_digest).toBe(digestOf(early.certificate));
  });
});
