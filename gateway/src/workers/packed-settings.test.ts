import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { readSettings } from '../settings/read.ts';
import { settingsIn } from '../settings/setting.ts';
import { SETTINGS } from '../settings/table.ts';
import { packSettings, unpackSettings } from './packed-settings.ts';

/** The same tree with what secrets hide, so that two trees can be compared. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return { revealed: value.reveal() };
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  expect([Object.prototype, null]).toContain(Object.getPrototypeOf(value));
  const entries = Object.entries(value).filter(([, nested]) => nested !== undefined);
  return Object.fromEntries(entries.map(([key, nested]) => [key, revealed(nested)]));
}

describe('settings on their way to a worker', () => {
  it('are the same behind it, secrets included', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'node.test' });
    const { settings } = readSettings({
      KONG_SSL_CERT: certificate, KONG_SSL_CERT_KEY: key, KONG_PG_PASSWORD: 'hidden', KONG_TRUSTED_IPS: '10.0.0.0/8,::/0',
      KONG_PROXY_LISTEN: '0.0.0.0:8000, [::]:8443 ssl', KONG_VAULT_HCV_TOKEN: 'hidden, too',
    });
    const unpacked = unpackSettings(packSettings(settings));
    expect(revealed(unpacked)).toEqual(revealed(settings));
    expect(unpacked.certificates.proxy!.key).toBeInstanceOf(Secret);
    expect(inspect(unpacked, { depth: 9 })).not.toContain('hidden');
    expect(Object.isFrozen(unpacked.certificates.proxy)).toBe(true);
  });

  it.each(settingsIn(SETTINGS).map(({ name, kind }) => [name, kind] as const))('keep every value of %s', (_name, kind) => {
    for (const sample of kind.samples) {
      const settings = { value: kind.parse(sample) } as never;
      expect(unpackSettings(packSettings(settings))).toEqual(settings);
    }
  });
});
