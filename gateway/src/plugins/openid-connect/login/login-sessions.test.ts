import { expect, it } from 'vitest';

import { openidConfig } from '../../../../test/fixtures/openid-connect.ts';
import { SYSTEM_CLOCK } from '../../../base/clock.ts';
import { SILENT } from '../../../base/log.ts';
import { FakeExchange, FakeResponse } from '../../../plugin-kit/testing.ts';
import { loginSessions, sessionSecret } from './login-sessions.ts';

const sessionsOf = (config: object) => (
  loginSessions(openidConfig({ issuer: 'https://one.test', ...config }), { clock: SYSTEM_CLOCK, log: SILENT }));

/** The cookie of a session that begins. */
function cookieOf(config: object): string {
  const exchange = new FakeExchange();
  exchange.response = new FakeResponse();
  const sessions = sessionsOf(config).of(exchange);
  sessions.begin(exchange, { accessToken: 't', isVerified: true, client: 0 });
  sessions.writeCookies(exchange);
  return exchange.response.header('set-cookie')!.split(';', 1)[0]!;
}

const opens = (config: object, cookie: string): boolean => {
  const exchange = new FakeExchange({ headers: { cookie } });
  return sessionsOf(config).of(exchange).open(exchange) !== undefined;
};

it('a session opens where secret and issuer are the same, and for no other issuer', () => {
  const secret = { session_secret: 'the-same-secret-everywhere' };
  expect(opens(secret, cookieOf(secret))).toBe(true);
  expect(opens({ ...secret, issuer: 'https://two.test' }, cookieOf(secret))).toBe(false);
});

it('a session never has a secret that follows from what everyone knows', () => {
  const config = openidConfig({ issuer: 'https://one.test', client_id: ['public'] });
  expect(() => sessionSecret({ ...config, client_secret: [''], cache_tokens_salt: '' }))
    .toThrow(/^config\.session_secret: expected a secret/);
});
