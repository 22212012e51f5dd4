/**
 * Hostile tokens against a built node with the plugin jwt: none of them reaches the upstream, none of them is answered with an error of the
 * gateway, and the node serves good tokens afterwards. The table of tokens is in `fixtures/hostile-tokens.ts`.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../fixtures/eventually.ts';
import { encoded, es, goodToken, hostileTokens, hs, rs, tokenOf } from '../fixtures/hostile-tokens.ts';
import type { HostileToken, TokenWorld } from '../fixtures/hostile-tokens.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const SECRET = 'a-secret-of-a-consumer-0123456789';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;

const now = Math.floor(Date.now() / 1000);
const claimsOf = (iss: string) => ({ iss, exp: now + 600, nbf: now - 600 });

const WORLD: TokenWorld = {
  header: { alg: 'RS256', typ: 'JWT', kid: 'https://issuer.test' }, claims: claimsOf('https://issuer.test'), privateKey: rsa.privateKey,
  publicPem: pem(rsa.publicKey), now,
};
const GOOD = goodToken(WORLD);

/** The order of the curve P-256. */
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const ZERO = Buffer.alloc(32);
const ONE = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);

/** With a signature that is given, for the credential with this algorithm. */
const withBytes = (alg: string, issuer: string, bytes: Buffer) => tokenOf({ alg }, claimsOf(issuer), () => bytes);

function signedByCurve(change: (r: Buffer, s: Buffer) => Buffer): string {
  return tokenOf({ alg: 'ES256' }, claimsOf('ec'), (text) => {
    const bytes = es(ec.privateKey)(text);
    return change(bytes.subarray(0, 32), bytes.subarray(32));
  });
}

/** What only credentials of several kinds beside each other can show. */
const OF_SEVERAL_CREDENTIALS: readonly HostileToken[] = [
  ...([['0', ZERO, ZERO], ['r = 0', ZERO, ONE], ['s = 0', ONE, ZERO], ['1', ONE, ONE], ['the order', ORDER, ORDER]] as const)
    .map(([what, r, s]): HostileToken => [`ES256 with ${what} (CVE-2022-21449)`, withBytes('ES256', 'ec', Buffer.concat([r, s]))]),
  ['ES256 with nothing', withBytes('ES256', 'ec', Buffer.alloc(0))],
  ['ES256 with an empty DER sequence', withBytes('ES256', 'ec', Buffer.from('3006020100020100', 'hex'))],
  ['ES256 with a byte less', signedByCurve((r, s) => Buffer.concat([r, s.subarray(0, -1)]))],
  ['ES256 with a byte more', signedByCurve((r, s) => Buffer.concat([r, s, Buffer.alloc(1)]))],
  ['ES256 with its halves exchanged', signedByCurve((r, s) => Buffer.concat([s, r]))],
  ['EdDSA with zeros', withBytes('EdDSA', 'ed', Buffer.alloc(64))],
  ['EdDSA with the neutral point', withBytes('EdDSA', 'ed', Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))],
  ['HS256 with nothing', withBytes('HS256', 'hs', Buffer.alloc(0))],
  ['HS256 with half of the code', tokenOf({ alg: 'HS256' }, claimsOf('hs'), (text) => hs(SECRET)(text).subarray(0, 16))],
  ['HS256 with the code in hexadecimal', tokenOf(
    { alg: 'HS256' }, claimsOf('hs'), (text) => Buffer.from(hs(SECRET)(text).toString('hex')),
  )],
  ['HS512 for a credential of HS256', tokenOf({ alg: 'HS512' }, claimsOf('hs'), hs(SECRET, 'sha512'))],
  ['RS256 for a credential of HS256', tokenOf({ alg: 'RS256' }, claimsOf('hs'), rs(rsa.privateKey))],
  ['HS256 for a credential of RS256, with the secret of another', tokenOf({ alg: 'HS256' }, claimsOf('https://issuer.test'), hs(SECRET))],
  ['HS256 for a credential of ES256, with its public key', tokenOf({ alg: 'HS256' }, claimsOf('ec'), hs(pem(ec.publicKey)))],
  ['one consumer\'s key for another consumer\'s name', tokenOf({ alg: 'RS256' }, claimsOf('other'), rs(rsa.privateKey))],
  ['the name in the header, the claims of another', tokenOf(
    { alg: 'RS256', iss: 'other' }, claimsOf('https://issuer.test'), rs(otherRsa.privateKey),
  )],
];

