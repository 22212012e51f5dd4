import { describe, expect, it } from 'vitest';

import { SettingsError, readSettings } from './read.ts';

const warningsOf = (environment: Record<string, string>) => readSettings(environment).warnings;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return (error as SettingsError).problems;
  }
}

describe('settings that have no effect', () => {
  it.each([
    ['KONG_CLUSTER_USE_PROXY', 'on', 'opened directly'],
    ['KONG_NGINX_USER', 'www-data', 'as the user that starts it'],
    ['KONG_NGINX_PROXY_PROXY_BUFFERS', '4 8k', 'no nginx'],
    ['KONG_RESOLVER_STALE_TTL', '60', 'resolved as KONG_DNS_'],
    ['KONG_PG_RO_HOST', 'replica.example', 'reads go to KONG_PG_HOST'],
  ])('%s=%s gives one warning, with what happens instead', (name, value, instead) => {
    expect(warningsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}=${value} has no effect: .*${instead}`))]);
  });

  it.each([
    ['KONG_CLUSTER_OCSP', 'off'], ['KONG_CLUSTER_USE_PROXY', 'off'], ['KONG_ENFORCE_RBAC', 'off'],
    ['KONG_STREAM_LISTEN', 'off'], ['KONG_STREAM_LISTEN', ''], ['KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT', 'off'], ['KONG_NGINX_DAEMON', 'off'],
  ])('%s=%s asks for nothing else than what happens: no warning', (name, value) => {
    expect(warningsOf({ [name]: value })).toEqual([]);
  });

  it('does not repeat the value of a secret', () => {
    expect(warningsOf({ KONG_PASSWORD: 'hunter2', KONG_PG_RO_PASSWORD: 'hunter2' }).join('\n')).not.toContain('hunter2');
  });

  it('refuses a value that is not valid', () => {
    expect(problemsOf({ KONG_CLUSTER_RPC: 'perhaps' })).toEqual(["KONG_CLUSTER_RPC: 'perhaps' is not valid; expected on or off"]);
  });

  it('follows a reference to the vault', () => {
    expect(warningsOf({ KONG_CLUSTER_RPC: '{vault://env/rpc}', RPC: 'off' })).toEqual([]);
  });
});

describe('settings that ask for a protection which does not exist here', () => {
  it.each([
    ['KONG_CLUSTER_OCSP', 'on', 'HYBRIDGE_CLUSTER_REVOKED_FILE'],
    ['KONG_CLUSTER_OCSP', 'optional', 'no OCSP responder is asked'],
    ['KONG_ENFORCE_RBAC', 'both', 'has no authentication'],
    ['KONG_FIPS', 'on', 'FIPS 140'],
    ['KONG_KEYRING_ENABLED', 'on', 'would not be encrypted'],
    ['KONG_NGINX_ADMIN_SSL_VERIFY_CLIENT', 'on', 'would not be asked for a certificate'],
  ])('%s=%s is refused, with what to do', (name, value, reason) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}=${value} is not supported: .*${reason}`))]);
  });
});

it('the prefix of the vault env applies to references in settings, and is passed on to plugins', () => {
  const { settings } = readSettings({
    KONG_VAULT_ENV_PREFIX: 'APP_', APP_NODE: '5d82e8e2-7a0f-45a2-9563-23b4df5d5821', KONG_NODE_ID: '{vault://env/node}',
  });
  expect(settings).toMatchObject({ nodeId: '5d82e8e2-7a0f-45a2-9563-23b4df5d5821', vaultPrefix: 'APP_' });
});
