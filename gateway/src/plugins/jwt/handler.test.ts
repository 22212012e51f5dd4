/** What tokens let a client in, and what others are answered. Hostile tokens against a running node: test/system/hostile-tokens.test.ts. */
import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { jwtHandler } from './handler.ts';
import type { JwtConfig } from './schema.ts';
import { keyOf } from './signature.ts';

const SECRET = 'jwt-secret-0123456789abcdef012345';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;

const credential = (key: string, fields: object) => ({ id: `id-${key}`, key, consumer: 'bob-id', ...fields });

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'anyone-id', username: 'anyone' }],
  jwt_secrets: [
    credential('HS256', { secret: SECRET }),
    ...['HS384', 'HS512'].map((algorithm) => credential(algorithm, { algorithm, secret: SECRET })),
    credential('base64', { secret: Buffer.from(SECRET).toString('base64') }),
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
      .map((algorithm) => credential(algorithm, { algorithm, rsa_public_key: pem(rsa.publicKey) })),
    ...Object.entries(ec).map(([algorithm, { publicKey }]) => credential(algorithm, { algorithm, rsa_public_key: pem(publicKey) })),
    credential('EdDSA', { algorithm: 'EdDSA', rsa_public_key: pem(ed.publicKey) }),
    credential('jwk', { algorithm: 'RS256', rsa_public_key: JSON.stringify(rsa.publicKey.export({ format: 'jwk' })) }),
    credential('no-key', { algorithm: 'ES256' }),
    credential('wrong-curve', { algorithm: 'ES256', rsa_public_key: pem(ec.ES384.publicKey) }),
    credential('rsa-for-eddsa', { algorithm: 'EdDSA', rsa_public_key: pem(rsa.publicKey) }),
  ],
});

const CONFIG: JwtConfig = {
  uri_param_names: ['jwt'], cookie_names: [], key_claim_name: 'iss', secret_is_base64: false, claims_to_verify: null, anonymous: null,
  run_on_preflight: true, maximum_expiration: 0, header_names: ['authorization'], realm: null,
};

const NOW = 2_000_000_000;

const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signatureOf(algorithm: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  const hash = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'HS': return createHmac(hash, SECRET).update(text).digest();
    case 'RS': return sign(hash, bytes, rsa.privateKey);
    case 'PS': return sign(hash, bytes, {
      key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
    case 'ES': return sign(hash, bytes, { key: ec[algorithm as keyof typeof ec].privateKey, dsaEncoding: 'ieee-p1363' });
    default: return sign(null, bytes, ed.privateKey);
  }
}

function token(claims: unknown, { algorithm = 'HS256', header = {} as object } = {}): string {
  const text = `${encoded({ alg: algorithm, typ: 'JWT', ...header })}.${encoded(claims)}`;
  return `${text}.${signatureOf(algorithm, text).toString('base64url')}`;
}

const bearer = (text: string): FakeRequest => ({ headers: { authorization: `Bearer ${text}` } });

async function access(config: Partial<JwtConfig>, request: FakeRequest): Promise<FakeExchange> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  const { access: run } = jwtHandler.prepare({ ...CONFIG, ...config }, fakeContext({ clock: new ManualClock(NOW * 1000 + 500) }));
  await run?.(exchange);
  return exchange;
}

/** The identifier of the credential, or the body of the answer. */
async function outcome(config: Partial<JwtConfig>, request: FakeRequest): Promise<unknown> {
  const { identity, answer } = await access(config, request);
  expect(answer?.status).toBe(identity === undefined ? 401 : undefined);
  return identity?.identifier ?? answer?.body;
}

const message = (text: string) => ({ message: text });