/** Requests whose token would be good elsewhere. */
const REQUESTS: readonly (readonly [what: string, ...lines: string[]])[] = [
  ['no token'],
  ['nothing behind the scheme', 'Authorization: Bearer '],
  ['no scheme', `Authorization: ${GOOD}`],
  ['the scheme in upper case', `Authorization: BEARER ${GOOD}`],
  ['another scheme', `Authorization: Basic ${GOOD}`],
  ['a comma behind the scheme', `Authorization: Bearer,${GOOD}`],
  ['two schemes', `Authorization: Bearer Bearer ${GOOD}`],
  ['two lines, the first one good', `Authorization: Bearer ${GOOD}`, 'Authorization: Bearer x'],
  ['two lines, the last one good', 'Authorization: Bearer x', `Authorization: Bearer ${GOOD}`],
  ['two good lines', `Authorization: Bearer ${GOOD}`, `Authorization: Bearer ${GOOD}`],
  ['a line that goes on', 'Authorization: Bearer', ` ${GOOD}`],
  ['a NUL in the token', `Authorization: Bearer ${GOOD}\0`],
  ['a NUL before the token', `Authorization: Bearer \0${GOOD}`],
  ['a space before the colon', `Authorization : Bearer ${GOOD}`],
  ['another name', `X-Authorization: Bearer ${GOOD}`],
  ['an underscore for a dash', `X_Authorization: Bearer ${GOOD}`],
  ['the header for proxies', `Proxy-Authorization: Bearer ${GOOD}`],
  ['a cookie, which is not configured', `Cookie: jwt=${GOOD}`],
  ['headers that upstreams believe', 'X-Consumer-ID: 1', 'X-Consumer-Username: bob', 'X-Credential-Identifier: x'],
];

const topology = new LocalTopology();
let node: LocalNode;
let reached = 0;

beforeAll(async () => {
  const upstream = await topology.upstream((_request, response) => {
    reached += 1;
    response.end();
  });
  node = await topology.singleNode('hostile-tokens');
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
  await admin(node, 'PUT', '/consumers/bob', {});
  await admin(node, 'PUT', '/consumers/eve', {});
  for (const [consumer, body] of [
    ['bob', { key: 'https://issuer.test', algorithm: 'RS256', rsa_public_key: WORLD.publicPem }],
    ['bob', { key: 'hs', algorithm: 'HS256', secret: SECRET }],
    ['bob', { key: 'ec', algorithm: 'ES256', rsa_public_key: pem(ec.publicKey) }],
    ['bob', { key: 'ed', algorithm: 'EdDSA', rsa_public_key: pem(ed.publicKey) }],
    ['eve', { key: 'other', algorithm: 'RS256', rsa_public_key: pem(otherRsa.publicKey) }],
  ] as const) await admin(node, 'POST', `/consumers/${consumer}/jwt`, body);
  await admin(node, 'PUT', '/services/any', { url: `http://127.0.0.1:${upstream}` });
  await admin(node, 'PUT', '/services/any/routes/closed', { paths: ['/closed'] });
  await admin(node, 'POST', '/routes/closed/plugins', { name: 'jwt', config: { claims_to_verify: ['exp', 'nbf'], uri_param_names: [] } });
  await eventually('the plugin runs', async () => await statusOf(`${node.proxy}/closed`) === 401);
}, 60_000);
afterAll(() => topology.close());

interface Reply {
  readonly status: number;
  readonly passed: boolean;
}

/** Sends one request as bytes, which may be none that a client library would send. */
async function send(lines: readonly string[], path = '/closed'): Promise<Reply> {
  const before = reached;
  const socket = connect(Number(new URL(node.proxy).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => answer += text).on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\n${['Host: any.test', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`, 'latin1');
  await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), passed: reached !== before };
}

const withToken = (token: string) => send([`Authorization: Bearer ${token}`]);

/** A refusal of the token, of the request that it came in, or of a head that is too long. */
const REFUSALS = [400, 401, 431];

/** A head that is longer: its connection may be closed before the client has read the answer. */
const MAX_HEAD_BYTES = 49_152;

async function expectRefused(reply: Promise<Reply>, length = 0): Promise<void> {
  const { status, passed } = await reply;
  expect(passed).toBe(false);
  expect(length > MAX_HEAD_BYTES ? [...REFUSALS, 0] : REFUSALS).toContain(status);
}

const ALL = [...hostileTokens(WORLD), ...OF_SEVERAL_CREDENTIALS];

it('begins with tokens that are good', async () => {
  const good = [
    GOOD, tokenOf({ alg: 'HS256' }, claimsOf('hs'), hs(SECRET)), tokenOf({ alg: 'ES256' }, claimsOf('ec'), es(ec.privateKey)),
    tokenOf({ alg: 'RS256' }, claimsOf('other'), rs(otherRsa.privateKey)),
  ];
  for (const token of good) expect(await withToken(token)).toEqual({ status: 200, passed: true });
});

describe(`each of ${ALL.length} hostile tokens is refused`, () => {
  it.each(ALL)('%s', async (_what, token) => expectRefused(withToken(token), token.length));
});

describe('a good token in the wrong place is refused', () => {
  it.each(REQUESTS)('%s', async (_what, ...lines) => expectRefused(send(lines)));

  it.each(['/closed?jwt=', '/closed?access_token=', '/closed/', '/closed#'])('%s', async (before) => (
    expectRefused(send([], `${before}${GOOD}`))));
});

it('has not changed what is good, nor left a trace of tokens in the log', async () => {
  expect(ALL.length).toBeGreaterThanOrEqual(60);
  // One that was never in a path or a query, which are logged.
  const token = goodToken({ ...WORLD, claims: { ...WORLD.claims, jti: 'last' } });
  expect(await withToken(token)).toEqual({ status: 200, passed: true });
  const secretParts = [token.split('.')[2]!, SECRET, encoded(SECRET)];
  const log = readFileSync(node.process.log, 'utf8');
  expect(secretParts.filter((part) => log.includes(part))).toEqual([]);
});
