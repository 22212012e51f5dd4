import { describe, expect, it } from 'vitest';

import { readSettings } from './read.ts';

const warningsOf = (environment: Record<string, string>) => readSettings(environment).warnings;

describe('settings without effect that somebody relies on', () => {
  it.each([
    ['KONG_CLUSTER_OCSP', 'on', 'HYBRIDGE_CLUSTER_REVOKED_FILE'],
    ['KONG_CLUSTER_OCSP', 'optional', 'no responder is asked'],
    ['KONG_CLUSTER_USE_PROXY', 'on', 'opened directly'],
    ['KONG_ENFORCE_RBAC', 'both', 'asks nobody who they are'],
    ['KONG_ROUTER_FLAVOR', 'expressions', 'expressions are refused'],
    ['KONG_STREAM_LISTEN', '0.0.0.0:9000', 'not proxied'],
    ['KONG_REAL_IP_HEADER', 'X-Forwarded-For', 'read from X-Real-IP'],
  ])('%s=%s is told of once, with what happens in its place', (name, value, instead) => {
    expect(warningsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}=${value} has no effect: .*${instead}`))]);
  });

  it.each([
    ['KONG_CLUSTER_OCSP', 'off'], ['KONG_CLUSTER_USE_PROXY', 'off'], ['KONG_ENFORCE_RBAC', 'off'], ['KONG_ROUTER_FLAVOR', 'traditional_compatible'],
    ['KONG_STREAM_LISTEN', 'off'], ['KONG_REAL_IP_HEADER', 'X-Real-IP'], ['KONG_REAL_IP_HEADER', ''],
  ])('%s=%s asks for nothing more than what happens', (name, value) => {
    expect(warningsOf({ [name]: value })).toEqual([]);
  });
});

it('the prefix of the vault env goes before names in settings, and on to plugins', () => {
  const { settings } = readSettings({ KONG_VAULT_ENV_PREFIX: 'APP_', APP_NODE: '5d82e8e2-7a0f-45a2-9563-23b4df5d5821', KONG_NODE_ID: '{vault://env/node}' });
  expect(settings).toMatchObject({ nodeId: '5d82e8e2-7a0f-45a2-9563-23b4df5d5821', vaultPrefix: 'APP_' });
});
