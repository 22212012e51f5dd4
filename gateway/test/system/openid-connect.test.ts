/**
 * openid-connect in a pair of real nodes: configured at the control plane, run at the data plane, with a certified provider. Then hostile
 * tokens: none of them reaches the upstream, none is answered with an error of the gateway, and good tokens pass afterwards.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';


import { Browser } from '../fixtures/browser.ts';
import { eventually } from '../fixtures/eventually.ts';
import { goodToken, hostileTokens, rs, tokenOf } from '../fixtures/hostile-tokens.ts';
import type { HostileToken, TokenWorld } from '../fixtures/hostile-tokens.ts';
import { MACHINE_CLIENT, MACHINE_SCOPE, OpenidProvider, WEB_CLIENT } from '../fixtures/openid-provider.ts';
import { TokenIssuer } from '../fixtures/token-issuer.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = Math.floor(Date.now() / 1000);

const topology = new LocalTopology();
const issuer = await TokenIssuer.start();
issuer.keys = [{
  kid: 'key', alg: 'RS256', privateKey: issuer.keys[0]!.privateKey,
  jwk: { ...rsa.publicKey.export({ format: 'jwk' }) as JWK, kid: 'key', alg: 'RS256', use: 'sig' },
}];

const WORLD: TokenWorld = {
  header: { alg: 'RS256', typ: 'JWT', kid: 'key' },
  claims: { iss: issuer.issuer, aud: 'apis', scope: 'read', sub: 'bob', exp: now + 600, nbf: now - 600 },
  privateKey: rsa.privateKey, publicPem: rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, now,
};
const GOOD = goodToken(WORLD);
const signed = (claims: object, header: object = {}) => (
  tokenOf({ ...WORLD.header, ...header }, { ...WORLD.claims, ...claims }, rs(rsa.privateKey)));

/** What only a resource server with an audience and scopes can refuse. */
const OF_RESOURCE_SERVERS: readonly HostileToken[] = [
  ...['api', 'apis2', 'APIS', '', ['x'], [], { 0: 'apis' }, null, 5, [['apis']]].map((aud): HostileToken => [
    `the audience ${JSON.stringify(aud)}`, signed({ aud }),
  ]),
  ['the audience by the prototype', signed({ aud: undefined, __proto__: { aud: 'apis' } })],
  ...['readonly', 'rea', 'READ', 'x,read', 'write', '', ['read2'], { read: true }, null].map((scope): HostileToken => [
    `the scope ${JSON.stringify(scope)}`, signed({ scope }),
  ]),
  ['no scope', signed({ scope: undefined })],
  ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JOSE', '', 5].map((typ): HostileToken => [
    `the type ${JSON.stringify(typ)}`, signed({}, { typ }),
  ]),
  ['issued in the future', signed({ iat: now + 3600 })],
  ['a text for the time of issue', signed({ iat: String(now) })],
  ['an end that is no time', signed({ exp: 1e20 })],
  ['compressed claims', signed({}, { zip: 'DEF' })],
];

let controlPlane: LocalNode;
let dataPlane: LocalNode;
let provider: OpenidProvider;
let reached = 0;

