/** The passwords of new connections: read each time, or signed for RDS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { Secret } from '../base/secret.ts';
import { passwordsOf, regionOf } from './database-password.ts';

const LOGIN = { host: 'gateways.abc.eu-central-1.rds.amazonaws.com', port: 3306, user: 'gateway' };

describe('the password of a new connection', () => {
  it('is the one of the settings, or none', async () => {
    expect(await passwordsOf(LOGIN)()).toBeUndefined();
    expect(await passwordsOf({ ...LOGIN, password: new Secret('p') })()).toBe('p');
  });

  it('is read from its file again, without the end of its line', async () => {
    const passwordFile = join(temporaryFolder('password'), 'password');
    const next = passwordsOf({ ...LOGIN, password: new Secret('unused'), passwordFile });
    for (const [content, expected] of [['one\n', 'one'], ['two\r\n', 'two'], ['three', 'three'], ['\nfour\n\n', '\nfour\n']] as const) {
      writeFileSync(passwordFile, content);
      expect(await next()).toBe(expected);
    }
  });

  describe('with IAM', () => {
    beforeEach(() => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
      vi.stubEnv('AWS_REGION', 'us-east-1');
    });
    afterEach(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });

    it('is a token for the server and the user, signed for a quarter of an hour, another one for each connection', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5) });
      const next = passwordsOf({ ...LOGIN, iamAuth: true, password: new Secret('unused') });
      const token = new URL(`https://${await next()}`);
      expect([token.host, Object.fromEntries(token.searchParams)]).toMatchObject([`${LOGIN.host}:3306`, {
        'Action': 'connect', 'DBUser': 'gateway', 'X-Amz-Expires': '900', 'X-Amz-Date': '20260102T030405Z',
        'X-Amz-Credential': 'AKIDEXAMPLE/20260102/eu-central-1/rds-db/aws4_request',
      }]);
      vi.setSystemTime(Date.UTC(2026, 0, 2, 3, 20));
      expect(new URL(`https://${await next()}`).searchParams.get('X-Amz-Date')).toBe('20260102T032000Z');
    });

    it('is signed for the region of the environment where the name of the server says none', async () => {
      const token = await passwordsOf({ ...LOGIN, host: 'database.example', iamAuth: true })();
      expect(new URL(`https://${token}`).searchParams.get('X-Amz-Credential')).toContain('/us-east-1/rds-db/');
    });
  });
});

it.each([
  ['gateways.abc.eu-central-1.rds.amazonaws.com', 'eu-central-1'], ['g.cluster-abc.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
  ['g.cluster-abc.ap-southeast-2.rds.amazonaws.com', 'ap-southeast-2'], ['g.abc.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['database.example', undefined], ['eu-central-1.rds.amazonaws.com.example', undefined],
])('the region of %s is %s', (host, region) => {
  expect(regionOf(host)).toBe(region);
});
