import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { createLog } from '../base/log.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { LOOK_INTERVAL_MS } from '../settings/file-watch.ts';
import { readSettings } from '../settings/read.ts';
import type { Listener } from '../settings/settings.ts';
import { ListenerServers } from './listener-servers.ts';

const TLS_ADDRESS: Listener = { host: '127.0.0.1', port: 0, ssl: true, http2: false, proxyProtocol: false, reusePort: false };

let folder: string;
let clock: ManualClock;
let lines: string[];
let closing: (() => unknown)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hybridge-listener-'));
  clock = new ManualClock();
  lines = [];
  closing = [() => rmSync(folder, { recursive: true })];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

const path = (name: string) => join(folder, name);

async function writePair(commonName: string): Promise<void> {
  const { certificate, key } = await createSelfSignedCertificate({ commonName, days: 2 });
  writeFileSync(path('tls.crt'), certificate);
  writeFileSync(path('tls.key'), key);
}

async function serve(name: 'proxy' | 'admin' | 'status', environment: Record<string, string> = {}): Promise<number> {
  const setting = { proxy: 'KONG_SSL_CERT', admin: 'KONG_ADMIN_SSL_CERT', status: 'KONG_STATUS_SSL_CERT' }[name];
  const { settings } = readSettings({ [setting]: path('tls.crt'), [`${setting}_KEY`]: path('tls.key'), ...environment });
  const log = createLog({ write: (line) => void lines.push(line) });
  const servers = new ListenerServers({ name, certificate: settings.certificates[name], tls: settings.tls, log, clock });
  const server = servers.create(TLS_ADDRESS);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => servers.close(), () => stop(server));
  return (server.address() as AddressInfo).port;
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** The common name of the certificate that a new connection gets, and what was agreed on. */
function handshake(port: number, options: ConnectionOptions = {}): Promise<{ name: unknown; protocol: string | null; cipher: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve({ name: socket.getPeerCertificate().subject.CN, protocol: socket.getProtocol(), cipher: socket.getCipher().name });
      socket.destroy();
    }).on('error', reject);
  });
}

describe.each(['proxy', 'admin', 'status'] as const)('the certificate of %s addresses', (name) => {
  it('follows its files', async () => {
    await writePair('first.example');
    const port = await serve(name);
    clock.advance(LOOK_INTERVAL_MS);
    expect((await handshake(port)).name).toBe('first.example');
    expect(lines).toEqual([]);
    await writePair('second.example');
    clock.advance(LOOK_INTERVAL_MS);
    expect((await handshake(port)).name).toBe('second.example');
    expect(lines.join('')).toMatch(new RegExp(`the certificate of KONG_${name.toUpperCase()}_LISTEN changed and is in `
      + 'use.*certificate_until'));
  });

  it('is missing: the message names the settings', () => {
    const servers = new ListenerServers({ name, tls: {}, log: createLog({ write: () => undefined }) });
    expect(() => servers.create(TLS_ADDRESS)).toThrow(new RegExp(
      `^KONG_${name.toUpperCase()}_LISTEN: 127\\.0\\.0\\.1:0 says ssl, but there is no certificate; set KONG_(ADMIN_|STATUS_)?SSL_CERT `
        + 'and KONG_'));
  });
});

describe('files that cannot be used', () => {
  it('are reported once, when they stay so, and the certificate before stays in use', async () => {
    await writePair('first.example');
    const port = await serve('proxy');
    const other = await createSelfSignedCertificate({ commonName: 'second.example', days: 2 });
    writeFileSync(path('tls.crt'), other.certificate);
    clock.advance(LOOK_INTERVAL_MS);
    expect(lines).toEqual([]);
    clock.advance(LOOK_INTERVAL_MS);
    clock.advance(LOOK_INTERVAL_MS);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the certificate of KONG_PROXY_LISTEN changed, but cannot be used; what was read before stays in use: '
      + 'KONG_SSL_CERT_KEY is not the key of the certificate in KONG_SSL_CERT');
    expect((await handshake(port)).name).toBe('first.example');
    writeFileSync(path('tls.key'), other.key);
    clock.advance(LOOK_INTERVAL_MS);
    expect((await handshake(port)).name).toBe('second.example');
  });

  it('are a half-written certificate and one that is gone, too', async () => {
    await writePair('first.example');
    const port = await serve('proxy');
    for (const change of [() => writeFileSync(path('tls.crt'), '-----BEGIN CERTIFICATE-----\nMIIB'), () => rmSync(path('tls.crt'))]) {
      change();
      clock.advance(LOOK_INTERVAL_MS);
      clock.advance(LOOK_INTERVAL_MS);
    }
    expect(lines).toHaveLength(2);
    expect((await handshake(port)).name).toBe('first.example');
  });
});

describe('protocols and ciphers', () => {
  beforeEach(() => writePair('one.example'));

  it.each([
    ['modern', 'TLSv1.2', undefined], ['modern', 'TLSv1.3', 'TLSv1.3'], ['intermediate', 'TLSv1.1', undefined],
    ['intermediate', 'TLSv1.2', 'TLSv1.2'],
    ['old', 'TLSv1.1', 'TLSv1.1'],
  ] as const)('KONG_SSL_CIPHER_SUITE=%s, a client of %s: %s', async (suite, version, agreed) => {
    const port = await serve('proxy', { KONG_SSL_CIPHER_SUITE: suite });
    const attempt = handshake(port, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    if (agreed === undefined) await expect(attempt).rejects.toThrow();
    else expect((await attempt).protocol).toBe(agreed);
  });

  it('are those of KONG_SSL_CIPHERS with a custom suite, also after a change of the certificate', async () => {
    const cipher = 'ECDHE-ECDSA-AES256-GCM-SHA384';
    const port = await serve('proxy', { KONG_SSL_CIPHER_SUITE: 'custom', KONG_SSL_CIPHERS: cipher, KONG_SSL_PROTOCOLS: 'TLSv1.2' });
    expect(await handshake(port)).toMatchObject({ cipher, protocol: 'TLSv1.2' });
    await writePair('second.example');
    clock.advance(LOOK_INTERVAL_MS);
    expect(await handshake(port)).toMatchObject({ name: 'second.example', cipher, protocol: 'TLSv1.2' });
    await expect(handshake(port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow();
  });
});
