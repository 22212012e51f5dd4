import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog } from '../base/log.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import type { SelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { LOOK_INTERVAL_MS } from './file-watch.ts';
import { readSettings } from './read.ts';
import type { TunnelSettings } from './settings.ts';
import { watchTunnelFiles } from './tunnel-file-watch.ts';

let folder: string;
let clock: ManualClock;
let lines: string[];
let renewals: TunnelSettings[];
let watches: { close(): Promise<void> }[];

beforeEach(() => {
  folder = temporaryFolder('tunnel');
  clock = new ManualClock();
  [lines, renewals, watches] = [[], [], []];
});
afterEach(async () => {
  await Promise.all(watches.map((each) => each.close()));
  rmSync(folder, { recursive: true });
});

const pair = () => createSelfSignedCertificate({ commonName: 'kong_clustering' });
const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);

function writePair({ certificate, key }: SelfSignedCertificate): void {
  write('tls.crt', certificate);
  write('tls.key', key);
}

function watch(extra: Record<string, string> = {}): TunnelSettings {
  const { settings } = readSettings({
    KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: path('tls.crt'), KONG_CLUSTER_CERT_KEY: path('tls.key'), ...extra,
  });
  const log = createLog({ level: 'notice', write: (line) => void lines.push(line) });
  watches.push(watchTunnelFiles({ tunnel: settings.tunnel, log, clock, changed: (tunnel) => void renewals.push(tunnel) }));
  return settings.tunnel;
}

const look = () => clock.advance(LOOK_INTERVAL_MS);

describe('certificate and key', () => {
  it('are read again when both have changed', async () => {
    writePair(await pair());
    watch();
    look();
    expect(renewals).toEqual([]);
    const next = await pair();
    writePair(next);
    look();
    expect(renewals).toHaveLength(1);
    expect(renewals[0]!.identity!.certificate).toBe(next.certificate);
    expect(renewals[0]!.identity!.key.reveal()).toBe(next.key);
    expect(lines.join()).toContain('certificate_until');
    expect(lines.join()).not.toContain('PRIVATE KEY');
  });

  it('are read again when the folder behind a symbolic link is another, as Kubernetes does it', async () => {
    const [first, second] = [await pair(), await pair()];
    for (const [name, { certificate, key }] of [['one', first], ['two', second]] as const) {
      mkdirSync(path(name));
      write(`${name}/tls.crt`, certificate);
      write(`${name}/tls.key`, key);
    }
    symlinkSync('one', path('..data'));
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(`..data/${file}`, path(file));
    watch();
    symlinkSync('two', path('..data_tmp'));
    renameSync(path('..data_tmp'), path('..data'));
    look();
    expect(renewals.map(({ identity }) => identity!.certificate)).toEqual([second.certificate]);
  });

  it('changed between the start and the first look are not missed', async () => {
    writePair(await pair());
    const { settings } = readSettings({
      KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: path('tls.crt'),
      KONG_CLUSTER_CERT_KEY: path('tls.key'),
    });
    const next = await pair();
    writePair(next);
    const log = createLog({ level: 'notice', write: (line) => void lines.push(line) });
    watches.push(watchTunnelFiles({ tunnel: settings.tunnel, log, clock, changed: (tunnel) => void renewals.push(tunnel) }));
    look();
    expect(renewals.map(({ identity }) => identity!.certificate)).toEqual([next.certificate]);
  });

  it('that do not fit together yet are waited for without a word', async () => {
    const [first, second] = [await pair(), await pair()];
    writePair(first);
    watch();
    write('tls.crt', second.certificate);
    look();
    expect([renewals, lines]).toEqual([[], []]);
    write('tls.key', second.key);
    look();
    expect(renewals).toHaveLength(1);
    expect(lines.join()).not.toContain('cannot be used');
  });

  it('that stay broken are reported once, and what was read before stays in use', async () => {
    writePair(await pair());
    watch();
    rmSync(path('tls.key'));
    for (let times = 0; times < 5; times++) look();
    expect(renewals).toEqual([]);
    expect(lines.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
    expect(lines.join()).toContain('KONG_CLUSTER_CERT_KEY');
  });

  it('given in the environment are not waited for', async () => {
    const { certificate, key } = await pair();
    write('accepted.crt', certificate);
    const tunnel = watch({
      KONG_CLUSTER_CERT: certificate, KONG_CLUSTER_CERT_KEY: key,
      HYBRIDGE_CLUSTER_ACCEPTED_CERTS: path('accepted.crt'),
    });
    expect(tunnel.files).toEqual({ accepted: path('accepted.crt') });
    write('accepted.crt', certificate + (await pair()).certificate);
    look();
    expect(renewals[0]!.identity!.certificate).toBe(certificate.trim());
    expect(renewals[0]!.accepted!.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
});

describe('the list of revoked certificates', () => {
  const pki = async (list: string): Promise<void> => {
    const { certificate, key } = await pair();
    writePair({ certificate, key });
    write('revoked', list);
    watch({ KONG_CLUSTER_MTLS: 'pki', KONG_CLUSTER_CA_CERT: path('tls.crt'), HYBRIDGE_CLUSTER_REVOKED_FILE: path('revoked') });
  };

  it('is read again when it changes', async () => {
    await pki('# none yet\n');
    write('revoked', 'cn:Factory.example  # sold\n\nserial: 00:0a:ff\n');
    look();
    expect(renewals[0]!.revoked).toEqual({ commonNames: ['factory.example'], serialNumbers: ['AFF'] });
  });

  it('with an invalid line is reported, and the old one stays in use', async () => {
    await pki('cn:factory.example\n');
    write('revoked', 'cn:factory.example\nserial:xyz\n');
    look();
    look();
    expect(renewals).toEqual([]);
    expect(lines.join()).toContain(`HYBRIDGE_CLUSTER_REVOKED_FILE: line 2 of ${path('revoked')} is 'serial:xyz'; expected cn:<common `
      + 'name> or serial:<hexadecimal number>');
  });
});
