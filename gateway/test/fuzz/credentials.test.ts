/**
 * Random credentials: mutations of good ones, and texts made of what the parsers look for. Nothing may throw, and nothing but a good
 * credential lets a client in. A few seconds here; `npx projen test:fuzz` goes on for ten minutes (FUZZ_SECONDS, shared by all properties).
 */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { cookieOf } from '../../src/plugin-kit/cookies.ts';
import type { PluginPhases } from '../../src/plugin-kit/plugin.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../../src/plugin-kit/testing.ts';
import type { FakeRequest } from '../../src/plugin-kit/testing.ts';
import { passwordHash } from '../../src/plugins/basic-auth/password-hash.ts';
import { HANDLERS } from '../../src/plugins/handlers.ts';
import { createSessions } from '../../src/session-cookie/sessions.ts';
import { hs, rs, tokenOf } from '../fixtures/hostile-tokens.ts';
import { ManualClock } from '../fixtures/manual-clock.ts';
import { snapshotOf } from '../fixtures/snapshot.ts';

const NOW = 2_000_000_000;
const clock = new ManualClock(NOW * 1000);
const DATE = new Date(NOW * 1000).toUTCString();

const SECRET = 'secret-of-bob';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }],
  jwt_secrets: [
    { id: 'j-1', key: 'hs', secret: SECRET, consumer: 'bob-id' },
    {
      id: 'j-2', key: 'rs', algorithm: 'RS256', rsa_public_key: rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string,
      consumer: 'bob-id',
    },
  ],
  hmacauth_credentials: [{ id: 'h-1', username: 'bob', secret: SECRET, consumer: 'bob-id' }],
  basicauth_credentials: [{ id: 'b-1', username: 'bob', password: passwordHash(SECRET, 'bob-id'), consumer: 'bob-id' }],
  keyauth_credentials: [{ id: 'k-1', key: SECRET, consumer: 'bob-id' }],
  plugins: [
    ['jwt', { claims_to_verify: ['exp', 'nbf'], cookie_names: ['jwt'] }], ['hmac-auth', { validate_request_body: true }],
    ['basic-auth', { hide_credentials: true }], ['key-auth', { key_in_body: true, hide_credentials: true }],
    ['session', { secret: SECRET, remember: true }],
  ].map(([name, config], at) => ({ id: `00000000-0000-4000-8000-00000000000${at}`, name, config, protocols: ['http'], enabled: true })),
});

type PluginName = 'jwt' | 'hmac-auth' | 'basic-auth' | 'key-auth' | 'session';

const phasesOf = (name: PluginName): PluginPhases => {
  const { config } = CONFIGURATION.plugins.find((plugin) => plugin.name === name)!;
  return HANDLERS[name].prepare(config as never, fakeContext({ clock }));
};
const PHASES = Object.fromEntries(
  (['jwt', 'hmac-auth', 'basic-auth', 'key-auth', 'session'] as const).map((name) => [name, phasesOf(name)] as const),
) as Record<PluginName, PluginPhases>;

/** Runs a plugin on a request. @returns whether it has found a consumer */
async function letsIn(name: PluginName, request: FakeRequest): Promise<boolean> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  await PHASES[name].access?.(exchange);
  if (name !== 'session') expect([200, 401]).toContain(exchange.refusal?.status ?? exchange.answer?.status ?? 200);
  exchange.response = new FakeResponse();
  await PHASES[name].responseHeaders?.(exchange);
  return exchange.consumer !== undefined;
}

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const PROPERTIES = 7;
const RUNS: fc.Parameters<unknown> = SECONDS > 0
  ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: (SECONDS / PROPERTIES) * 1000 }
  : { numRuns: 300 };

async function holds<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => Promise<void>): Promise<void> {
  let runs = 0;
  await fc.assert(fc.asyncProperty(arbitrary, async (value) => {
    runs += 1;
    await predicate(value);
  }), RUNS as fc.Parameters<[T]>);
  if (SECONDS > 0) console.log(`${expect.getState().currentTestName}: ${runs} runs`);
}