describe('a token', () => {
  it.each(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'signed with %s lets its consumer in', async (algorithm) => {
      const { consumer, identity } = await access({}, bearer(token({ iss: algorithm }, { algorithm })));
      expect([consumer?.username, identity?.identifier]).toEqual(['bob', algorithm]);
    },
  );

  it.each<readonly [string, string, Partial<JwtConfig>, unknown]>([
    ['with a key as a JSON Web Key', token({ iss: 'jwk' }, { algorithm: 'RS256' }), {}, 'jwk'],
    ['with a secret in base64', token({ iss: 'base64' }), { secret_is_base64: true }, 'base64'],
    ['with padding', `${token({ iss: 'HS256' })}=`, {}, 'HS256'],
    ['named by its header', token({}, { header: { kid: 'HS256' } }), { key_claim_name: 'kid' }, 'HS256'],
    ['named by a claim that its header also has', token({ kid: 'HS256' }, { header: { kid: 'x' } }), { key_claim_name: 'kid' }, 'HS256'],
    ['of another type', token({ iss: 'HS256' }, { header: { typ: 'at+jwt' } }), {}, 'HS256'],
    ['with a member twice, of which the last counts', `${(() => {
      const text = `${encoded({ alg: 'HS256' })}.${encoded('{"iss":"unknown","iss":"HS256"}')}`;
      return `${text}.${signatureOf('HS256', text).toString('base64url')}`;
    })()}`, {}, 'HS256'],
    ['with the algorithm of another credential', token({ iss: 'HS256' }, { algorithm: 'HS512' }), {}, message('Invalid algorithm')],
    ['with a secret in base64 that is not said to be', token({ iss: 'base64' }), {}, message('Invalid signature')],
    ['with a credential without key', token({ iss: 'no-key' }, { algorithm: 'ES256' }), {}, message('Invalid key/secret')],
    ['with a key of another curve', token({ iss: 'wrong-curve' }, { algorithm: 'ES256' }), {}, message('Invalid key/secret')],
    ['with a key of another kind', token({ iss: 'rsa-for-eddsa' }, { algorithm: 'EdDSA' }), {}, message('Invalid key/secret')],
    ['of an unknown issuer', token({ iss: 'unknown' }), {}, message('No credentials found for given \'iss\'')],
    ['of an inherited name', token({ iss: '__proto__' }), {}, message('No credentials found for given \'iss\'')],
    ['without issuer', token({ sub: 'x' }), {}, message('No mandatory \'iss\' in claims')],
    ['with an empty issuer', token({ iss: '' }), {}, message('Invalid \'iss\' in claims')],
    ['with a number for an issuer', token({ iss: 5 }), {}, message('Invalid \'iss\' in claims')],
    ['with null for an issuer', token({ iss: null }), {}, message('No mandatory \'iss\' in claims')],
    ['whose claim is a member of every object', token({}), { key_claim_name: 'constructor' },
      message('No mandatory \'constructor\' in claims')],
    ['whose claims are a list', token(['iss']), {}, message('No mandatory \'iss\' in claims')],
    ['whose claims are null', token(null), {}, message('No mandatory \'iss\' in claims')],
    ['whose claims are false', token(false), {}, message('Bad token; invalid claims')],
    ['whose claims are no JSON', `${encoded({ alg: 'HS256' })}.${encoded('{x')}.AAAA`, {}, message('Bad token; invalid JSON')],
    ['whose header is null', `${encoded(null)}.${encoded({})}.AAAA`, {}, message('Bad token; invalid alg')],
    ['with an extension that must be understood', token({ iss: 'HS256' }, { header: { crit: ['x'], x: 1 } }), {},
      message('Bad token; unsupported crit')],
    ['of two parts', token({ iss: 'HS256' }).split('.').slice(0, 2).join('.'), {}, message('Bad token; invalid JSON')],
    ['of four parts', `${token({ iss: 'HS256' })}.x`, {}, message('Bad token; invalid signature')],
    ['of one part', 'zz', {}, message('Bad token; invalid JSON')],
  ])('%s', async (_what, text, config, expected) => {
    expect(await outcome(config, bearer(text))).toEqual(expected);
  });

  it('is refused with another key of the right kind', async () => {
    const text = `${encoded({ alg: 'RS256' })}.${encoded({ iss: 'RS256' })}`;
    const forged = `${text}.${sign('sha256', Buffer.from(text), otherRsa.privateKey).toString('base64url')}`;
    expect(await outcome({}, bearer(forged))).toEqual(message('Invalid signature'));
  });

  it('finds its key prepared', () => {
    const { row } = CONFIGURATION.credentials.get('jwt_secrets')!.get('RS256')!;
    expect(keyOf(row, false)).toBe(keyOf(row, false));
    expect(keyOf(row, true)).not.toBe(keyOf(row, false));
  });
});

