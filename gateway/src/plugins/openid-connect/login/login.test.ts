/** Whole logins: a browser, the gateway and a certified provider, over real sockets. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Browser } from '../../../../test/fixtures/browser.ts';
import { LocalProxy } from '../../../../test/fixtures/local-proxy.ts';
import { COGNITO_ISSUER, COGNITO_LOGIN, OpenidProvider, WEB_CLIENT } from '../../../../test/fixtures/openid-provider.ts';
import type { Row } from '../../../model/config-table.ts';
import { proxyCacheHandler } from '../../proxy-cache/handler.ts';
import { openidConnectHandler } from '../handler.ts';

interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

let upstream: Server;
const seen: SeenRequest[] = [];
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    seen.push({ url: request.url!, headers: request.headers });
    response.setHeader('content-type', 'text/plain');
    if (request.url === '/public') response.setHeader('cache-control', 'public');
    response.end(`upstream ${request.url}`);
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => void seen.splice(0));
afterEach(async () => { for (const each of open.splice(0)) await each.close(); });
afterAll(() => void upstream.close());

const GATEWAY = 'http://apis.acme.example';

const LOGIN = {
  client_id: [WEB_CLIENT.id], client_secret: [WEB_CLIENT.secret], auth_methods: ['authorization_code', 'session', 'bearer'],
  redirect_uri: [`${GATEWAY}/oidc/callback`], scopes: ['openid', 'email'], logout_uri_suffix: '/oidc/logout', logout_methods: ['GET'],
  logout_redirect_uri: [`${GATEWAY}/oidc/logged-out`], upstream_headers_claims: ['email'], upstream_headers_names: ['x-email'],
};

async function gateway(config: object, authorities: readonly string[] = [], beside: readonly Row[] = []): Promise<LocalProxy> {
  const [service, route] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  const proxy = await new LocalProxy({
    authorities,
    handlers: { 'openid-connect': openidConnectHandler, 'proxy-cache': proxyCacheHandler } as never,
    tables: {
      services: [{ id: service, name: 's', host: '127.0.0.1', port: (upstream.address() as AddressInfo).port, protocol: 'http' }],
      routes: [{ id: route, name: 'r', paths: ['/'], service, strip_path: false, protocols: ['http'] }],
      plugins: [
        { id: '00000000-0000-4000-8000-000000000003', name: 'openid-connect', config }, ...beside,
      ].map((row) => ({ ...row, protocols: ['http'], enabled: true })),
    },
  }).start();
  open.push(proxy);
  return proxy;
}

interface Setup {
  readonly provider: OpenidProvider;
  readonly proxy: LocalProxy;
  browser(): Browser;
}

async function plain(config: object = {}, options: object = {}, beside: readonly Row[] = []): Promise<Setup> {
  const provider = await OpenidProvider.plain({
    redirectUris: [`${GATEWAY}/oidc/callback`, `${GATEWAY}/page`], logoutUris: [`${GATEWAY}/oidc/logged-out`], ...options,
  });
  open.push(provider);
  const proxy = await gateway({ issuer: provider.issuer, ...LOGIN, ...config }, [], beside);
  return { provider, proxy, browser: () => new Browser({ hosts: { 'apis.acme.example': proxy.port } }) };
}

const HOST = 'apis.acme.example';

function withOtherByte(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

describe('a login', () => {
  it('leads to the provider and back to what the user wanted to see', async () => {
    const { provider, browser: newBrowser, proxy } = await plain({ preserve_query_args: true });
    const browser = newBrowser();
    const page = await browser.visit(`${GATEWAY}/page?a=1&b=2`);
    expect([page.status, page.text], JSON.stringify([browser.trail, proxy.logged.slice(-3)])).toEqual([200, 'upstream /page?a=1&b=2']);
    const login = new URL(browser.trail[0]!);
    expect(`${login.origin}${login.pathname}`).toBe(`${provider.issuer}/auth`);
    expect(Object.fromEntries(login.searchParams)).toEqual({
      client_id: WEB_CLIENT.id, redirect_uri: `${GATEWAY}/oidc/callback`, response_type: 'code', scope: 'openid email',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/), code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    // One request reached the upstream, with the user's token and without the gateway's cookies.
    expect(seen).toHaveLength(1);
    expect(seen[0]!.headers).toMatchObject({ 'x-email': 'alice@acme.example', 'authorization': expect.stringMatching(/^Bearer ey/) });
    expect(seen[0]!.headers.cookie).toBeUndefined();
    expect([...browser.cookies(HOST).keys()].filter((name) => name.startsWith('authorization'))).toEqual([]);
  });

  it('lasts: later requests need no provider', async () => {
    const { provider, browser: newBrowser } = await plain();
    const browser = newBrowser();
    await browser.visit(`${GATEWAY}/page`);
    await provider.close();
    browser.cookies(HOST).set('own', '1');
    const page = await browser.get(`${GATEWAY}/other`);
    expect([page.status, page.text]).toEqual([200, 'upstream /other']);
    expect(seen.at(-1)!.headers.cookie).toBe('own=1');
  });

  it('is not offered to scripts and applications: they get 401', async () => {
    const { browser: newBrowser } = await plain();
    const visits: readonly { headers: Record<string, string>; method?: string }[] = [
      { headers: { 'X-Requested-With': 'XMLHttpRequest' } }, { headers: { 'Sec-Fetch-Mode': 'cors' } },
      { headers: { Accept: 'application/json' } }, { headers: { Accept: 'text/event-stream' } },
      { headers: { Accept: '*/*' }, method: 'POST' }, { headers: { Authorization: 'Bearer x.y.z' } },
    ];
    const statuses = await Promise.all(visits.map(async (visit) => (await newBrowser().get(`${GATEWAY}/page`, visit)).status));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
    expect((await newBrowser().get(`${GATEWAY}/page`, { headers: { Accept: '*/*' } })).status).toBe(302);
    expect(seen).toEqual([]);
  });

  it('proxies the request itself where the provider leads back to its address', async () => {
    const { browser: newBrowser } = await plain({ redirect_uri: null, preserve_query_args: true });
    const page = await newBrowser().visit(`${GATEWAY}/page?a=1`);
    expect([page.status, page.text]).toEqual([200, 'upstream /page?a=1']);
  });

  it.each<[object, (page: { status: number; text: string; headers: IncomingMessage['headers'] }) => void]>([
    [{ login_action: 'response', login_tokens: ['access_token'] }, ({ status, text }) => {
      expect([status, Object.keys(JSON.parse(text) as object)]).toEqual([200, ['access_token']]);
    }],
    [{ login_action: 'redirect', login_redirect_uri: ['https://app.acme.example/done'] }, ({ headers }) => {
      expect(headers.location).toMatch(/^https:\/\/app\.acme\.example\/done#id_token=ey/);
    }],
    [{ login_action: 'redirect', login_tokens: [] }, ({ headers }) => expect(headers.location).toBe(`${GATEWAY}/page`)],
  ])('ends with %j', async (config, check) => {
    const { browser: newBrowser } = await plain(config);
    const browser = newBrowser();
    const back = await browser.visit(`${GATEWAY}/page`, (url) => url.pathname === '/oidc/callback');
    check(await browser.get(back.headers.location!));
    expect(browser.cookies(HOST).has('session')).toBe(true);
  });

  it('works in several tabs at once', async () => {
    const { browser: newBrowser } = await plain();
    const browser = newBrowser();
    const isReturn = (url: URL) => url.pathname === '/oidc/callback';
    const [one, two] = [await browser.visit(`${GATEWAY}/one`, isReturn), await browser.visit(`${GATEWAY}/two`, isReturn)];
    expect((await browser.visit(one.headers.location!)).text).toBe('upstream /one');
    expect((await browser.visit(two.headers.location!)).text).toBe('upstream /two');
  });

  it('keeps the cookies of a browser that never logs in few', async () => {
    const { browser: newBrowser } = await plain();
    const browser = newBrowser();
    for (let at = 0; at < 20; at += 1) await browser.get(`${GATEWAY}/page/${at}`);
    expect(browser.cookies(HOST).size).toBeLessThanOrEqual(8);
  });

  it('takes no id of a login for the number of a part of a cookie', async () => {
    const { browser: newBrowser } = await plain();
    const browser = newBrowser();
    await browser.get(`${GATEWAY}/page`);
    const cookies = browser.cookies(HOST);
    for (let at = 0; at < 8; at += 1) cookies.set(`authorization-abcdefgh${at}x_${2 + at % 7}`, 'sealed');
    await browser.get(`${GATEWAY}/other`);
    expect(browser.cookies(HOST).size).toBeLessThanOrEqual(8);
  });
});

