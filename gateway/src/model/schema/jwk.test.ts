import { generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jwkViolation } from './jwk.ts';

const PAIRS = {
  'RSA': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  'Ed25519': generateKeyPairSync('ed25519'),
  'Ed448': generateKeyPairSync('ed448'),
  'X25519': generateKeyPairSync('x25519'),
} as const;

const publicOf = (type: keyof typeof PAIRS) => PAIRS[type].publicKey.export({ format: 'jwk' });
const privateOf = (type: keyof typeof PAIRS) => PAIRS[type].privateKey.export({ format: 'jwk' });
const violation = (jwk: object, kid: unknown = 'k') => jwkViolation(JSON.stringify({ kid: 'k', ...jwk }), kid);

describe.each(Object.keys(PAIRS) as (keyof typeof PAIRS)[])('a key of type %s', (type) => {
  it.each([['public', publicOf(type)], ['private', privateOf(type)]])('is taken, %s', (_, jwk) => {
    expect(violation({ ...jwk, 'use': 'sig', 'alg': 'any', 'key_ops': ['verify'], 'x5c': ['MII'], 'x5t#S256': 'a' })).toBeUndefined();
  });

  it.each(['kty', type === 'RSA' ? 'n' : 'x', type === 'RSA' ? 'e' : 'crv'])('is none without its %s', (member) => {
    expect(violation({ ...publicOf(type), [member]: undefined })).toBe(NO_KEY);
  });
});

const NO_KEY = 'could not load JWK, likely not a valid key';
const OTHER_KID = 'kid in jwk.kid must be equal to keys.kid';

it('takes an RSA key with its private exponent alone', () => {
  const { kty, n, e, d } = privateOf('RSA');
  expect(violation({ kty, n, e, d })).toBeUndefined();
});

it.each([
  ['only an id', {}, NO_KEY],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, NO_KEY],
  ['an unknown type', { ...publicOf('RSA'), kty: 'rsa' }, NO_KEY],
  ['an unknown curve', { ...publicOf('P-256'), crv: 'P-255' }, NO_KEY],
  ['a point that is not on the curve', { ...publicOf('P-256'), y: publicOf('P-256').x }, NO_KEY],
  ['a modulus that is no base64url', { ...publicOf('RSA'), n: '!!' }, NO_KEY],
  ['an empty modulus', { ...publicOf('RSA'), n: '' }, NO_KEY],
  ['a number as modulus', { ...publicOf('RSA'), n: 5 }, NO_KEY],
  ['an unknown member', { ...publicOf('RSA'), nope: 1 }, 'schema violation (nope: unknown field)'],
  ['a member of the wrong type', { ...publicOf('RSA'), use: 5 }, 'schema violation (use: expected a string)'],
  ['a text in place of a list', { ...publicOf('RSA'), key_ops: 'sign' }, 'schema violation (key_ops: expected an array)'],
  ['two wrong members', { ...publicOf('RSA'), use: 5, alg: '' },
    'schema violation (alg: length must be at least 1; use: expected a string)'],
])('refuses %s', (_, jwk, text) => expect(violation(jwk)).toBe(text));

it.each([['another', 'k2'], ['none', null]])('refuses a key with %s id', (_, kid) => {
  expect(violation(publicOf('RSA'), kid)).toBe(OTHER_KID);
});

it.each(['x', '{', '', '{"kid":"k"} x'])('refuses %j, which is no JSON', (text) => {
  expect(jwkViolation(text, 'k')).toBe('could not json decode jwk string');
});

it.each(['null', '5', '"k"', '[]', 'true'])('refuses %s, which is no object', (text) => expect(jwkViolation(text, 'k')).toBe(OTHER_KID));

it('refuses whatever else it is given, without throwing', () => {
  fc.assert(fc.property(fc.json(), (text) => typeof jwkViolation(text, 'k') === 'string'));
  fc.assert(fc.property(fc.dictionary(fc.constantFrom('kty', 'n', 'e', 'd', 'crv', 'x', 'y', '__proto__'), fc.anything()), (members) => (
    typeof violation(members) === 'string')));
});
