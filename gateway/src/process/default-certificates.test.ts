import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { readSettings } from '../settings/read.ts';
import { withDefaultCertificates } from './default-certificates.ts';

let prefix: string;
beforeEach(() => {
  prefix = temporaryFolder('ssl');
});
function settings(environment: Record<string, string> = {}) {
  return withDefaultCertificates(readSettings({ KONG_PREFIX: prefix, ...environment }).settings);
}

describe('a TLS listener without a certificate', () => {
  it('gets a self-signed one for this machine', async () => {
    const { certificates } = await settings();
    const certificate = new X509Certificate(certificates.proxy!.certificate);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(statSync(join(prefix, 'ssl', 'self-signed.key')).mode & 0o777).toBe(0o600);
  });

  it('has the same one after a restart', async () => {
    const [first, second] = [await settings(), await settings()];
    expect(second.certificates.proxy!.certificate).toBe(first.certificates.proxy!.certificate);
  });

  it('gets a new one when the kept one is broken', async () => {
    const first = await settings();
    writeFileSync(join(prefix, 'ssl', 'self-signed.key'), 'cut off');
    const second = await settings();
    expect(second.certificates.proxy!.certificate).not.toBe(first.certificates.proxy!.certificate);
    expect(readFileSync(join(prefix, 'ssl', 'self-signed.key'), 'utf8')).toContain('PRIVATE KEY');
  });
});

it('makes none where no listener speaks TLS', async () => {
  const { certificates } = await settings({ KONG_PROXY_LISTEN: '127.0.0.1:8000' });
  expect(certificates).toEqual({ proxy: undefined, admin: undefined, status: undefined });
  expect(() => statSync(join(prefix, 'ssl'))).toThrow('ENOENT');
});

it('makes none for listeners that this role does not open', async () => {
  const { certificates } = await settings({
    KONG_STATUS_LISTEN: 'off', KONG_ADMIN_LISTEN: '127.0.0.1:8444 ssl',
    KONG_PROXY_LISTEN: '127.0.0.1:8000',
  });
  expect(certificates).toMatchObject({ proxy: undefined });
  expect(certificates.admin).toBeDefined();
});