describe('claims of time', () => {
  const both = { claims_to_verify: ['exp', 'nbf'] } as const;
  const exp = { claims_to_verify: ['exp'] } as const;
  const MISSING = 'must be a number';

  it.each<readonly [string, object, Partial<JwtConfig>, unknown]>([
    ['are not looked at by default', { exp: 1, nbf: NOW + 100 }, {}, 'HS256'],
    ['that hold', { exp: NOW + 1, nbf: NOW }, both, 'HS256'],
    ['with a fraction', { exp: NOW + 0.5, nbf: NOW - 0.5 }, both, 'HS256'],
    ['that are missing', {}, both, { exp: MISSING, nbf: MISSING }],
    ['expired this second', { exp: NOW }, exp, { exp: 'token expired' }],
    ['not valid yet', { exp: NOW + 9, nbf: NOW + 1 }, both, { nbf: 'token not valid yet' }],
    ['both wrong', { exp: 1, nbf: NOW + 1 }, both, { exp: 'token expired', nbf: 'token not valid yet' }],
    ['as texts', { exp: '4102444800', nbf: 'x' }, both, { exp: MISSING, nbf: MISSING }],
    ['null', { exp: null }, exp, { exp: MISSING }],
    ['too far away', { exp: NOW + 301 }, { ...exp, maximum_expiration: 300 }, { exp: 'exceeds maximum allowed expiration' }],
    ['just near enough', { exp: NOW + 300 }, { ...exp, maximum_expiration: 300 }, 'HS256'],
    ['expired, with a limit', { exp: 1 }, { ...exp, maximum_expiration: 300 }, { exp: 'token expired' }],
    ['missing, with a limit alone', {}, { maximum_expiration: 300 }, { exp: 'exceeds maximum allowed expiration' }],
  ])('%s', async (_what, claims, config, expected) => {
    expect(await outcome(config, bearer(token({ iss: 'HS256', ...claims })))).toEqual(expected);
  });

  it('that no number can hold are none', async () => {
    const text = `${encoded({ alg: 'HS256' })}.${encoded('{"iss":"HS256","exp":1e999}')}`;
    const eternal = `${text}.${signatureOf('HS256', text).toString('base64url')}`;
    expect(await outcome(exp, bearer(eternal))).toEqual({ exp: MISSING });
  });
});

describe('the place of a token', () => {
  const good = token({ iss: 'HS256' });
  const other = token({ iss: 'HS256', sub: 'x' });
  const NONE = message('Unauthorized');
  const SEVERAL = message('Multiple tokens provided');
  const places: Partial<JwtConfig> = { uri_param_names: ['p', 'q'], cookie_names: ['a', 'b'], header_names: ['X-J'] };

  it.each<readonly [string, Partial<JwtConfig>, FakeRequest, unknown]>([
    ['the query', {}, { query: `jwt=${good}` }, 'HS256'],
    ['the query, twice the same', {}, { query: `jwt=${good}&jwt=${good}` }, 'HS256'],
    ['the query, two of them', {}, { query: `jwt=${good}&jwt=${other}` }, SEVERAL],
    ['the query, empty', {}, { query: 'jwt=' }, NONE],
    ['the query, by another name', {}, { query: `token=${good}` }, NONE],
    ['two query arguments', places, { query: `p=${good}&q=${good}` }, 'HS256'],
    ['a cookie', places, { headers: { cookie: `x=1; b=${good}` } }, 'HS256'],
    ['two cookies that differ', places, { headers: { cookie: `a=${other}; b=${good}` } }, SEVERAL],
    ['a cookie without a value', places, { headers: { cookie: 'a=' } }, NONE],
    ['a cookie and a header that differ', places, { headers: { 'cookie': 'a=zz', 'x-j': `Bearer ${good}` } }, SEVERAL],
    ['all places, the same', places, { query: `p=${good}`, headers: { 'cookie': `a=${good}`, 'x-j': `Bearer ${good}` } }, 'HS256'],
    ['another header', places, { headers: { 'x-j': `Bearer ${good}` } }, 'HS256'],
    ['a header without its scheme', places, { headers: { 'x-j': good } }, NONE],
    ['a scheme in upper case', {}, { headers: { authorization: `BEARER ${good}` } }, NONE],
    ['a scheme in lower case', {}, { headers: { authorization: `bearer ${good}` } }, 'HS256'],
    ['spaces behind the scheme', {}, { headers: { authorization: `Bearer   ${good}` } }, 'HS256'],
    ['no header, when none is configured', { header_names: [] }, bearer(good), NONE],
    ['nowhere, when no place is configured', { header_names: null, uri_param_names: null, cookie_names: null }, bearer(good), NONE],
    ['nothing behind the scheme', {}, { headers: { authorization: 'Bearer ' } }, NONE],
  ])('%s', async (_what, config, request, expected) => {
    expect(await outcome(config, request)).toEqual(expected);
  });

  it('is not a query argument without a value', async () => {
    const exchange = { query: 'jwt', queryArguments: () => [['jwt', undefined]] as const };
    expect(await outcome({}, exchange)).toEqual(message('Unrecognizable token'));
  });
});

it.each([
  [null, undefined, 'Bearer'],
  [null, 'x', 'Bearer error="invalid_token"'],
  ['r', undefined, 'Bearer realm="r"'],
  ['r', 'x', 'Bearer realm="r", error="invalid_token"'],
])('with the realm %s and the token %s the challenge is %s', async (realm, text, expected) => {
  const { answer } = await access({ realm }, text === undefined ? {} : bearer(text));
  expect(answer?.headers).toEqual({ 'WWW-Authenticate': expected });
});
