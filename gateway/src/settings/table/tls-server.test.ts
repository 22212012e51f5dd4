import { describe, expect, it } from 'vitest';

import { SettingsError, readSettings } from '../read.ts';

const tlsOf = (environment: Record<string, string> = {}) => readSettings(environment).settings.tls;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return (error as SettingsError).problems;
  }
}

describe('KONG_SSL_CIPHER_SUITE', () => {
  it.each([
    ['modern', 'TLSv1.3', 'TLSv1.3', false], ['intermediate', 'TLSv1.2', 'TLSv1.3', false], ['old', 'TLSv1', 'TLSv1.3', true],
    ['fips', 'TLSv1.2', 'TLSv1.2', true],
  ])('%s: from %s to %s, own order of ciphers: %s', (suite, minVersion, maxVersion, honorCipherOrder) => {
    expect(tlsOf({ KONG_SSL_CIPHER_SUITE: suite })).toMatchObject({ minVersion, maxVersion, honorCipherOrder });
  });

  it('is intermediate by default', () => {
    expect(tlsOf()).toEqual(tlsOf({ KONG_SSL_CIPHER_SUITE: 'intermediate' }));
  });

  it('takes the other settings with custom only, and says so', () => {
    const given = { KONG_SSL_CIPHERS: 'ECDHE-RSA-AES128-GCM-SHA256', KONG_SSL_PROTOCOLS: 'TLSv1.2', KONG_SSL_PREFER_SERVER_CIPHERS: 'off' };
    expect(tlsOf({ ...given, KONG_SSL_CIPHER_SUITE: 'custom' })).toMatchObject({
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', honorCipherOrder: false,
    });
    expect(tlsOf(given)).toEqual(tlsOf());
    expect(readSettings(given).warnings).toEqual(Object.keys(given).map((name) => (
      `${name} has no effect: KONG_SSL_CIPHER_SUITE=intermediate chooses it; set KONG_SSL_CIPHER_SUITE=custom`)));
  });
});

it.each([
  ['ciphers', { KONG_SSL_CIPHER_SUITE: 'custom', KONG_SSL_CIPHERS: 'NO-SUCH-CIPHER' },
    "KONG_SSL_CIPHERS: OpenSSL does not accept 'NO-SUCH-CIPHER'"],
  ['parameters', { KONG_SSL_DHPARAM: '/nowhere.pem' }, 'KONG_SSL_DHPARAM: cannot read /nowhere.pem'],
  ['versions with a gap', { KONG_SSL_PROTOCOLS: 'TLSv1.1 TLSv1.3' }, 'KONG_SSL_PROTOCOLS'],
  ['a version that is too old', { KONG_SSL_PROTOCOLS: 'SSLv3' }, 'KONG_SSL_PROTOCOLS'],
])('refuses %s that cannot be used', (_, environment, expected) => {
  expect(problemsOf(environment)).toEqual([expect.stringContaining(expected)]);
});

it('reads a session timeout as nginx does', () => {
  expect(tlsOf({ KONG_SSL_SESSION_TIMEOUT: '2h' }).sessionTimeout).toBe(7200);
});
