/** Plugins that authenticate, admit, limit or change requests. */
import { createHmac } from 'node:crypto';
import { expect } from 'vitest';

import type { PluginCase } from './plugin-case.ts';

/** Secrets of the consumer `bob` in the pair. */
export const BOB = { key: 'k-bob', password: 'p-bob', jwtKey: 'bob-issuer', jwtSecret: 'a-secret-of-32-characters-for-bob', hmac: 's-bob' };

const BASIC = `Basic ${Buffer.from(`bob:${BOB.password}`).toString('base64')}`;

function token(claims: object): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${parts}.${createHmac('sha256', BOB.jwtSecret).update(parts).digest('base64url')}`;
}

function signed(): Record<string, string> {
  const date = new Date().toUTCString();
  const signature = createHmac('sha256', BOB.hmac).update(`x-date: ${date}`).digest('base64');
  return { 'x-date': date, 'authorization': `hmac username="bob", algorithm="hmac-sha256", headers="x-date", signature="${signature}"` };
}

async function statuses(ask: Parameters<PluginCase['check']>[0], ...requests: Parameters<typeof ask>[0][]): Promise<number[]> {
  const seen: number[] = [];
  for (const request of requests) seen.push((await ask(request)).status);
  return seen;
}

export const TRAFFIC_CASES: readonly PluginCase[] = [
  {
    name: 'request-termination', config: () => ({ status_code: 418, message: 'short and stout' }),
    check: async (ask) => expect(await ask()).toMatchObject({ status: 418, text: '{"message":"short and stout"}' }),
  },
  {
    name: 'key-auth', config: () => ({}),
    check: async (ask) => {
      expect(await statuses(ask, {}, { headers: { apikey: 'wrong' } }, { headers: { apikey: BOB.key } })).toEqual([401, 401, 200]);
      expect((await ask({ headers: { apikey: BOB.key } })).echo?.headers['x-consumer-username']).toBe('bob');
    },
  },
  {
    name: 'basic-auth', config: () => ({}),
    check: async (ask) => {
      const wrong = { headers: { authorization: 'Basic Ym9iOm5v' } };
      expect(await statuses(ask, {}, wrong, { headers: { authorization: BASIC } })).toEqual([401, 401, 200]);
    },
  },
  {
    name: 'jwt', config: () => ({ claims_to_verify: ['exp'] }),
    check: async (ask) => {
      const now = Math.floor(Date.now() / 1000);
      const bearer = (claims: object) => ({ headers: { authorization: `Bearer ${token(claims)}` } });
      const [good, old] = [bearer({ iss: BOB.jwtKey, exp: now + 60 }), bearer({ iss: BOB.jwtKey, exp: now - 60 })];
      expect(await statuses(ask, {}, old, bearer({ iss: 'unknown', exp: now + 60 }), good)).toEqual([401, 401, 401, 200]);
    },
  },
  {
    name: 'hmac-auth', config: () => ({}),
    check: async (ask) => {
      const good = signed();
      const bad = { ...good, authorization: good.authorization!.replace(/signature="./, 'signature="_') };
      expect(await statuses(ask, {}, { headers: bad }, { headers: good })).toEqual([401, 401, 200]);
    },
  },
  {
    name: 'acl', config: () => ({ allow: ['staff'] }), beside: { 'key-auth': {} },
    check: async (ask) => (
      expect(await statuses(ask, { headers: { apikey: BOB.key } }, { headers: { apikey: 'k-eve' } })).toEqual([200, 403])),
  },
  {
    name: 'session', config: () => ({ cookie_secure: false, secret: 'a-session-secret-of-the-pair' }),
    beside: { 'key-auth': { anonymous: 'guest' } },
    check: async (ask) => {
      const login = await ask({ headers: { apikey: BOB.key } });
      const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
      expect((await ask({ headers: { cookie } })).echo?.headers['x-consumer-username']).toBe('bob');
      expect((await ask({ headers: { cookie: `${cookie}x` } })).echo?.headers['x-consumer-username']).toBe('guest');
    },
  },
  {
    name: 'ip-restriction', config: () => ({ deny: ['127.0.0.0/8'] }),
    check: async (ask) => expect(await ask()).toMatchObject({ status: 403 }),
  },
  {
    name: 'bot-detection', config: () => ({ deny: ['^evil'] }),
    check: async (ask) => expect(await statuses(ask, { headers: { 'user-agent': 'evil/1' } }, { headers: { 'user-agent': 'good/1' } }))
      .toEqual([403, 200]),
  },
  {
    name: 'cors', config: () => ({ origins: ['https://app.test'], credentials: true }),
    check: async (ask) => {
      const preflight = await ask({ method: 'OPTIONS', headers: { 'origin': 'https://app.test', 'access-control-request-method': 'PUT' } });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.test']);
    },
  },
  {
    name: 'rate-limiting', config: () => ({ hour: 2, policy: 'local' }),
    check: async (ask) => expect(await statuses(ask, {}, {}, {})).toEqual([200, 200, 429]),
  },
  {
    name: 'rate-limiting', needsRedis: true,
    config: ({ redis }) => ({ hour: 2, policy: 'redis', redis: { host: '127.0.0.1', port: redis } }),
    check: async (ask) => expect(await statuses(ask, {}, {}, {})).toEqual([200, 200, 429]),
  },
  {
    name: 'rate-limiting-advanced',
    config: () => ({ limit: [2], window_size: [3600], identifier: 'ip', namespace: 'pair', strategy: 'local', sync_rate: -1 }),
    check: async (ask) => expect(await statuses(ask, {}, {}, {})).toEqual([200, 200, 429]),
  },
  {
    name: 'response-ratelimiting', config: () => ({ limits: { sms: { hour: 2 } }, policy: 'local' }), answers: { 'x-kong-limit': 'sms=2' },
    check: async (ask) => {
      const first = await ask();
      expect([first.status, first.headers.get('x-ratelimit-remaining-sms-hour')]).toEqual([200, '0']);
      expect((await ask()).status).toBe(429);
    },
  },
  {
    name: 'request-size-limiting', config: () => ({ allowed_payload_size: 10, size_unit: 'bytes' }),
    check: async (ask) => (
      expect(await statuses(ask, { method: 'POST', body: 'short' }, { method: 'POST', body: 'longer than ten' })).toEqual([200, 413])),
  },
  {
    name: 'correlation-id', config: () => ({ header_name: 'X-Trace', echo_downstream: true, generator: 'uuid' }),
    check: async (ask) => {
      const { headers, echo } = await ask();
      expect(headers.get('x-trace')).toMatch(/^[0-9a-f-]{36}$/);
      expect(echo?.headers['x-trace']).toBe(headers.get('x-trace'));
    },
  },
  {
    name: 'request-transformer', config: () => ({ add: { headers: ['x-added:1'], querystring: ['q:2'] }, remove: { headers: ['x-gone'] } }),
    check: async (ask) => {
      const { echo } = await ask({ headers: { 'x-gone': '1' } });
      expect([echo?.headers['x-added'], echo?.headers['x-gone'], echo?.url]).toEqual(['1', undefined, expect.stringContaining('q=2')]);
    },
  },
  {
    name: 'response-transformer', config: () => ({ add: { headers: ['x-added:1'], json: ['added:yes'] } }),
    check: async (ask) => {
      const { headers, text } = await ask();
      expect([headers.get('x-added'), (JSON.parse(text) as { added: string }).added]).toEqual(['1', 'yes']);
    },
  },
  {
    name: 'redirect', config: () => ({ status_code: 302, location: 'https://elsewhere.test/' }),
    check: async (ask) => {
      const { status, headers } = await ask();
      expect([status, headers.get('location')]).toEqual([302, 'https://elsewhere.test/']);
    },
  },
  {
    name: 'proxy-cache', config: () => ({ strategy: 'memory', content_type: ['application/json'] }),
    check: async (ask) => {
      const [first, second] = [await ask({ path: '/a' }), await ask({ path: '/a' })];
      expect([first.headers.get('x-cache-status'), second.headers.get('x-cache-status'), second.text]).toEqual(['Miss', 'Hit', first.text]);
    },
  },
  {
    name: 'proxy-cache-advanced', needsRedis: true,
    config: ({ redis }) => ({ strategy: 'redis', redis: { host: '127.0.0.1', port: redis }, content_type: ['application/json'] }),
    check: async (ask) => {
      const [first, second] = [await ask({ path: '/a' }), await ask({ path: '/a' })];
      expect([first.headers.get('x-cache-status'), second.headers.get('x-cache-status'), second.text]).toEqual(['Miss', 'Hit', first.text]);
    },
  },
];
