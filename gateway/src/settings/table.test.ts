import { getDiffieHellman } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { SettingsError, readSettings } from './read.ts';
import type { SettingsReading } from './read.ts';
import { WITHOUT_EFFECT, WORKING } from './table.ts';
import { rowWithoutEffect } from './without-effect.ts';

let folder: string;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hybridge-table-'));
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'one.example', days: 2 });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  files = {
    certificate: write('one.crt', certificate), key: write('one.key', key), revoked: write('revoked', 'cn:one.example\n'),
    password: write('password', 'x'), historyKey: write('history.key', `${'A'.repeat(43)}=\n`),
    parameters: write('dhparam.pem', diffieHellmanParameters()),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * What a setting needs so that a sample of it is valid: a value of its own when its kind is no help, and other settings that go with it.
 */
function sampleOf(name: string): { readonly value?: string; readonly beside?: Readonly<Record<string, string>> } {
  const dataPlane = { KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: files.certificate!, KONG_CLUSTER_CERT_KEY: files.key! };
  const controlPlane = { ...dataPlane, KONG_ROLE: 'control_plane' };
  const pki = { ...controlPlane, KONG_CLUSTER_MTLS: 'pki', KONG_CLUSTER_CA_CERT: files.certificate! };
  const storage = { KONG_CLUSTER_FALLBACK_CONFIG_STORAGE: 's3://bucket' };
  const samples: Readonly<Record<string, ReturnType<typeof sampleOf>>> = {
    KONG_CLUSTER_FALLBACK_CONFIG_EXPORT: { value: 'on', beside: { ...controlPlane, ...storage } },
    KONG_CLUSTER_FALLBACK_CONFIG_IMPORT: { value: 'on', beside: { ...dataPlane, ...storage } },
    KONG_ROLE: { value: 'control_plane', beside: { ...controlPlane, KONG_ROLE: 'traditional' } },
    KONG_DATABASE: { value: 'postgres' },
    KONG_CLUSTER_CERT: { value: files.certificate!, beside: { KONG_CLUSTER_CERT_KEY: files.key! } },
    KONG_CLUSTER_CERT_KEY: { value: files.key!, beside: { KONG_CLUSTER_CERT: files.certificate! } },
    KONG_CLUSTER_CA_CERT: { value: files.certificate!, beside: { KONG_CLUSTER_MTLS: 'pki' } },
    HYBRIDGE_CLUSTER_ACCEPTED_CERTS: { value: files.certificate!, beside: dataPlane },
    HYBRIDGE_CLUSTER_REVOKED_FILE: { value: files.revoked!, beside: pki },
    KONG_CLUSTER_ALLOWED_COMMON_NAMES: { beside: { ...pki, KONG_CLUSTER_MTLS: 'pki_check_cn' } },
    KONG_LUA_SSL_TRUSTED_CERTIFICATE: { value: files.certificate! },
    HYBRIDGE_HISTORY_KEY: { value: `${'A'.repeat(43)}=` },
    HYBRIDGE_HISTORY_KEY_FILE: { value: files.historyKey! },
    HYBRIDGE_PG_PASSWORD_FILE: { value: files.password! },
    HYBRIDGE_MYSQL_PASSWORD_FILE: { value: files.password! },
    KONG_PG_IAM_AUTH: { value: 'on', beside: { KONG_PG_SSL: 'on', KONG_PG_SSL_VERIFY: 'on' } },
    HYBRIDGE_MYSQL_IAM_AUTH: { value: 'on', beside: { HYBRIDGE_MYSQL_SSL: 'on' } },
    KONG_CLIENT_SSL: { value: 'on', beside: { KONG_CLIENT_SSL_CERT: files.certificate!, KONG_CLIENT_SSL_CERT_KEY: files.key! } },
    KONG_CLIENT_SSL_CERT: { value: files.certificate!, beside: { KONG_CLIENT_SSL: 'on', KONG_CLIENT_SSL_CERT_KEY: files.key! } },
    KONG_CLIENT_SSL_CERT_KEY: { value: files.key!, beside: { KONG_CLIENT_SSL: 'on', KONG_CLIENT_SSL_CERT: files.certificate! } },
    KONG_SSL_CIPHERS: { value: 'ECDHE-RSA-AES128-GCM-SHA256', beside: { KONG_SSL_CIPHER_SUITE: 'custom' } },
    KONG_SSL_PROTOCOLS: { value: 'TLSv1.3', beside: { KONG_SSL_CIPHER_SUITE: 'custom' } },
    KONG_SSL_PREFER_SERVER_CIPHERS: { value: 'off', beside: { KONG_SSL_CIPHER_SUITE: 'custom' } },
    KONG_SSL_DHPARAM: { value: files.parameters! },
  };
  const pair = /^(KONG_(?:ADMIN_|STATUS_)?SSL_CERT)(_KEY)?$/.exec(name);
  if (pair?.[1] !== undefined) {
    return pair[2] === undefined
      ? { value: files.certificate!, beside: { [`${name}_KEY`]: files.key! } }
      : { value: files.key!, beside: { [pair[1]]: files.certificate! } };
  }
  return samples[name] ?? {};
}

/** The reading of an environment; problems when there are some. */
function outcomeOf(environment: Readonly<Record<string, string>>): SettingsReading | readonly string[] {
  try {
    return readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

describe('a setting that works', () => {
  it.each(WORKING.map(({ name }) => [name] as const))('%s changes the typed settings', (name) => {
    const row = WORKING.find((each) => each.name === name)!;
    const { value = row.kind.samples.find((sample) => sample !== row.default)!, beside = {} } = sampleOf(name);
    const without = outcomeOf(beside);
    const reading = readSettings({ ...beside, [name]: value });
    expect(reading.settings).not.toEqual('settings' in without ? without.settings : undefined);
    expect(reading.warnings.filter((warning) => warning.includes('has no effect'))).toEqual([]);
  });
});

describe('a setting without effect', () => {
  it.each(WITHOUT_EFFECT.map(({ name, outcome }) => [name, outcome] as const))('%s %s', (name, outcome) => {
    const row = WITHOUT_EFFECT.find((each) => each.name === name)!;
    const one = name.replace('*', 'SAMPLE');
    expect(rowWithoutEffect(one)).toBe(row);
    const value = row.kind.samples.find((sample) => !row.silent.includes(sample.toLowerCase()))!;
    const result = outcomeOf({ [one]: value });
    const said = outcome === 'warns' ? (result as SettingsReading).warnings : result as readonly string[];
    expect(said).toEqual([expect.stringContaining(row.instead)]);
    expect(said[0]!.startsWith(one)).toBe(true);
  });

  it('has valid defaults and silent values', () => {
    for (const { name, kind, default: fallback, silent } of WITHOUT_EFFECT) {
      for (const value of fallback === undefined ? silent : [fallback, ...silent]) {
        expect(kind.parse(value),
          `${name}=${value}`).toBeDefined();
      }
    }
  });
});

describe('the table', () => {
  it('has each name once', () => {
    const names = [...WORKING, ...WITHOUT_EFFECT].map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has an outcome for every setting that a data plane of Kong 3.9.1 reported', () => {
    const working = new Set(WORKING.map(({ name }) => name));
    const names = reportedSettings().map((name) => `KONG_${name.toUpperCase()}`);
    expect(names.length).toBeGreaterThan(150);
    expect(names.filter((name) => !working.has(name) && rowWithoutEffect(name) === undefined)).toEqual([]);
  });
});

/** Keys of `process_conf` that Kong computes from its settings: paths, sockets, parsed forms, tables of nginx directives. */
const COMPUTED = new RegExp([
  '_listeners$', '_ssl_enabled$', '_directives$', '_cert_default', '_cert_key_default', '_cert_csr_default$', '_conf$', '_sock$', '_logs$',
  '_pid$',
  '^(enabled_headers(_upstream)?|host_ports|kong_env|kong_process_secrets|lmdb_validation_tag|loaded_(plugins|vaults))$',
  '^(pluginservers|socket_path)$',
  '^(lua_ssl_trusted_certificate_combined|_debug_pg_ttl_cleanup_interval)$',
].join('|'));

function reportedSettings(): readonly string[] {
  const { basic_info: { process_conf: reported } } = recorded<{ basic_info: { process_conf: object } }>('frames-dp');
  return Object.keys(reported).filter((name) => !COMPUTED.test(name));
}

/** PEM of a group that Node.js knows by name: a sequence of its prime and its generator, in DER. */
function diffieHellmanParameters(): string {
  const group = getDiffieHellman('modp14');
  const element = (tag: number, content: Buffer) => {
    const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
    return Buffer.concat([Buffer.from([tag, ...length]), content]);
  };
  const positive = (bytes: Buffer) => element(2, bytes[0]! < 128 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
  const der = element(0x30, Buffer.concat([positive(group.getPrime()), positive(group.getGenerator())]));
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END DH PARAMETERS-----\n`;
}
