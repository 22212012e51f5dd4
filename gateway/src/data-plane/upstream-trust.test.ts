/** Requests to TLS upstreams, through a data plane with the settings of a user: whose certificates it accepts, and what it presents. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Authority } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog } from '../base/log.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';

const SERVICE_ID = '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

let folder: string;
let authority: Authority;
let direct: Identity;
let below: Identity;
let client: Identity;
let closing: (() => unknown)[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hybridge-upstream-trust-'));
  authority = await Authority.create('private authority');
  const intermediate = await authority.intermediate('intermediate');
  direct = await authority.issue('localhost', ['server']);
  const leaf = await intermediate.issue('localhost', ['server']);
  below = { certificate: `${leaf.certificate}\n${intermediate.certificate}\n`, key: leaf.key };
  client = await authority.issue('gateway.example', ['client']);
  write('authority.crt', authority.certificate);
  write('other.crt', (await Authority.create('other authority')).certificate);
  write('client.crt', client.certificate);
  write('client.key', client.key.reveal());
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);

/** A TLS upstream that answers with the common name of the client's certificate. */
async function startUpstream(identity: Identity, options: ServerOptions = {}): Promise<number> {
  const server = createServer({ cert: identity.certificate, key: identity.key.reveal(), ...options }, (request, response) => {
    response.end(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Sends one request through a data plane of its own for each of the services. */
async function statuses(
  port: number, environment: Record<string, string>, services: readonly Record<string, unknown>[],
): Promise<readonly (readonly [number, string])[]> {
  const prefix = mkdtempSync(join(folder, 'node-'));
  const { settings } = readSettings({ KONG_PREFIX: prefix, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', ...environment });
  const dataPlane = new DataPlane({ settings, log: createLog({ write: () => undefined }), keepsConfiguration: false });
  closing.push(() => dataPlane.close(0));
  const { proxy: [address] } = await dataPlane.start();
  const answers: (readonly [number, string])[] = [];
  for (const service of services) {
    const table = {
      _format_version: '3.0', _transform: false,
      services: [{ id: SERVICE_ID, name: 'secure', protocol: 'https', host: 'localhost', port, retries: 0, ...service }],
      routes: [{ id: SERVICE_ID, name: 'all', paths: ['/'], service: SERVICE_ID }],
    };
    expect(await dataPlane.apply(table, 'a'.repeat(32))).toEqual({ applied: true });
    const response = await fetch(`http://127.0.0.1:${address!.port}/`);
    answers.push([response.status, await response.text()]);
  }
  return answers;
}

const statusOf = async (port: number, environment: Record<string, string>, service: Record<string, unknown>) => (
  (await statuses(port, environment, [service]))[0]![0]);

describe('an upstream with a certificate of a private authority', () => {
  it.each([
    ['tls_verify unset, as in Kong', {}, {}, 200],
    ['tls_verify off', {}, { tls_verify: false }, 200],
    ['tls_verify on, the machine\'s authorities', {}, { tls_verify: true }, 502],
    ['tls_verify on, another authority', { KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'other.crt' }, { tls_verify: true }, 502],
    ['tls_verify on, its authority', { KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'authority.crt' }, { tls_verify: true }, 200],
    ['tls_verify on, its authority among others', { KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'system,authority.crt' }, { tls_verify: true }, 200],
    ['all upstreams verified', { KONG_TLS_CERTIFICATE_VERIFY: 'on' }, { tls_verify: false }, 502],
    ['all upstreams verified, its authority', { KONG_TLS_CERTIFICATE_VERIFY: 'on', KONG_LUA_SSL_TRUSTED_CERTIFICATE: 'authority.crt' }, {},
      200],
  ] as const)('%s: %s %s: %d', async (_, environment: Record<string, string>, service, status) => {
    const { KONG_LUA_SSL_TRUSTED_CERTIFICATE: trusted } = environment;
    const paths: Record<string, string> = trusted === undefined ? {}
      : { KONG_LUA_SSL_TRUSTED_CERTIFICATE: trusted.replaceAll(/\w+\.crt/g, path) };
    expect(await statusOf(await startUpstream(direct), { ...environment, ...paths }, service)).toBe(status);
  });

  it('that is for another name is refused', async () => {
    const port = await startUpstream(await authority.issue('other.example', ['server']));
    expect(await statusOf(port, { KONG_LUA_SSL_TRUSTED_CERTIFICATE: path('authority.crt') }, { tls_verify: true })).toBe(502);
  });
});

describe('a chain with one intermediate certificate', () => {
  it.each([
    ['1, the default', {}, {}, 200], ['0', { KONG_LUA_SSL_VERIFY_DEPTH: '0' }, {}, 502],
    ['0 of the service', {}, { tls_verify_depth: 0 }, 502],
    ['1 of the service', { KONG_LUA_SSL_VERIFY_DEPTH: '0' }, { tls_verify_depth: 1 }, 200],
  ] as const)('with a depth of %s: %s %s: %d', async (_, environment, service, status) => {
    const trusted = { KONG_LUA_SSL_TRUSTED_CERTIFICATE: path('authority.crt') };
    expect(await statusOf(await startUpstream(below), { ...trusted, ...environment }, { tls_verify: true, ...service })).toBe(status);
  });

  it('is checked again for a service that allows less, on the same upstream', async () => {
    const depths = [{ tls_verify_depth: 1 }, { tls_verify_depth: 0 }, { tls_verify_depth: 1 }];
    const answers = await statuses(await startUpstream(below), { KONG_LUA_SSL_TRUSTED_CERTIFICATE: path('authority.crt') },
      depths.map((depth) => ({ tls_verify: true, ...depth })));
    expect(answers.map(([status]) => status)).toEqual([200, 502, 200]);
  });
});

describe('an upstream that demands a client certificate', () => {
  const demanding = () => startUpstream(direct, { requestCert: true, rejectUnauthorized: true, ca: authority.certificate });
  const identity = () => ({ KONG_CLIENT_SSL_CERT: path('client.crt'), KONG_CLIENT_SSL_CERT_KEY: path('client.key') });

  it.each([[{}], [{ tls_verify: true }]])('gets that of KONG_CLIENT_SSL_CERT, %s', async (service) => {
    const environment = { ...identity(), KONG_CLIENT_SSL: 'on', KONG_LUA_SSL_TRUSTED_CERTIFICATE: path('authority.crt') };
    expect(await statuses(await demanding(), environment, [service])).toEqual([[200, 'gateway.example']]);
  });

  it('gets none with KONG_CLIENT_SSL=off, and the node says so', async () => {
    expect(readSettings(identity()).warnings).toEqual([
      expect.stringContaining('KONG_CLIENT_SSL_CERT has no effect: KONG_CLIENT_SSL is off'),
      expect.stringContaining('KONG_CLIENT_SSL_CERT_KEY has no effect: KONG_CLIENT_SSL is off'),
    ]);
    expect(await statusOf(await demanding(), identity(), {})).toBe(502);
  });

  it('is not possible with KONG_CLIENT_SSL=on alone', () => {
    expect(() => readSettings({ KONG_CLIENT_SSL: 'on' })).toThrow('KONG_CLIENT_SSL_CERT and KONG_CLIENT_SSL_CERT_KEY are missing');
  });
});