describe('hostile returns', () => {
  async function atReturn(config: object = {}) {
    const setup = await plain(config);
    const browser = setup.browser();
    const back = await browser.visit(`${GATEWAY}/page`, (url) => url.pathname === '/oidc/callback');
    return { ...setup, browser, back: new URL(back.headers.location!) };
  }

  it.each<[string, (url: URL, browser: Browser) => void]>([
    ['another state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url) => url.searchParams.delete('state')],
    ['two states', (url) => url.searchParams.append('state', 'x'.repeat(43))],
    ['another code', (url) => url.searchParams.set('code', 'forged')],
    ['no code', (url) => url.searchParams.delete('code')],
    ['another issuer', (url) => url.searchParams.set('iss', 'https://evil.example')],
    ['another browser', (_url, browser) => browser.cookies(HOST).clear()],
    ['a cookie that was changed', (_url, browser) => {
      for (const [name, value] of browser.cookies(HOST)) browser.cookies(HOST).set(name, withOtherByte(value, 60));
    }],
    ['an error of the provider', (url) => {
      url.searchParams.delete('code');
      url.searchParams.set('error', 'access_denied');
    }],
  ])('with %s begin no session', async (_name, change) => {
    const { browser, back } = await atReturn();
    change(back, browser);
    const page = await browser.get(back);
    expect([401, 302]).toContain(page.status);
    expect(browser.cookies(HOST).has('session')).toBe(false);
    expect(seen).toEqual([]);
  });

  it('do not work twice, nor with the cookies of the login kept', async () => {
    const { browser, back } = await atReturn();
    const kept = new Map(browser.cookies(HOST));
    expect((await browser.get(back)).status).toBe(302);
    browser.cookies(HOST).clear();
    for (const [name, value] of kept) browser.cookies(HOST).set(name, value);
    expect((await browser.get(back)).status).toBe(401);
    expect(browser.cookies(HOST).has('session')).toBe(false);
  });

  it('cannot plant a session: a login begins a new one', async () => {
    const { proxy } = await plain();
    const make = () => new Browser({ hosts: { [HOST]: proxy.port } });
    const [attacker, victim] = [make(), make()];
    await attacker.visit(`${GATEWAY}/page`);
    victim.cookies(HOST).set('session', '1.planted');
    await victim.visit(`${GATEWAY}/page`);
    expect(victim.cookies(HOST).get('session')).not.toBe(attacker.cookies(HOST).get('session'));
    expect(victim.cookies(HOST).get('session')).not.toBe('1.planted');
  });

  it.each(['//evil.example/x', '/\\evil.example', '/https://evil.example', '/%2f/evil.example'])(
    'do not lead elsewhere: %s', async (path) => {
      const { browser: newBrowser } = await plain();
      const browser = newBrowser();
      const start = await browser.get(`${GATEWAY}/`, {});
      expect(start.status).toBe(302);
      const back = await browser.visit(`${GATEWAY}${path}`, (url) => url.pathname === '/oidc/callback');
      const { location } = (await browser.get(back.headers.location!)).headers;
      expect(new URL(location!, GATEWAY).origin).toBe(GATEWAY);
    });
});

describe('a session', () => {
  it('opens with no cookie but its own', async () => {
    const { browser: newBrowser } = await plain();
    const browser = newBrowser();
    await browser.visit(`${GATEWAY}/page`);
    const value = browser.cookies(HOST).get('session')!;
    browser.cookies(HOST).set('session', withOtherByte(value, Math.floor(value.length / 2)));
    expect((await browser.get(`${GATEWAY}/page`)).status).toBe(302);
  });

  it('is renewed once for requests at the same time, with a refresh token that is good once', async () => {
    const { provider, browser: newBrowser } = await plain({}, { accessTokenSeconds: 4 });
    const browser = newBrowser();
    await browser.visit(`${GATEWAY}/page`);
    const before = provider.countOf('/token');
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.get(`${GATEWAY}/page`)));
    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(provider.countOf('/token') - before).toBe(1);
  });

  it('ends when the provider refuses its refresh token', async () => {
    const { browser: newBrowser, provider } = await plain({ logout_revoke: true }, { accessTokenSeconds: 1 });
    const [browser, copy] = [newBrowser(), newBrowser()];
    await browser.visit(`${GATEWAY}/page`);
    for (const [name, value] of browser.cookies(HOST)) copy.cookies(HOST).set(name, value);
    // The logout revokes what the copy still has.
    await browser.get(`${GATEWAY}/oidc/logout`);
    expect(provider.countOf('/token/revocation')).toBeGreaterThan(0);
    expect((await copy.get(`${GATEWAY}/page`, { headers: { Accept: 'application/json' } })).status).toBe(401);
  });

  it('ends with a logout, here and at the provider', async () => {
    const { provider, browser: newBrowser } = await plain();
    const browser = newBrowser();
    await browser.visit(`${GATEWAY}/page`);
    const { status, headers } = await browser.get(`${GATEWAY}/oidc/logout`);
    const target = new URL(headers.location!);
    expect([status, `${target.origin}${target.pathname}`]).toEqual([302, `${provider.issuer}/session/end`]);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      client_id: WEB_CLIENT.id, id_token_hint: expect.stringMatching(/^ey/), post_logout_redirect_uri: `${GATEWAY}/oidc/logged-out`,
    });
    expect([...browser.cookies(HOST).keys()]).toEqual([]);
  });

  it('is refused, and ended, when it lacks a group', async () => {
    const { browser: newBrowser } = await plain({ groups_required: ['admins'] });
    const browser = newBrowser();
    const page = await browser.visit(`${GATEWAY}/page`);
    expect(page.status).toBe(403);
    expect(browser.cookies(HOST).has('session')).toBe(false);
  });
});

