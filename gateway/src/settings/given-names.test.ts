import { describe, expect, it } from 'vitest';
import { judgeGivenSetting } from './given-names.ts';

describe('judgeGivenSetting', () => {
  it.each([
    ['KONG_LOG_LEVL', 'debug', { isUnknown: true, nearest: 'KONG_LOG_LEVEL' }],
    ['HYBRIDGE_DRAIN_SECOND', '3', { isUnknown: true, nearest: 'HYBRIDGE_DRAIN_SECONDS' }],
    ['KONG_COMPLETELY_DIFFERENT_SUBJECT', '3', { isUnknown: true }],
    ['KONG_LOG_LEVEL', 'verbose', { problem: expect.stringContaining("KONG_LOG_LEVEL: 'verbose' is not valid") }],
    ['KONG_NGINX_PROXY_SSL_VERIFY_CLIENT', 'on', { problem: expect.stringContaining('is not supported') }],
    ['KONG_VAULTS', 'aws', {}],
    ['KONG_VAULTS', 'gcp', { problem: expect.stringContaining('expected a comma-separated list of bundled, off, env, aws, hcv') }],
    ['KONG_VAULT_GCP_PROJECT_ID', 'p', { warning: expect.stringContaining('has no effect') }],
    ['KONG_VAULTS', 'bundled', {}],
    ['KONG_PLUGINS', 'bundled', {}],
    ['KONG_LOG_LEVEL', 'debug', {}],
  ])('%s=%s', (name, text, report) => {
    expect(judgeGivenSetting(name, text)).toEqual(report);
  });

  it('judges the name alone where the value is known only later', () => {
    expect(judgeGivenSetting('KONG_LOG_LEVEL', undefined)).toEqual({});
    expect(judgeGivenSetting('KONG_LOG_LEVL', undefined)).toMatchObject({ isUnknown: true });
    expect(judgeGivenSetting('KONG_LOG_LEVEL', '{vault://env/level}')).toEqual({});
  });

  it('opens no file', () => {
    expect(judgeGivenSetting('KONG_SSL_CERT', '/there/is/no/such/file')).toEqual({});
  });
});
