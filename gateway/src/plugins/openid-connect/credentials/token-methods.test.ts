/** Machines, user names and refresh tokens, against a certified provider. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openidConnectPlugin, statusOfExchange } from '../../../../test/fixtures/openid-connect.ts';
import {
  COGNITO_ISSUER, COGNITO_LOGIN, MACHINE_CLIENT, MACHINE_SCOPE, OpenidProvider,
} from '../../../../test/fixtures/openid-provider.ts';

let plain: OpenidProvider;
let cognito: OpenidProvider;
beforeAll(async () => {
  const options = { redirectUris: ['https://apis.acme.example/back'] };
  [plain, cognito] = await Promise.all([OpenidProvider.plain(options), OpenidProvider.cognito(options)]);
});
afterAll(() => Promise.all([plain.close(), cognito.close()]));

const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
const machine = basic(MACHINE_CLIENT.id, MACHINE_CLIENT.secret);
const form = (fields: Record<string, string>) => ({
  method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString(),
});

describe('a machine', () => {
  const config = () => ({ issuer: plain.issuer, auth_methods: ['client_credentials'], scopes: [MACHINE_SCOPE] });

  it('is asked for once at a time, whatever the number of its requests, and its token is kept', async () => {
    const plugin = openidConnectPlugin(config());
    const before = plain.countOf('/token');
    const exchanges = await Promise.all(Array.from({ length: 50 }, () => plugin.request({ headers: machine })));
    expect(exchanges.map(statusOfExchange).every((status) => status === 200)).toBe(true);
    expect(plain.countOf('/token') - before).toBe(1);
    expect(exchanges[0]!.upstream.header('authorization')).toMatch(/^Bearer ey/);
  });

  it('with a wrong secret is refused, and a flood of it does not reach the provider', async () => {
    const plugin = openidConnectPlugin(config());
    const before = plain.countOf('/token');
    for (let round = 0; round < 20; round += 1) {
      expect(statusOfExchange(await plugin.request({ headers: basic(MACHINE_CLIENT.id, 'wrong') }))).toBe(401);
    }
    expect(plain.countOf('/token') - before).toBe(1);
  });

  it('may show its secret in the body, which the upstream does not see', async () => {
    const plugin = openidConnectPlugin({ ...config(), hide_credentials: true });
    const exchange = await plugin.request(form({ client_id: MACHINE_CLIENT.id, client_secret: MACHINE_CLIENT.secret, order: '1' }));
    expect([statusOfExchange(exchange), exchange.upstream.body?.toString()]).toEqual([200, 'order=1']);
  });

  it('lacks what it has not asked for', async () => {
    const plugin = openidConnectPlugin({ ...config(), scopes_required: ['gateway/write'] });
    expect(statusOfExchange(await plugin.request({ headers: machine }))).toBe(403);
  });

  it('of a provider that is away gets 503', async () => {
    const plugin = openidConnectPlugin({ ...config(), token_endpoint: 'http://127.0.0.1:9/token', timeout: 500 });
    expect(statusOfExchange(await plugin.request({ headers: machine }))).toBe(503);
  });
});

describe('other credentials', () => {
  it('a refresh token that the provider does not know', async () => {
    const plugin = openidConnectPlugin({
      issuer: plain.issuer, auth_methods: ['refresh_token'], client_id: [MACHINE_CLIENT.id], client_secret: [MACHINE_CLIENT.secret],
      refresh_token_param_name: 'X-Refresh',
    });
    expect(statusOfExchange(await plugin.request({ headers: { 'x-refresh': 'unknown' } }))).toBe(401);
    expect(statusOfExchange(await plugin.request())).toBe(401);
  });

  it('a user name and a password, where the provider has no such grant', async () => {
    const plugin = openidConnectPlugin({
      issuer: plain.issuer, auth_methods: ['password'], client_id: [MACHINE_CLIENT.id], client_secret: [MACHINE_CLIENT.secret],
    });
    expect(statusOfExchange(await plugin.request({ headers: basic('alice', 'password') }))).toBe(401);
  });
});

it('a client whose way to authenticate lacks its secret or key is refused by name', () => {
  const config = { issuer: 'https://id.acme.example', client_id: ['a'] };
  expect(() => openidConnectPlugin({ ...config, client_auth: ['client_secret_post'] })).toThrow(/^config\.client_secret\[0\]: missing/);
  expect(() => openidConnectPlugin({ ...config, client_auth: ['private_key_jwt'] })).toThrow(/^config\.client_jwk\[0\]: missing/);
});

it('the endpoints of Cognito need no discovery; without its certificate they are not believed', async () => {
  const plugin = openidConnectPlugin({
    issuer: COGNITO_ISSUER, auth_methods: ['client_credentials'], ssl_verify: true, https_proxy: cognito.proxy, timeout: 2000,
    token_endpoint: `${COGNITO_LOGIN}/oauth2/token`, scopes: ['openid', MACHINE_SCOPE],
  });
  expect(statusOfExchange(await plugin.request({ headers: machine }))).toBe(503);
  const trusting = openidConnectPlugin({
    issuer: COGNITO_ISSUER, auth_methods: ['client_credentials', 'password'], ssl_verify: true, https_proxy: cognito.proxy,
    token_endpoint: `${COGNITO_LOGIN}/oauth2/token`, scopes: ['openid', MACHINE_SCOPE], scopes_required: [MACHINE_SCOPE],
    audience_claim: ['client_id'], audience_required: [MACHINE_CLIENT.id],
  }, { authorities: [cognito.authority] });
  expect(statusOfExchange(await trusting.request({ headers: machine }))).toBe(200);
  expect(cognito.countOf('/openid-configuration')).toBe(0);
});
