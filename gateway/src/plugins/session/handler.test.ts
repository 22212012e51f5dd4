import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { SILENT } from '../../base/log.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Identity } from '../../plugin-kit/exchange.ts';
import type { NodeServices } from '../../plugin-kit/services.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { sessionHandler } from './handler.ts';
import type { SessionConfig } from './schema.ts';

const BOB = { id: 'bob-id', username: 'bob' };
const CONFIGURATION = snapshotOf({ consumers: [BOB, { id: 'nameless-id', custom_id: 'custom' }] });
const identityOf = (id: string, configuration = CONFIGURATION): Identity =>
  ({ consumer: configuration.consumers.byId.get(id), credential: { id: `credential-of-${id}` } });

const CONFIG: SessionConfig = {
  secret: '0123456789abcdef0123456789abcdef', storage: 'cookie', audience: 'default', idling_timeout: 900, rolling_timeout: 3600,
  absolute_timeout: 86_400, stale_ttl: 10, cookie_name: 'session', cookie_path: '/', cookie_domain: null, cookie_same_site: 'Strict',
  cookie_http_only: true, cookie_secure: true, remember: false, remember_cookie_name: 'remember', remember_rolling_timeout: 604_800,
  remember_absolute_timeout: 2_592_000, response_headers: null, request_headers: null, read_body_for_logout: false,
  logout_methods: ['POST', 'DELETE'], logout_query_arg: 'session_logout', logout_post_arg: 'session_logout',
};

const clock = new ManualClock();

interface Visit {
  readonly config?: Partial<SessionConfig>;
  readonly request?: FakeRequest;
  readonly cookie?: string;
  /** Whom another plugin authenticates between the phases. */
  readonly identity?: Identity | undefined;
  readonly configuration?: Snapshot;
  readonly services?: NodeServices;
}

async function visit(given: Visit): Promise<FakeExchange> {
  const { config = {}, request = {}, cookie, identity, configuration = CONFIGURATION, services } = given;
  const headers = { ...request.headers, ...cookie !== undefined && { cookie } };
  const exchange = new FakeExchange({ ...request, headers }, { configuration });
  const phases = sessionHandler.prepare({ ...CONFIG, ...config }, fakeContext({ clock, ...services !== undefined && { services } }));
  await phases.access?.(exchange);
  if (exchange.answer === undefined && identity !== undefined && exchange.credential === undefined) exchange.authenticate(identity);
  exchange.response = new FakeResponse();
  await phases.responseHeaders?.(exchange);
  return exchange;
}

const cookiesOf = ({ response }: FakeExchange): readonly string[] => response!.headerValues('set-cookie');
const cookieOf = (exchange: FakeExchange): string => cookiesOf(exchange)[0]!.split(';', 1)[0]!;

async function loggedIn(given: Visit = {}): Promise<string> {
  return cookieOf(await visit({ identity: identityOf('bob-id'), ...given }));
}

const CLEARED = ['session=; Path=/; SameSite=Strict; Secure; HttpOnly; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0'];

describe('session', () => {
  it('gives a cookie to a client that another plugin has authenticated, and knows it by that', async () => {
    const later = await visit({ cookie: await loggedIn() });
    expect(later.identity).toEqual({ consumer: CONFIGURATION.consumers.byId.get('bob-id'), credential: { id: 'credential-of-bob-id' } });
    expect(cookiesOf(later)).toEqual([]);
  });

  it('remembers the groups of a credential', async () => {
    const cookie = await loggedIn({ identity: { ...identityOf('bob-id'), groups: ['a', 'b'] } });
    expect((await visit({ cookie })).groups).toEqual(['a', 'b']);
  });

  it.each<readonly [string, Identity | undefined]>([
    ['stranger', undefined], ['anonymous consumer', { consumer: CONFIGURATION.consumers.byId.get('bob-id') }],
    ['credential without a consumer', { credential: { id: 'x' } }],
  ])('gives no cookie to a %s', async (_what, identity) => {
    expect(cookiesOf(await visit({ identity }))).toEqual([]);
  });

  it('gives another cookie when a later plugin finds another client', async () => {
    const exchange = new FakeExchange({ headers: { cookie: await loggedIn() } }, { configuration: CONFIGURATION });
    const phases = sessionHandler.prepare(CONFIG, fakeContext({ clock }));
    await phases.access?.(exchange);
    exchange.authenticate(identityOf('nameless-id'));
    exchange.response = new FakeResponse();
    await phases.responseHeaders?.(exchange);
    expect((await visit({ cookie: cookieOf(exchange) })).consumer?.customId).toBe('custom');
  });

  it('ends a session whose consumer is gone', async () => {
    const later = await visit({ cookie: await loggedIn(), configuration: snapshotOf({}) });
    expect([later.identity, cookiesOf(later)]).toEqual([undefined, CLEARED]);
  });

  it('tells a changed cookie from none by nothing', async () => {
    const later = await visit({ cookie: `${await loggedIn()}x` });
    expect([later.identity, later.refusal, cookiesOf(later)]).toEqual([undefined, undefined, []]);
  });
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a logout', () => {
  it.each<readonly [string, Partial<SessionConfig>, FakeRequest, boolean]>([
    ['by an argument of the query', {}, { method: 'POST', query: 'a=1&session_logout=true' }, true],
    ['by DELETE', {}, { method: 'DELETE', query: 'session_logout' }, true],
    ['by another method', {}, { method: 'GET', query: 'session_logout=true' }, false],
    ['by a method that is configured', { logout_methods: ['GET'], logout_query_arg: 'bye' }, { method: 'GET', query: 'bye=1' }, true],
    ['without the argument', {}, { method: 'POST', query: 'other=1' }, false],
    ['by a form, which is not read', {}, { method: 'POST', body: 'session_logout=1', headers: FORM }, false],
    ['by a form', { read_body_for_logout: true }, { method: 'POST', body: 'session_logout=1', headers: FORM }, true],
    ['by JSON', { read_body_for_logout: true, logout_post_arg: 'out' },
      { method: 'POST', body: '{"out":true}', headers: { 'content-type': 'application/json' } }, true],
    ['by JSON that says no', { read_body_for_logout: true, logout_post_arg: 'out' },
      { method: 'POST', body: '{"out":false}', headers: { 'content-type': 'application/json' } }, false],
    ['without a body', { read_body_for_logout: true }, { method: 'POST' }, false],
    ['with no way configured', { logout_methods: null, logout_query_arg: null, logout_post_arg: null }, { method: 'POST' }, false],
  ])('%s', async (_what, config, request, isLogout) => {
    const exchange = await visit({ config, request, cookie: await loggedIn({ config }) });
    expect(exchange.answer).toEqual(isLogout ? { status: 200 } : undefined);
    expect(cookiesOf(exchange)).toEqual(isLogout ? CLEARED : []);
  });

  it('is nothing without a session', async () => {
    expect((await visit({ request: { method: 'POST', query: 'session_logout' } })).answer).toBeUndefined();
  });
});

