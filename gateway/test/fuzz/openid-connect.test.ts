/**
 * Random tokens, keys and documents of a provider: mutations of good ones, and anything else that is JSON. Nothing may throw anything but a
 * refusal, and nothing but the good token passes. A few seconds here; `npx projen test:fuzz` goes on for ten minutes (FUZZ_SECONDS).
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { KeySource, publicKeys } from '../../src/plugins/openid-connect/provider/key-source.ts';
import { claimAt, wordsOf } from '../../src/plugins/openid-connect/tokens/claims.ts';
import { jwtParts } from '../../src/plugins/openid-connect/tokens/jwt-parts.ts';
import { ProviderUnavailable, TokenRefused } from '../../src/plugins/openid-connect/tokens/token-errors.ts';
import { ManualClock } from '../fixtures/manual-clock.ts';
import { openidConnectPlugin, statusOfExchange } from '../fixtures/openid-connect.ts';
import type { PreparedPlugin } from '../fixtures/openid-connect.ts';
import { TokenIssuer } from '../fixtures/token-issuer.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const PROPERTIES = 5;
const LIMITS = SECONDS > 0 ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: (SECONDS / PROPERTIES) * 1000 } : { numRuns: 300 };

let issuer: TokenIssuer;
let plugin: PreparedPlugin;
let good: string;
beforeAll(async () => {
  issuer = await TokenIssuer.start();
  plugin = openidConnectPlugin({
    issuer: issuer.issuer, auth_methods: ['bearer', 'session', 'authorization_code'], client_id: ['a'], client_secret: ['b'],
  });
  good = await issuer.token({ exp: Math.floor(Date.now() / 1000) + 100_000 });
  expect(statusOfExchange(await plugin.bearer(good))).toBe(200);
});
afterAll(() => issuer.stop());

const CHARACTERS = fc.constantFrom(...'ABCxyz019-_.=+/ {}[]":,\u0000é');

const TEXT = fc.string({ unit: CHARACTERS, maxLength: 3 });

const anyJson = fc.jsonValue({ maxDepth: 4 });

const part = fc.oneof(
  anyJson.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc.record({
    alg: fc.constantFrom('RS256', 'none', 'HS256', 'ES256', 'PS256', 5, null), typ: anyJson,
    kid: fc.constantFrom('first', 'x', '__proto__', 5, null),
  }, { requiredKeys: [] }).map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc.string({ unit: CHARACTERS, maxLength: 40 }),
);

describe('tokens', () => {
  it('that are mutations of a good one are refused, unless they are the good one', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(good.length), fc.nat(3), TEXT, async (at, cut, text) => {
      const token = good.slice(0, at) + text + good.slice(at + cut);
      expect(statusOfExchange(await plugin.bearer(token))).toBe(token.trim() === good ? 200 : 401);
    }), LIMITS);
  });

  it('that are made of parts are refused', async () => {
    await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      expect(statusOfExchange(await plugin.bearer(parts.join('.')))).not.toBe(200);
    }), LIMITS);
  });

  it('are taken apart, or refused', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.tuple(part, part, part).map((parts) => parts.join('.'))), (token) => {
      try {
        const { header, claims } = jwtParts(token);
        expect([typeof header.alg, typeof claims]).toEqual(['string', 'object']);
        wordsOf(claimAt(claims, ['a', '__proto__', 'length']));
      } catch (error) {
        expect(error).toBeInstanceOf(TokenRefused);
      }
    }), LIMITS);
  });
});

describe('keys', () => {
  it('of any document are public ones that can be looked at, or none', async () => {
    const key = fc.record({
      kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 5), kid: fc.constantFrom('a', 'b', 5), alg: fc.constantFrom('RS256', 'ES256', 'x', 5),
      use: fc.constantFrom('sig', 'enc', 5), n: fc.oneof(fc.base64String(), anyJson), e: fc.constantFrom('AQAB', '', 5), d: fc.string(),
      crv: fc.constantFrom('P-256', 'Ed25519', 'x'), x: fc.base64String(), y: fc.base64String(), key_ops: anyJson,
    }, { requiredKeys: [] });
    const documents = fc.oneof(anyJson, fc.record({ keys: fc.oneof(anyJson, fc.array(fc.oneof(key, anyJson), { maxLength: 8 })) }));
    await fc.assert(fc.asyncProperty(documents, async (document) => {
      const value = (typeof document === 'object' && document !== null ? document : {}) as Record<string, unknown>;
      for (const { kty, d, k } of publicKeys(value)) expect([kty === 'oct', d, k]).toEqual([false, undefined, undefined]);
      const source = new KeySource({
        name: 'keys', clock: new ManualClock(), log: SILENT, pause: 30, read: async () => ({ value, maxAge: undefined }),
      });
      await source.ready().catch((error: unknown) => expect(error).toBeInstanceOf(ProviderUnavailable));
      for (const alg of ['RS256', 'ES256', 'EdDSA']) expect(Array.isArray(await source.find({ alg, kid: 'a' }))).toBe(true);
    }), LIMITS);
  });
});

describe('cookies and returns', () => {
  it('of any form begin no session', async () => {
    const name = fc.constantFrom('session', 'session_2', 'authorization-x', 'remember');
    const cookie = fc.tuple(name, fc.string({ unit: CHARACTERS, maxLength: 80 })).map((pair) => pair.join('='));
    const query = fc.record({ code: fc.string(), state: fc.string(), iss: fc.string(), error: fc.string() }, { requiredKeys: [] })
      .map((parameters) => new URLSearchParams(parameters).toString());
    await fc.assert(fc.asyncProperty(fc.array(cookie, { maxLength: 4 }), query, async (cookies, given) => {
      const headers = { cookie: cookies.join('; '), accept: 'application/json' };
      expect(statusOfExchange(await plugin.request({ query: given, headers }))).toBe(401);
    }), LIMITS);
  });
});
