/** The handler with access tokens, against a provider on a real socket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { openidConnectPlugin, statusOfExchange } from '../../../test/fixtures/openid-connect.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { signingKey, TokenIssuer } from '../../../test/fixtures/token-issuer.ts';

let provider: TokenIssuer;
beforeAll(async () => { provider = await TokenIssuer.start(); });
afterAll(() => provider.stop());

const BEARER = { auth_methods: ['bearer'] };

describe('access tokens', () => {
  it('pass with a valid token, and the upstream gets it', async () => {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER });
    const token = await provider.token();
    const { identity, refusal, upstream } = await plugin.bearer(token);
    expect(refusal).toBeUndefined();
    expect(identity).toMatchObject({ consumer: undefined, credential: { id: 'alice' } });
    expect(upstream.header('authorization')).toBe(`Bearer ${token}`);
  });

  it('are needed', async () => {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER });
    expect((await plugin.request()).refusal).toEqual({
      status: 401, message: 'Unauthorized', headers: { 'WWW-Authenticate': `Bearer realm="${new URL(provider.issuer).host}"` },
    });
  });

  it.each<[string, object, object, number]>([
    ['an audience of several', { audience_required: ['a', 'b'] }, { aud: ['x', 'b'] }, 200],
    ['another audience', { audience_required: ['a'] }, { aud: 'ab' }, 401],
    ['no audience', { audience_required: ['a'] }, {}, 401],
    ['one of the scopes', { scopes_required: ['read', 'write'] }, { scope: 'openid write' }, 200],
    ['a scope that only begins like it', { scopes_required: ['read'] }, { scope: 'readonly' }, 403],
    ['both scopes of one entry', { scopes_required: ['read write'] }, { scope: 'write read' }, 200],
    ['one of two scopes of one entry', { scopes_required: ['read write'] }, { scope: 'read' }, 403],
    ['scopes as a list', { scopes_required: ['read'], scopes_claim: ['scp'] }, { scp: ['read'] }, 200],
    ['a scope of a resource server', { scopes_required: ['gateway/call'] }, { scope: 'gateway/call' }, 200],
    ['a group', { groups_required: ['admins'] }, { groups: ['admins', 'users'] }, 200],
    ['no such group', { groups_required: ['admins'] }, { groups: ['users'] }, 403],
    ['a nested role', { roles_required: ['boss'], roles_claim: ['realm_access', 'roles'] }, { realm_access: { roles: ['boss'] } }, 200],
    ['a role from a prototype', { roles_required: ['boss'], roles_claim: ['__proto__', 'roles'] }, {}, 403],
    ['a forbidden claim', { claims_forbidden: ['impersonated_by'] }, { impersonated_by: 'root' }, 403],
    ['another domain', { domains: ['acme.example'] }, { hd: 'evil.example' }, 403],
    ['its domain', { domains: ['acme.example'] }, { hd: 'acme.example' }, 200],
  ])('with %s', async (_name, config, claims, status) => {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER, ...config });
    expect(statusOfExchange(await plugin.bearer(await provider.token(claims as Record<string, unknown>)))).toBe(status);
  });

  it('say which scope is missing only by its code', async () => {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER, scopes_required: ['read'] });
    const { refusal } = await plugin.bearer(await provider.token());
    expect(refusal).toMatchObject({
      status: 403, message: 'Forbidden', headers: { 'WWW-Authenticate': expect.stringContaining('error="insufficient_scope"') },
    });
  });

  it('are found in query, form, JSON body and cookie where that is allowed, and hidden', async () => {
    const token = await provider.token();
    const places = openidConnectPlugin({
      issuer: provider.issuer, ...BEARER, bearer_token_param_type: ['header', 'query', 'body', 'cookie'], bearer_token_cookie_name: 'token',
      hide_credentials: true, upstream_access_token_header: null,
    });
    const inQuery = await places.request({ query: `a=1&access_token=${token}` });
    expect([statusOfExchange(inQuery), inQuery.upstream.query]).toEqual([200, 'a=1']);
    const inForm = await places.request({
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `a=1&access_token=${token}`,
    });
    expect([statusOfExchange(inForm), inForm.upstream.body?.toString()]).toEqual([200, 'a=1']);
    const inJson = await places.request({
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: 1, access_token: token }),
    });
    expect([statusOfExchange(inJson), inJson.upstream.body?.toString()]).toEqual([200, '{"a":1}']);
    const inCookie = await places.request({ headers: { cookie: `a=1; token=${token}` } });
    expect([statusOfExchange(inCookie), inCookie.upstream.header('cookie')]).toEqual([200, 'a=1']);
    const inHeader = await places.bearer(token);
    expect([statusOfExchange(inHeader), inHeader.upstream.header('authorization')]).toEqual([200, undefined]);
    const onlyHeader = openidConnectPlugin({ issuer: provider.issuer, ...BEARER, bearer_token_param_type: ['header'] });
    expect(statusOfExchange(await onlyHeader.request({ query: `access_token=${token}` }))).toBe(401);
  });
});

describe('consumers, groups and headers', () => {
  const configuration = snapshotOf({
    consumers: [
      { id: '00000000-0000-4000-8000-000000000001', username: 'alice', custom_id: 'c-1' },
      { id: '00000000-0000-4000-8000-000000000002', username: 'anonymous' },
    ],
  });

  async function identified(config: object, claims: Record<string, unknown> = {}) {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER, ...config });
    const token = await provider.token(claims);
    return plugin.request({ headers: { authorization: `Bearer ${token}` } }, configuration);
  }

  it.each<[string, object, object, string | undefined, number]>([
    ['by username', { consumer_claim: ['sub'] }, {}, 'alice', 200],
    ['by custom id in a nested claim', { consumer_claim: ['app', 'id'], consumer_by: ['custom_id'] }, { app: { id: 'c-1' } }, 'alice', 200],
    ['by id', { consumer_claim: ['sub'], consumer_by: ['id'] }, { sub: '00000000-0000-4000-8000-000000000001' }, 'alice', 200],
    ['not by username, where that is not asked for', { consumer_claim: ['sub'], consumer_by: ['custom_id'] }, {}, undefined, 403],
    ['not by another case', { consumer_claim: ['sub'] }, { sub: 'ALICE' }, undefined, 403],
    ['by another case', { consumer_claim: ['sub'], by_username_ignore_case: true }, { sub: 'ALICE' }, 'alice', 200],
    ['not at all', { consumer_claim: ['sub'], consumer_optional: true }, { sub: 'stranger' }, undefined, 200],
  ])('finds the consumer %s', async (_name, config, claims, username, status) => {
    const exchange = await identified(config, claims as Record<string, unknown>);
    expect([exchange.consumer?.username, statusOfExchange(exchange)]).toEqual([username, status]);
  });

  it('makes strangers the anonymous consumer, and leaves to others what they have authenticated', async () => {
    const plugin = openidConnectPlugin({ issuer: provider.issuer, ...BEARER, anonymous: 'anonymous' });
    const stranger = await plugin.request({ headers: { authorization: 'Bearer x.y.z' } }, configuration);
    expect([stranger.consumer?.username, stranger.credential, stranger.refusal]).toEqual(['anonymous', undefined, undefined]);
  });

  it('takes from strangers what they send under the names of claims and tokens, but their own Authorization', async () => {
    const plugin = openidConnectPlugin({
      issuer: provider.issuer, ...BEARER, anonymous: 'anonymous', upstream_headers_claims: ['email'], upstream_headers_names: ['X-Email'],
      upstream_id_token_header: 'x-id-token',
    });
    const stranger = await plugin.request({
      headers: { 'authorization': 'Bearer x.y.z', 'x-email': 'root@acme.example', 'x-id-token': 'forged' },
    }, configuration);
    expect(stranger.consumer?.username).toBe('anonymous');
    expect(['authorization', 'x-email', 'x-id-token'].map((name) => stranger.upstream.header(name)))
      .toEqual(['Bearer x.y.z', undefined, undefined]);
  });

  it('takes groups and the credential from claims', async () => {
    const { identity } = await identified(
      { authenticated_groups_claim: ['roles'], credential_claim: ['client_id'] }, { roles: ['a', 'b'], client_id: 'app' });
    expect(identity).toMatchObject({ groups: ['a', 'b'], credential: { id: 'app' } });
  });

  it('sets headers by claims, and lets no client choose them', async () => {
    const plugin = openidConnectPlugin({
      issuer: provider.issuer, ...BEARER,
      upstream_headers_claims: ['email', 'roles', 'address', 'missing', 'evil'],
      upstream_headers_names: ['x-email', 'x-roles', 'x-address', 'x-missing', 'x-evil'],
      downstream_headers_claims: ['sub'], downstream_headers_names: ['x-user'], upstream_access_token_header: 'x-token:bearer',
    });
    const token = await provider.token({ email: 'a@b.example', roles: ['a', 'b'], address: { city: 'x' }, evil: 'a\r\nx-admin: true' });
    const { upstream, response } = await plugin.bearer(token, { headers: { 'x-missing': 'forged', 'x-evil': 'forged' } });
    expect(Object.fromEntries(upstream.headerLines())).toMatchObject({
      'x-email': 'a@b.example', 'x-roles': 'a,b', 'x-address': '{"city":"x"}', 'x-token': `Bearer ${token}`,
    });
    expect([upstream.header('x-missing'), upstream.header('x-evil'), response?.header('x-user')]).toEqual([undefined, undefined, 'alice']);
  });
});

describe('keys of the provider', () => {
  it('are read once for many requests at once', async () => {
    const own = await TokenIssuer.start();
    const plugin = openidConnectPlugin({ issuer: own.issuer, ...BEARER });
    const token = await own.token();
    const exchanges = await Promise.all(Array.from({ length: 200 }, () => plugin.bearer(token)));
    expect(exchanges.every((exchange) => statusOfExchange(exchange) === 200)).toBe(true);
    expect([own.countOf('/keys'), own.countOf('/.well-known/openid-configuration')]).toEqual([1, 1]);
    await own.stop();
  });

  it('are read again for an unknown key, once in a pause however many ask', async () => {
    const own = await TokenIssuer.start();
    const clock = new ManualClock(Date.now());
    const plugin = openidConnectPlugin({ issuer: own.issuer, ...BEARER }, { clock });
    expect(statusOfExchange(await plugin.bearer(await own.token()))).toBe(200);
    clock.advance(31_000);
    const stranger = await signingKey('unknown');
    const flood = await Promise.all(Array.from({ length: 1000 }, async (_none, at) => (
      plugin.bearer(await own.token({ jti: at }, { kid: `unknown-${at}` }, stranger)))));
    expect(flood.every((exchange) => statusOfExchange(exchange) === 401)).toBe(true);
    expect(own.countOf('/keys')).toBe(2);
    await own.stop();
  }, 120_000);

  it('rotate: the new key is accepted, the removed one is not', async () => {
    const own = await TokenIssuer.start();
    const clock = new ManualClock(Date.now());
    const plugin = openidConnectPlugin({ issuer: own.issuer, ...BEARER }, { clock });
    const before = await own.token();
    expect(statusOfExchange(await plugin.bearer(before))).toBe(200);
    const next = await signingKey('second');
    own.keys = [next];
    clock.advance(31_000);
    expect(statusOfExchange(await plugin.bearer(await own.token({}, {}, next)))).toBe(200);
    expect(statusOfExchange(await plugin.bearer(before))).toBe(401);
    await own.stop();
  });

  it('serve while the provider is down, also when they are old, until they are too old', async () => {
    const own = await TokenIssuer.start();
    const clock = new ManualClock(Date.now());
    const plugin = openidConnectPlugin({ issuer: own.issuer, ...BEARER }, { clock });
    const token = await own.token({ exp: Math.floor(Date.now() / 1000) + 1_000_000 });
    expect(statusOfExchange(await plugin.bearer(token))).toBe(200);
    await own.stop();
    clock.advance(2 * 3_600_000);
    const other = await own.token({ exp: Math.floor(Date.now() / 1000) + 1_000_000, jti: 'another' });
    expect(statusOfExchange(await plugin.bearer(other))).toBe(200);
    clock.advance(48 * 3_600_000);
    const third = await own.token({ exp: Math.floor(Date.now() / 1000) + 1_000_000, jti: 'third' });
    expect((await plugin.bearer(third)).refusal).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
  });

  it('come when the provider comes: a node that started before it does not stay without them', async () => {
    const own = await TokenIssuer.start();
    const token = await own.token();
    await own.stop();
    const clock = new ManualClock(Date.now());
    const plugin = openidConnectPlugin({ issuer: own.issuer, ...BEARER }, { clock });
    expect(statusOfExchange(await plugin.bearer(token))).toBe(503);
    await own.listen();
    clock.advance(2_100);
    expect(statusOfExchange(await plugin.bearer(token))).toBe(200);
    await own.stop();
  });
});

describe('what this version does not run', () => {
  it.each<[object, RegExp]>([
    [{ auth_methods: ['bearer', 'introspection'] }, /config\.auth_methods: this version does not serve introspection/],
    [{ proof_of_possession_dpop: 'strict' }, /config\.proof_of_possession_dpop/],
    [{ proof_of_possession_mtls: 'optional' }, /config\.proof_of_possession_mtls/],
    [{ require_pushed_authorization_requests: true }, /config\.require_pushed_authorization_requests/],
    [{ response_mode: 'jwt' }, /config\.response_mode: this version does not serve "jwt"; expected query or form_post/],
    [{ resolve_distributed_claims: true }, /config\.resolve_distributed_claims/],
    [{ client_auth: ['tls_client_auth'] }, /config\.client_auth/],
    [{ session_storage: 'redis' }, /config\.session_storage/],
    [{ upstream_user_info_header: 'x-user' }, /config\.upstream_user_info_header/],
  ])('is refused by name: %j', (config, message) => {
    expect(() => openidConnectPlugin({ issuer: 'https://id.acme.example', ...config })).toThrow(message);
  });

  it('is left out of the default methods', () => {
    expect(() => openidConnectPlugin({ issuer: 'https://id.acme.example' })).not.toThrow();
  });
});
