/** Who is let into the tunnel: certificates of both ends, in the modes `shared` and `pki`. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { TLSSocket, TlsOptions, ConnectionOptions } from 'node:tls';
import { SHARED_TUNNEL_SERVER_NAME } from '../../contract.ts';
import type { Secret } from '../base/secret.ts';

export interface TunnelTrust {
  /** `shared`: both ends hold one certificate. `pki`: each has its own, signed by a common authority. */
  readonly mode: 'shared' | 'pki';
  /** Certificate chain and key of this node, as PEM. */
  readonly identity: { readonly certificate: string; readonly key: Secret };
  /** Authorities of the peer's certificate, as PEM; mode pki. */
  readonly authorities?: string;
  /** Further authorities that a data plane trusts, as PEM; `system` stands for the machine's own. */
  readonly trusted?: readonly string[];
  /** Name that a data plane expects in mode pki. @default - the host of the control plane */
  readonly serverName?: string;
}

/** `none`: nothing was sent; `wrong`: not one that we trust. */
export type PeerCertificate = 'trusted' | 'none' | 'wrong';

/** TLS of a tunnel's listener. Certificates are judged by `judgePeer` after the handshake, because refusals differ by mode. */
export function serverTlsOptions(trust: TunnelTrust): TlsOptions {
  return {
    cert: trust.identity.certificate,
    key: trust.identity.key.reveal(),
    ...(trust.mode === 'pki' && trust.authorities !== undefined ? { ca: trust.authorities } : {}),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: 10_000,
  };
}

/** A check of the certificate that a data plane presented. */
export function judgePeer(trust: TunnelTrust): (socket: TLSSocket) => PeerCertificate {
  const own = new X509Certificate(trust.identity.certificate).fingerprint256;
  return (socket) => {
    const peer = socket.getPeerX509Certificate();
    if (peer === undefined) return 'none';
    const trusted = trust.mode === 'shared' ? peer.fingerprint256 === own : socket.authorized;
    return trusted ? 'trusted' : 'wrong';
  };
}

/** Seconds since 1970 at which the peer's certificate ends. */
export function peerExpiry(socket: TLSSocket): number | undefined {
  const peer = socket.getPeerX509Certificate();
  return peer === undefined ? undefined : Math.floor(Date.parse(peer.validTo) / 1000);
}

/** TLS of a data plane towards a control plane. */
export function clientTlsOptions(trust: TunnelTrust, host: string): ConnectionOptions {
  const identity = { cert: trust.identity.certificate, key: trust.identity.key.reveal(), minVersion: 'TLSv1.2' as const };
  if (trust.mode === 'shared') {
    // The one certificate that the other end can hold is ours: nothing else is trusted, whatever signed it.
    return { ...identity, ca: trust.identity.certificate, allowPartialTrustChain: true, servername: SHARED_TUNNEL_SERVER_NAME };
  }
  const servername = trust.serverName ?? host;
  return {
    ...identity,
    ca: [...(trust.authorities === undefined ? [] : [trust.authorities]), ...expandSystem(trust.trusted ?? [])],
    // RFC 6066 forbids an address as the name to send; it is still verified, as the host.
    ...(isIP(servername) === 0 ? { servername } : {}),
  };
}

function expandSystem(trusted: readonly string[]): string[] {
  return trusted.flatMap((entry) => entry === 'system' ? getCACertificates('system') : [entry]);
}