/** A text with up to four places changed, cut, doubled or filled with a piece that parsers look for. */
function mutations(good: string, pieces: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(good.length), length: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(good.length)),
    text: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 }), fc.string({ unit: 'binary-ascii', maxLength: 4 })),
    times: fc.oneof(fc.constant(1), fc.nat(3), fc.constant(500)),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => changes.reduce(
    (text, { at, length, text: piece, times }) => text.slice(0, at) + piece.repeat(times) + text.slice(at + length), good,
  ));
}

/** The same for a header, which cannot hold the characters that end one. */
function headerMutations(good: string, pieces: readonly string[]): fc.Arbitrary<string> {
  return mutations(good, pieces).map((text) => text.replace(/[\r\n\0]/g, ' '));
}

const claims = { iss: 'hs', exp: NOW + 60, nbf: NOW - 60 };
const GOOD_HS = tokenOf({ alg: 'HS256' }, claims, hs(SECRET));
const GOOD_RS = tokenOf({ alg: 'RS256' }, { ...claims, iss: 'rs' }, rs(rsa.privateKey));
const bytesOf = (token: string): string => token.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')).join('.');

const HMAC = createHmac('sha256', SECRET).update(`date: ${DATE}`).digest('base64');
const GOOD_HMAC = `hmac username="bob", algorithm="hmac-sha256", headers="date", signature="${HMAC}"`;
const GOOD_BASIC = `Basic ${Buffer.from(`bob:${SECRET}`).toString('base64')}`;

it.each<readonly [PluginName, FakeRequest]>([
  ['jwt', { headers: { authorization: `Bearer ${GOOD_HS}` } }], ['jwt', { query: `jwt=${GOOD_RS}` }],
  ['hmac-auth', { headers: { date: DATE, authorization: GOOD_HMAC } }], ['basic-auth', { headers: { authorization: GOOD_BASIC } }],
  ['key-auth', { headers: { 'content-type': 'application/json' }, body: `{"apikey":"${SECRET}"}` }],
])('%s accepts what is good', async (name, request) => {
  expect(await letsIn(name, request)).toBe(true);
});

