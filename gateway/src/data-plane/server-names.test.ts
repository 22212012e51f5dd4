/** Certificates of the configuration on a TLS listener: which name gets which, and what a change does. */
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import { createLog } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import type { SelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import type { Row } from '../model/config-table.ts';
import { ServerNames } from './server-names.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const made = new Map<string, SelfSignedCertificate>();

beforeAll(async () => {
  for (const commonName of ['default', 'exact', 'left', 'right', 'star', 'ec']) {
    made.set(commonName, await createSelfSignedCertificate({ commonName }));
  }
  for (const commonName of ['default-rsa', 'rsa']) made.set(commonName, await createSelfSignedCertificate({ commonName, keyType: 'rsa' }));
});

const pair = (name: string) => ({ cert: made.get(name)!.certificate, key: made.get(name)!.key });

const keyPair = (name: string) => ({ certificate: made.get(name)!.certificate, key: new Secret(made.get(name)!.key) });

interface Started {
  readonly port: number;
  readonly names: ServerNames;
  readonly logged: string[];
}

async function start(tables: Record<string, readonly Row[]>): Promise<Started> {
  const logged: string[] = [];
  const log = createLog({ write: (line) => void logged.push(line) });
  const names = new ServerNames({}, log);
  names.use(snapshotOf(tables));
  const servers = new ListenerServers({
    name: 'proxy', certificate: { ...keyPair('default'), alternative: keyPair('default-rsa') }, tls: {}, log,
    contextFor: (name, client) => names.contextFor(name, client),
  });
  const server = servers.create({ ssl: true } as never);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close(), () => servers.close());
  return { port: (server.address() as AddressInfo).port, names, logged };
}

/** Common name of the certificate that a client gets, or the code of its error. */
function shown(port: number, servername?: string, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...servername && { servername }, ...options }, () => {
      resolve(socket.getPeerCertificate().subject.CN as string);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const TABLES = () => ({
  certificates: ['exact', 'left', 'right', 'star'].map((name) => ({ id: name, ...pair(name) })),
  snis: [['exact', 'a.wild.test'], ['left', '*.wild.test'], ['right', 'wild.*']].map(([certificate, name]) => (
    { id: name, name, certificate })),
});

describe('a server name', () => {
  it.each([
    ['a.wild.test', 'exact'], ['A.Wild.TEST', 'exact'], ['b.wild.test', 'left'], ['a.b.wild.test', 'default'], ['wild.test', 'right'],
    ['wild.com', 'right'], ['wild.co.uk', 'default'], ['wild', 'default'], ['other.test', 'default'], ['__proto__', 'default'],
  ])('%s gets the certificate %s', async (name, certificate) => {
    expect(await shown((await start(TABLES())).port, name)).toBe(certificate);
  });

  it('that no other names gets the certificate of *; a client without one does not', async () => {
    const tables = TABLES();
    const { port } = await start({ ...tables, snis: [...tables.snis, { id: 'star', name: '*', certificate: 'star' }] });
    expect([await shown(port, 'other.test'), await shown(port, 'b.wild.test'), await shown(port)]).toEqual(['star', 'left', 'default']);
  });

  it('gets another certificate when the configuration changes, and the listener\'s when it has none any more', async () => {
    const { port, names } = await start(TABLES());
    expect(await shown(port, 'a.wild.test')).toBe('exact');
    names.use(snapshotOf({ ...TABLES(), certificates: [{ id: 'exact', ...pair('star') }] }));
    expect(await shown(port, 'a.wild.test')).toBe('star');
    names.use(snapshotOf({}));
    expect(await shown(port, 'a.wild.test')).toBe('default');
  });

  it('whose certificate is in quarantine fails its handshake, and does not get the listener\'s', async () => {
    const { port, logged } = await start({ snis: [{ id: 's', name: 'held.test', certificate: 'not-in-the-snapshot' }] });
    expect(await shown(port, 'held.test')).toBe('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR');
    expect(await shown(port, 'other.test')).toBe('default');
    expect(logged).toEqual([expect.stringContaining('the server name held.test cannot be used: it is in quarantine')]);
  });

  it('whose certificate cannot be used fails its handshake only, with one line in the log', async () => {
    const { port, names, logged } = await start({});
    const broken = { id: 'exact', cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', key: 'secret-key' };
    names.use({ ...snapshotOf({}), entities: (name) => ({ certificates: [broken], snis: TABLES().snis as Row[] })[name] ?? [] });
    for (let count = 0; count < 2; count += 1) expect(await shown(port, 'a.wild.test')).toBe('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR');
    expect(await shown(port, 'other.test')).toBe('default');
    expect(logged).toEqual([expect.stringContaining('the certificate for the server name a.wild.test cannot be used')]);
    expect(logged.join()).not.toContain('secret-key');
  });
});

describe('of two pairs', () => {
  const EC = { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;
  const RSA = { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;

  it.each<[ConnectionOptions, string]>([
    [{}, 'ec'], [{ sigalgs: 'RSA-PSS+SHA256:RSA-PSS+SHA384' }, 'rsa'], [{ maxVersion: 'TLSv1.2' }, 'rsa'], [RSA, 'rsa'],
    [{ ...EC, sigalgs: 'ECDSA+SHA256:ECDSA+SHA384' }, 'ec'],
  ])('a client with %j gets %s, whichever is the first', async (options, certificate) => {
    for (const [first, second] of [['ec', 'rsa'], ['rsa', 'ec']] as const) {
      const { cert, key } = pair(first);
      const { cert: certAlt, key: keyAlt } = pair(second);
      const { port } = await start({
        certificates: [{ id: 'two', cert, key, cert_alt: certAlt, key_alt: keyAlt }],
        snis: [{ id: 's', name: 'two.test', certificate: 'two' }],
      });
      expect(await shown(port, 'two.test', options)).toBe(certificate);
    }
  });

  it('the listener\'s own are chosen by what the client offers', async () => {
    const { port } = await start({});
    const names = [await shown(port, undefined, EC), await shown(port, undefined, RSA), await shown(port)];
    expect(names).toEqual(['default', 'default-rsa', 'default']);
  });
});