it('a cache beside the login keeps neither the session nor the tokens of its user', async () => {
  const { proxy, browser: newBrowser } = await plain({ downstream_access_token_header: 'x-token' }, {}, [{
    id: '00000000-0000-4000-8000-000000000004', name: 'proxy-cache', config: { strategy: 'memory', content_type: ['*/*'] },
  }]);
  const [browser, other] = [newBrowser(), newBrowser()];
  const back = await browser.visit(`${GATEWAY}/public`, (url) => url.pathname === '/oidc/callback');
  const hit = await browser.visit(back.headers.location!);
  expect([hit.status, hit.headers['x-cache-status'], hit.headers['x-token']]).toEqual([200, 'Miss', expect.stringMatching(/^ey/)]);
  await other.visit(`${GATEWAY}/public`);
  const cached = await other.get(`${GATEWAY}/public`);
  expect([cached.status, cached.headers['x-cache-status'], cached.headers['set-cookie']]).toEqual([200, 'Hit', undefined]);
  expect(cached.headers['x-token']).not.toBe(hit.headers['x-token']);
  // What the upstream does not call public may be for one user alone: it was asked with that user's token.
  for (const user of [browser, other]) expect((await user.get(`${GATEWAY}/page`)).headers['x-cache-status']).toBe('Bypass');
  expect(proxy.messages('error')).toEqual([]);
});