describe('credentials at random', () => {
  it('mutated tokens', async () => {
    const pieces = ['.', '..', '=', '-', '_', '+', '/', 'e30', 'bnVsbA', ' ', ',', 'Bearer ', GOOD_HS.split('.')[0]!];
    const texts = fc.oneof(headerMutations(GOOD_HS, pieces), headerMutations(GOOD_RS, pieces));
    await holds(texts, async (token) => {
      const isGood = [GOOD_HS, GOOD_RS].some((good) => token.trim().startsWith(good.slice(0, good.lastIndexOf('.') + 1))
        && bytesOf(token.trim()) === bytesOf(good));
      // What is accepted is what was signed, with the same bytes for its signature.
      if (await letsIn('jwt', { headers: { authorization: `Bearer ${token}` } })) expect([token, isGood]).toEqual([token, true]);
    });
  });

  it('tokens of any JSON', async () => {
    const json = fc.oneof(fc.json(), fc.constantFrom('{"alg":"none"}', '{"alg":"HS256"}', '{"__proto__":{"alg":"HS256"}}', '1e999', ''));
    const time = fc.oneof(fc.constantFrom('1e999', '"1"', 'null', '{}', '[]', 'true'), fc.integer().map(String), fc.double().map(String));
    await holds(fc.record({ header: json, claims: json, exp: time, nbf: time, isSigned: fc.boolean() }), async (given) => {
      await letsIn('jwt', { query: `jwt=${tokenOf(given.header, given.claims, () => Buffer.from('x'))}` });
      const text = `{"iss":"hs","exp":${given.exp},"nbf":${given.nbf}}`;
      const token = tokenOf({ alg: 'HS256' }, text, given.isSigned ? hs(SECRET) : hs('other'));
      const isTime = (value: string) => /^-?\d/.test(value) && Number.isFinite(Number(value));
      const isGood = given.isSigned && isTime(given.exp) && isTime(given.nbf) && Number(given.exp) > NOW && Number(given.nbf) <= NOW;
      expect([text, await letsIn('jwt', { headers: { cookie: `jwt=${token}` } })]).toEqual([text, isGood]);
    });
  });

  it('mutated signatures of requests', async () => {
    const pieces = ['"', '", ', 'hmac ', 'username="', 'headers="', 'signature="', 'algorithm="', 'hmac-sha1', ' ', 'x-none', 'date', '='];
    await holds(headerMutations(GOOD_HMAC, pieces), async (authorization) => {
      const isLetIn = await letsIn('hmac-auth', { headers: { date: DATE, authorization } });
      // Another text may say the same; it must name the user, and have the bytes of the code.
      const codes = [...authorization.matchAll(/signature="([^"=]*)/g)].map(([, digits]) => Buffer.from(digits!, 'base64').toString('hex'));
      if (isLetIn) {
        expect(authorization).toContain('username="bob"');
        expect(codes).toContain(Buffer.from(HMAC, 'base64').toString('hex'));
      }
    });
  });

  it('mutated user names and passwords', async () => {
    await holds(headerMutations(GOOD_BASIC, ['=', 'Basic ', ' ', 'Og==', 'OjA', ',']), async (authorization) => {
      const isLetIn = await letsIn('basic-auth', { headers: { authorization } });
      // Also where the scheme is there more than once.
      const texts = authorization.split(/[Bb]asic\s*/).map((digits) => Buffer.from(digits.split('=', 1)[0]!, 'base64').toString());
      if (isLetIn) expect(texts).toContain(`bob:${SECRET}`);
    });
  });

  it('mutated keys, in all places', async () => {
    const bodies = fc.oneof(
      mutations(`{"apikey":"${SECRET}"}`, ['{', '}', '"', '\\', ',', 'apikey', ':', '[', '\\u0061']),
      mutations(`apikey=${SECRET}`, ['&', '=', '%', '%61', '+', 'apikey']),
      mutations(`--B\r\nContent-Disposition: form-data; name="apikey"\r\n\r\n${SECRET}\r\n--B--`, ['--B', '\r\n', '"', ';', 'name=']),
    );
    const types = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=B');
    await holds(fc.tuple(bodies, types), async ([body, type]) => {
      if (await letsIn('key-auth', { body, headers: { 'content-type': type } })) expect(unescaped(body)).toContain(SECRET);
    });
  });

  it('mutated cookies', async () => {
    const sessions = createSessions({
      secret: SECRET, cookie: { name: 'session' }, timeouts: { idling: 900, rolling: 3600, absolute: 86_400 }, clock, log: SILENT,
    });
    const exchange = new FakeExchange();
    sessions.begin(exchange, { consumer: 'bob-id', credential: 'c' }, 'bob');
    exchange.response = new FakeResponse();
    sessions.writeCookies(exchange);
    const good = exchange.response.header('set-cookie')!.split(';')[0]!;
    expect(await letsIn('session', { headers: { cookie: good } })).toBe(true);
    await holds(headerMutations(good, [';', '; ', '=', 'session=', 'remember=', '2.', '1.', 'session_2=', ' ']), async (cookie) => {
      const isGood = cookieOf({ headerValues: () => [cookie] }, 'session') === good.slice('session='.length);
      expect([cookie, await letsIn('session', { headers: { cookie } })]).toEqual([cookie, isGood]);
    });
  });

  it('cookies as a plain reader reads them', async () => {
    const piece = fc.constantFrom(';', '=', ' ', 'a', 'ab', 'A', '"', 'a=1', '\t', '; ');
    await holds(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const line = pieces.join('');
      const read = line.split(';').map((part) => /^([^=]*)=(.*)$/s.exec(part)).find((match) => match?.[1]!.trim() === 'a')?.[2]!.trim();
      expect(cookieOf({ headerValues: () => [line] }, 'a')).toBe(read);
    });
  });
});

/** What a body says, whatever way it is written. */
function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/%([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