describe('facts about the session', () => {
  const all: SessionConfig['request_headers'] = [
    'id', 'audience', 'subject', 'timeout', 'idling-timeout', 'rolling-timeout', 'absolute-timeout',
  ];

  it('are in headers of the request and of the response', async () => {
    const config = { request_headers: all, response_headers: all, absolute_timeout: 500 };
    const first = await visit({ config, identity: identityOf('bob-id') });
    const later = await visit({ config, cookie: cookieOf(first) });
    const facts = {
      'Session-Id': expect.stringMatching(/^[\w-]{43}$/) as string, 'Session-Audience': 'default', 'Session-Subject': 'bob',
      'Session-Timeout': '500', 'Session-Idling-Timeout': '900', 'Session-Rolling-Timeout': '3600', 'Session-Absolute-Timeout': '500',
    };
    const factsIn = (lines: readonly (readonly [string, string])[]) =>
      Object.fromEntries(lines.filter(([name]) => name.startsWith('Session-')));
    expect([factsIn(later.upstream.headerLines()), factsIn(later.response!.headerLines())]).toEqual([facts, facts]);
    expect(factsIn(first.upstream.headerLines())).toEqual({});
    expect(later.response!.header('session-id')).toBe(first.response!.header('session-id'));
  });

  it('are not what the client sends under their names', async () => {
    const config: Partial<SessionConfig> = { request_headers: ['idling-timeout'], idling_timeout: 0 };
    const later = await visit({ config, cookie: await loggedIn({ config }), request: { headers: { 'session-idling-timeout': '9' } } });
    expect(later.upstream.header('session-idling-timeout')).toBeUndefined();
  });

  it('are not what a client without a session sends under their names', async () => {
    const stranger = await visit({ config: { request_headers: ['subject'] }, request: { headers: { 'session-subject': 'root' } } });
    expect(stranger.upstream.header('session-subject')).toBeUndefined();
  });
});

it('has a secret of its own without one, and warns', async () => {
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (text: string) => void warnings.push(text) };
  expect(sessionHandler.prepare({ ...CONFIG, secret: null }, fakeContext({ log }))).toBeDefined();
  expect(warnings).toEqual([expect.stringContaining('config.secret is not set')]);
  expect((await visit({ config: { secret: null }, cookie: await loggedIn({ config: { secret: null } }) })).identity).toBeUndefined();
});

describe('a session in the database of the node', () => {
  const rows = new Map<string, string>();
  const services = {
    sessions: {
      load: async (id: string) => rows.get(id),
      save: async (id: string, data: string) => void rows.set(id, data),
      remove: async (id: string) => void rows.delete(id),
    },
  } as unknown as NodeServices;
  const config = { storage: 'kong', response_headers: ['subject'] } as const;

  it('is kept there, encrypted, and ends with a logout, also for copies of the cookie', async () => {
    const first = await visit({ config, services, identity: identityOf('bob-id') });
    const cookie = cookieOf(first);
    expect(first.response!.header('session-subject')).toBe('bob');
    expect([...rows.values()].join()).not.toContain('bob');
    expect((await visit({ config, services, cookie })).consumer?.username).toBe('bob');
    const out = await visit({ config, services, cookie, request: { method: 'POST', query: 'session_logout' } });
    expect([out.answer, cookiesOf(out), rows.size]).toEqual([{ status: 200 }, CLEARED, 0]);
    expect((await visit({ config, services, cookie })).identity).toBeUndefined();
  });

  it('is refused where the node has no database', () => {
    expect(() => sessionHandler.prepare({ ...CONFIG, storage: 'kong' }, fakeContext())).toThrow('this node has none; use "cookie"');
  });
});