describe('Cognito', () => {
  async function cognito(config: object = {}) {
    const provider = await OpenidProvider.cognito({ redirectUris: [`${GATEWAY}/oidc/callback`] });
    open.push(provider);
    const proxy = await gateway({
      ...LOGIN, issuer: COGNITO_ISSUER, ssl_verify: true, https_proxy: provider.proxy,
      authorization_endpoint: `${COGNITO_LOGIN}/oauth2/authorize`, token_endpoint: `${COGNITO_LOGIN}/oauth2/token`,
      revocation_endpoint: `${COGNITO_LOGIN}/oauth2/revoke`, end_session_endpoint: `${COGNITO_LOGIN}/logout`,
      audience_claim: ['client_id'], audience_required: [WEB_CLIENT.id], ...config,
    }, [provider.authority]);
    const hosts = { [HOST]: proxy.port, [new URL(COGNITO_LOGIN).hostname]: provider.port };
    return { provider, proxy, browser: new Browser({ hosts, authority: provider.authority }) };
  }

  it('logs users in without discovery, checks its groups, and logs out in its own way', async () => {
    const { provider, proxy, browser } = await cognito({ groups_required: ['readers'] });
    const page = await browser.visit(`${GATEWAY}/page`);
    expect([page.status, page.text], JSON.stringify([browser.trail, proxy.logged.slice(-3)])).toEqual([200, 'upstream /page']);
    expect(provider.countOf('/openid-configuration')).toBe(0);
    const end = await browser.visit(`${GATEWAY}/oidc/logout`, (url) => url.pathname === '/oidc/logged-out');
    expect(end.url.href).toMatch(/\/logout\?/);
    expect(Object.fromEntries(new URLSearchParams(provider.logouts[0]))).toEqual({
      client_id: WEB_CLIENT.id, logout_uri: `${GATEWAY}/oidc/logged-out`,
    });
  });

  it('keeps tokens of a use apart: an id token is no access token', async () => {
    const { proxy, browser } = await cognito({ login_action: 'response', login_tokens: ['tokens'] });
    const page = await browser.visit(`${GATEWAY}/page`);
    const { access_token: access, id_token: id } = JSON.parse(page.text) as Record<string, string>;
    expect(JSON.parse(Buffer.from(access!.split('.')[1]!, 'base64url').toString())).not.toHaveProperty('aud');
    const api = new Browser({ hosts: { [HOST]: proxy.port } });
    const shown = (token: string) => api.get(`${GATEWAY}/api`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await shown(access!)).status).toBe(200);
    expect((await shown(id!)).status).toBe(401);
  });
});
