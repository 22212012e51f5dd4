/** Who is let into a tunnel, judged on real TLS connections. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, getCACertificates } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Authority, sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { clientTlsOptions, judgeAgain, judgePeer, peerExpiry, serverTlsOptions } from './trust.ts';
import type { TunnelTrust } from './trust.ts';

let cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  cleanUps = [];
});

/** The control plane's socket after a handshake with a data plane that shows this certificate, or none. */
async function handshake(trust: TunnelTrust, identity?: Identity): Promise<TLSSocket> {
  const server = createServer(serverTlsOptions(trust)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({
    port: (server.address() as AddressInfo).port, host: '127.0.0.1', rejectUnauthorized: false,
    ...identity !== undefined && { cert: identity.certificate, key: identity.key.reveal() },
  }).on('error', () => undefined);
  const [socket] = await once(server, 'secureConnection') as [TLSSocket];
  socket.on('error', () => undefined);
  cleanUps.push(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  return socket;
}

let shared: Identity;
let other: Identity;
let authority: Authority;
let own: Identity;
beforeAll(async () => {
  [shared, other, authority] = await Promise.all([sharedIdentity(), sharedIdentity(), Authority.create('tunnel authority')]);
  own = await authority.issue('control-plane.acme.example', ['server']);
});

const pki = (extra: Partial<TunnelTrust> = {}): TunnelTrust => ({
  mode: 'pki',
  identity: own,
  authorities: authority.certificate,
  ...extra,
});
const leaf = (name = 'factory.acme.example', extra = {}) => authority.issue(name, ['client'], [-1, 1], extra);

/**
 * At the handshake, and when the same rules are applied to the open tunnel again: with authorities that are the same,
 * and with more of them.
 */
async function verdicts(trust: TunnelTrust, identity?: Identity): Promise<readonly [string, boolean, boolean]> {
  const socket = await handshake(trust, identity);
  const before: TunnelTrust = { ...trust, authorities: `${trust.authorities}\n` };
  return [judgePeer(trust)(socket), judgeAgain(trust, trust)(socket), judgeAgain(trust, before)(socket)];
}

const WRONG = ['wrong', false, false];
const TRUSTED = ['trusted', true, true];

describe('mode shared', () => {
  it('trusts the own certificate and the accepted ones only', async () => {
    const trust: TunnelTrust = { mode: 'shared', identity: shared, accepted: other.certificate };
    expect(await verdicts(trust, shared)).toEqual(TRUSTED);
    expect(await verdicts(trust, other)).toEqual(TRUSTED);
    expect(await verdicts({ mode: 'shared', identity: shared }, other)).toEqual(WRONG);
    expect(await verdicts(trust, await sharedIdentity())).toEqual(WRONG);
    expect(await verdicts(trust)).toEqual(['none', false, false]);
  });

  it('does not trust what else is in the file of the own certificate', async () => {
    const chain: Identity = { certificate: `${shared.certificate}\n${other.certificate}`, key: shared.key };
    expect(await verdicts({ mode: 'shared', identity: chain }, other)).toEqual(WRONG);
  });
});

describe('mode pki', () => {
  it('trusts certificates of the authority only', async () => {
    expect(await verdicts(pki(), await leaf())).toEqual(TRUSTED);
    expect(await verdicts(pki(), await leaf('factory.other.example'))).toEqual(TRUSTED);
    expect(await verdicts(pki(), shared)).toEqual(WRONG);
    expect(await verdicts(pki())).toEqual(['none', false, false]);
    const impostor = await Authority.create('tunnel authority');
    expect(await verdicts(pki(), await impostor.issue('factory.acme.example', ['client']))).toEqual(WRONG);
  });

  it('trusts certificates of an intermediate that came with them, in an open tunnel for as long as the authorities stay', async () => {
    const intermediate = await authority.intermediate('site authority');
    const { certificate, key } = await intermediate.issue('factory.acme.example', ['client']);
    expect(await verdicts(pki(), { certificate: `${certificate}\n${intermediate.certificate}`, key })).toEqual(['trusted', true, false]);
  });

  it('judges an open tunnel by the authorities of now', async () => {
    const next = await Authority.create('next authority');
    const socket = await handshake(pki(), await leaf());
    expect(judgeAgain(pki({ authorities: `${next.certificate}\n${authority.certificate}` }), pki())(socket)).toBe(true);
    expect(judgeAgain(pki({ authorities: next.certificate }), pki())(socket)).toBe(false);
    const renamed = await authority.renamed('renamed authority');
    expect(judgeAgain(pki({ authorities: renamed.certificate }), pki())(socket)).toBe(false);
    const { authorities: _, ...without } = pki();
    expect(judgeAgain(without, pki())(socket)).toBe(false);
  });

  it.each([
    ['leading zero', '0a1b2c'],
    ['leading zero byte', '000a1b2c'],
    ['first digit', '7a1b2c'],
  ])('revokes a serial number with a %s', async (_, serialNumber) => {
    const identity = await leaf('factory.acme.example', { serialNumber });
    const revoked = (number: string) => pki({ revoked: { commonNames: [], serialNumbers: [number] } });
    const listed = new X509Certificate(identity.certificate).serialNumber.replace(/^0+/, '');
    expect(listed).toMatch(/^[7A]/);
    expect(await verdicts(revoked(listed), identity)).toEqual(WRONG);
    expect(await verdicts(revoked('ABC'), identity)).toEqual(TRUSTED);
  });

  it('revokes all certificates of a common name, in any case', async () => {
    const revoked = pki({ revoked: { commonNames: ['factory.acme.example'], serialNumbers: [] } });
    expect(await verdicts(revoked, await leaf('Factory.acme.example'))).toEqual(WRONG);
    expect(await verdicts(revoked, await leaf('shop.acme.example'))).toEqual(TRUSTED);
  });
});

describe('mode pki_check_cn', () => {
  const checked = (extra: Partial<TunnelTrust> = {}) => pki({ mode: 'pki_check_cn', ...extra });

  it.each<[string, readonly string[], string, string]>([
    ['in the list', ['Factory.elsewhere.example'], 'factory.elsewhere.example', 'trusted'],
    ['not in the list', ['shop.acme.example'], 'factory.acme.example', 'wrong'],
    ['of the domain of the control plane', [], 'Factory.acme.example', 'trusted'],
    ['of one letter before the domain', [], 'f.acme.example', 'trusted'],
    ['of another domain', [], 'factory.other.example', 'wrong'],
    ['of a domain with another first letter', [], 'factory.icme.example', 'wrong'],
    ['of one part', [], 'factory', 'wrong'],
    ['that ends with a dot', [], 'factory.', 'wrong'],
    ['that begins with a dot', [], '.acme.example', 'wrong'],
  ])('a common name %s', async (_, allowedCommonNames, name, verdict) => {
    expect(await verdicts(checked({ allowedCommonNames }), await leaf(name))).toEqual([
      verdict,
      verdict === 'trusted',
      verdict === 'trusted',
    ]);
  });

  it('a domain may have one letter', async () => {
    const identity = await authority.issue('control-plane.x', ['server']);
    expect(await verdicts(checked({ identity }), await leaf('factory.x'))).toEqual(TRUSTED);
  });

  it('two common names are as good as none', async () => {
    const identity = await leaf('x', { subject: 'CN=factory.acme.example, CN=shop.acme.example' });
    expect(await verdicts(checked(), identity)).toEqual(WRONG);
  });

  it.each(['single', 'ends.'])('a control plane named %s admits no domain', async (name) => {
    expect(await verdicts(checked({ identity: await authority.issue(name, ['server']) }), await leaf(name))).toEqual(WRONG);
  });
});

describe('the expiry of the peer', () => {
  it('is the end of its certificate, in seconds', async () => {
    const identity = await leaf();
    const end = Math.floor(Date.parse(new X509Certificate(identity.certificate).validTo) / 1000);
    expect(peerExpiry(await handshake(pki(), identity))).toBe(end);
    expect(peerExpiry(await handshake(pki()))).toBeUndefined();
  });
});

describe('TLS of a control plane', () => {
  it('asks for a certificate, and leaves the verdict to us', () => {
    expect(serverTlsOptions({ mode: 'shared', identity: shared, authorities: authority.certificate })).toEqual({
      cert: shared.certificate,
      key: shared.key.reveal(),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: 8_000,
    });
    expect(serverTlsOptions(pki()).ca).toBe(authority.certificate);
    const { authorities: _, ...without } = pki();
    expect('ca' in serverTlsOptions(without)).toBe(false);
  });
});

describe('TLS of a data plane', () => {
  const pem = (text: string) => text.trim();

  it('in mode shared trusts known certificates one by one, under the fixed name', () => {
    const { ca, ...options } = clientTlsOptions(
      { mode: 'shared', identity: shared, accepted: `${other.certificate}\n`, serverName: 'x' },
      'cp.example',
    );
    expect((ca as string[]).map(pem)).toEqual([shared, other].map(({ certificate }) => pem(certificate)));
    expect(options).toEqual({
      cert: shared.certificate,
      key: shared.key.reveal(),
      minVersion: 'TLSv1.2',
      allowPartialTrustChain: true,
      servername: 'kong_clustering',
    });
  });

  it.each<[string, string | undefined, object]>([
    ['cp.example', undefined, { servername: 'cp.example' }],
    ['cp.example', 'other.example', { servername: 'other.example' }],
    ['10.0.0.1', undefined, { host: '10.0.0.1' }],
    ['fd00::1', undefined, { host: 'fd00::1' }],
    ['cp.example', '10.0.0.1', { host: '10.0.0.1' }],
  ])('in mode pki with host %s and server name %s verifies %j', (host, serverName, name) => {
    expect(clientTlsOptions(pki({ ...serverName !== undefined && { serverName } }), host)).toEqual({
      cert: own.certificate, key: own.key.reveal(), minVersion: 'TLSv1.2', ca: [authority.certificate], ...name,
    });
  });

  it('trusts further authorities, and those of the machine', () => {
    const { ca } = clientTlsOptions(pki({ trusted: ['further', 'system'] }), 'cp.example');
    expect(ca).toEqual([authority.certificate, 'further', ...getCACertificates('system')]);
    const { authorities: _, ...without } = pki({ trusted: ['further'] });
    expect(clientTlsOptions(without, 'cp.example').ca).toEqual(['further']);
  });
});