beforeAll(async () => {
  const upstream = await topology.upstream((request, response) => {
    reached += 1;
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  controlPlane = await topology.controlPlane();
  dataPlane = await topology.dataPlane('data-plane');
  provider = await OpenidProvider.plain({ redirectUris: [`${dataPlane.proxy}/login/callback`] });
  await controlPlane.process.until('ready', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  await admin(controlPlane, 'PUT', '/consumers/alice', {});
  await admin(controlPlane, 'PUT', '/services/any', { url: `http://127.0.0.1:${upstream}` });
  const login = {
    issuer: provider.issuer, client_id: [WEB_CLIENT.id], client_secret: [WEB_CLIENT.secret],
    auth_methods: ['authorization_code', 'session', 'bearer'], redirect_uri: [`${dataPlane.proxy}/login/callback`],
    scopes: ['openid'], groups_required: ['readers'], consumer_claim: ['sub'], logout_uri_suffix: '/bye', logout_methods: ['GET'],
  };
  const machines = {
    issuer: provider.issuer, auth_methods: ['client_credentials'], scopes: [MACHINE_SCOPE], scopes_required: [MACHINE_SCOPE],
  };
  const tokens = { issuer: issuer.issuer, auth_methods: ['bearer'], audience_required: ['apis'], scopes_required: ['read'] };
  for (const [route, config] of Object.entries({ login, machines, tokens })) {
    await admin(controlPlane, 'PUT', `/services/any/routes/${route}`, { paths: [`/${route}`], strip_path: false });
    await admin(controlPlane, 'POST', `/routes/${route}/plugins`, { name: 'openid-connect', config });
  }
  await eventually('the plugins run', async () => await statusOf(`${dataPlane.proxy}/tokens`) === 401);
}, 60_000);
afterAll(async () => {
  await topology.close();
  await provider.close();
  await issuer.stop();
});

interface Echo {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('people and machines', () => {
  it('a person logs in, is the consumer that the provider names, and logs out', async () => {
    const browser = new Browser();
    const page = await browser.visit(`${dataPlane.proxy}/login/page`);
    expect(page.status).toBe(200);
    const { url, headers } = JSON.parse(page.text) as Echo;
    expect([url, headers['x-consumer-username'], headers['x-credential-identifier']]).toEqual(['/login/page', 'alice', 'alice']);
    expect((await browser.get(`${dataPlane.proxy}/login/other`)).status).toBe(200);
    const out = await browser.get(`${dataPlane.proxy}/login/bye`);
    expect([out.status, out.headers.location]).toEqual([302, expect.stringContaining(`${provider.issuer}/session/end`)]);
    expect((await browser.get(`${dataPlane.proxy}/login/page`)).status).toBe(302);
  });

  it('a machine shows its id and secret, and the upstream gets a token that was asked for once', async () => {
    const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`${MACHINE_CLIENT.id}:${secret}`).toString('base64')}` });
    const before = provider.countOf('/token');
    for (let round = 0; round < 3; round += 1) {
      const answer = await fetch(`${dataPlane.proxy}/machines`, { headers: basic(MACHINE_CLIENT.secret) });
      expect(answer.status).toBe(200);
      expect((await answer.json() as Echo).headers.authorization).toMatch(/^Bearer ey/);
    }
    expect(provider.countOf('/token') - before).toBe(1);
    expect(await statusOf(`${dataPlane.proxy}/machines`, basic('wrong'))).toBe(401);
    expect(await statusOf(`${dataPlane.proxy}/machines`)).toBe(401);
  });
});

/** Sends one request as bytes, which may be none that a client library would send. */
async function send(...lines: string[]): Promise<{ status: number; passed: boolean }> {
  const before = reached;
  const socket = connect(Number(new URL(dataPlane.proxy).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => answer += text).on('error', () => undefined);
  socket.write(`GET /tokens HTTP/1.1\r\n${['Host: any.test', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`, 'latin1');
  await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), passed: reached !== before };
}

/** A head that is longer: its connection may be closed before the client has read the answer. */
const MAX_HEAD_BYTES = 49_152;

const ALL = [...hostileTokens(WORLD), ...OF_RESOURCE_SERVERS];

describe(`each of ${ALL.length} hostile tokens is refused`, () => {
  it('where good ones pass', async () => {
    expect(await send(`Authorization: Bearer ${GOOD}`)).toEqual({ status: 200, passed: true });
  });

  it.each(ALL)('%s', async (_what, token) => {
    const { status, passed } = await send(`Authorization: Bearer ${token}`);
    expect(passed).toBe(false);
    expect([400, 401, 403, 431, ...token.length > MAX_HEAD_BYTES ? [0] : []]).toContain(status);
  });

  it.each([
    ['two lines, the first one good', `Authorization: Bearer ${GOOD}`, 'Authorization: Bearer x'],
    ['two lines, the last one good', 'Authorization: Bearer x', `Authorization: Bearer ${GOOD}`],
    ['two good lines', `Authorization: Bearer ${GOOD}`, `Authorization: Bearer ${GOOD}`],
    ['no scheme', `Authorization: ${GOOD}`],
    ['another scheme', `Authorization: Basic ${GOOD}`],
    ['two schemes', `Authorization: Bearer Bearer ${GOOD}`],
    ['another header', `X-Access-Token: ${GOOD}`],
    ['a session that is none', `Cookie: session=${GOOD}`],
    ['a session that is none, in two parts', `Cookie: session=2.${GOOD}; session_2=${GOOD}`],
    ['headers that upstreams believe', 'X-Consumer-ID: 1', 'X-Consumer-Username: bob', 'X-Credential-Identifier: x'],
  ])('a good token in the wrong place: %s', async (_what, ...lines) => {
    expect(await send(...lines)).toEqual({ status: expect.toSatisfy((status: number) => status === 400 || status === 401), passed: false });
  });

  it('and good ones pass afterwards; the log has no token', async () => {
    expect(ALL.length).toBeGreaterThanOrEqual(60);
    expect(await send(`Authorization: Bearer ${GOOD}`)).toEqual({ status: 200, passed: true });
    const log = readFileSync(dataPlane.process.log, 'utf8');
    for (const secret of [GOOD.split('.')[2]!, MACHINE_CLIENT.secret, WEB_CLIENT.secret]) expect(log).not.toContain(secret);
  });
});
