import { expect, it } from 'vitest';

import { openidConnectPlugin } from '../../test/fixtures/openid-connect.ts';
import { TokenIssuer } from '../../test/fixtures/token-issuer.ts';
import { markPersonal } from '../plugin-kit/personal-headers.ts';
import { FakeExchange, FakeResponse } from '../plugin-kit/testing.ts';
import { logEntry } from './log-entry.ts';

interface Shown {
  readonly request: { readonly headers: object };
  readonly response: { readonly headers: object };
}

it('a log entry shows no cookie of a session that a plugin gives to a client, and the cookies of the upstream', () => {
  const exchange = new FakeExchange();
  exchange.response = new FakeResponse(200, { 'Set-Cookie': ['theme=dark', 'session=sealed; Path=/'] });
  markPersonal(exchange, 'Set-Cookie', 'session=sealed; Path=/');
  expect((logEntry(exchange) as unknown as Shown).response.headers).toMatchObject({ 'set-cookie': ['theme=dark', 'REDACTED'] });
});

it('a log entry shows no token that an upstream gets, and the claims that it gets', async () => {
  const issuer = await TokenIssuer.start();
  const plugin = openidConnectPlugin({
    issuer: issuer.issuer, auth_methods: ['bearer'], upstream_access_token_header: 'x-token:bearer', upstream_headers_claims: ['sub'],
    upstream_headers_names: ['x-subject'],
  });
  const token = await issuer.token();
  const exchange = await plugin.bearer(token);
  expect(exchange.upstream.header('x-token')).toBe(`Bearer ${token}`);
  const entry = logEntry(exchange) as unknown as Shown;
  expect(entry.request.headers).toMatchObject({ 'authorization': 'REDACTED', 'x-token': 'REDACTED', 'x-subject': expect.any(String) });
  expect(JSON.stringify(entry)).not.toContain(token);
  await plugin.phases.close?.();
  await issuer.stop();
});
