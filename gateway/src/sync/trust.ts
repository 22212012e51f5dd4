/** Which certificates the ends of a tunnel accept from each other, in the modes `shared`, `pki` and `pki_check_cn`. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket, TlsOptions, ConnectionOptions } from 'node:tls';
import { SHARED_TUNNEL_SERVER_NAME } from '../../contract.ts';
import { authoritiesOf } from '../base/authorities.ts';
import type { RevokedCertificates } from '../base/revoked-certificates.ts';
import type { Secret } from '../base/secret.ts';
import { HANDSHAKE_LIMIT_MS } from './protocol.ts';

export interface TunnelTrust {
  /**
   * `shared`: both ends have the same certificate. `pki`: each end has its own, signed by a common authority. `pki_check_cn`: as `pki`, and
   * the control plane checks the common name of the data plane.
   */
  readonly mode: 'shared' | 'pki' | 'pki_check_cn';
  /** Certificate chain and key of this node, as PEM. */
  readonly identity: { readonly certificate: string; readonly key: Secret };
  /** Further certificates that the other end may have in mode shared, during a rotation, as PEM. */
  readonly accepted?: string;
  /** Authorities of the peer's certificate, as PEM; modes pki. */
  readonly authorities?: string;
  /** Common names that a control plane accepts, mode pki_check_cn. @default - those of the parent domain of its own */
  readonly allowedCommonNames?: readonly string[];
  /** Certificates that a control plane rejects, modes pki. */
  readonly revoked?: RevokedCertificates;
  /** Further authorities that a data plane trusts, as PEM; `system` means the machine's own. */
  readonly trusted?: readonly string[];
  /** Name that a data plane expects in modes pki. @default - the host of the control plane */
  readonly serverName?: string;
}

/** `none`: the peer sent no certificate; `wrong`: it is not trusted. */
export type PeerCertificate = 'trusted' | 'none' | 'wrong';

/** TLS of a tunnel's listener. Certificates are judged by `judgePeer` after the handshake, because refusals differ by mode. */
export function serverTlsOptions(trust: TunnelTrust): TlsOptions {
  return {
    cert: trust.identity.certificate,
    key: trust.identity.key.reveal(),
    ...(trust.mode !== 'shared' && trust.authorities !== undefined ? { ca: trust.authorities } : {}),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_LIMIT_MS,
  };
}

/** A check of the certificate that a data plane presented in the handshake. */
export function judgePeer(trust: TunnelTrust): (socket: TLSSocket) => PeerCertificate {
  const admits = admission(trust);
  return (socket) => {
    const peer = socket.getPeerX509Certificate();
    if (peer === undefined) return 'none';
    // OpenSSL has checked authority, dates and use.
    return (trust.mode === 'shared' || socket.authorized) && admits(peer) ? 'trusted' : 'wrong';
  };
}

/**
 * Checks whether an open tunnel would be accepted again: OpenSSL verified its handshake against the authorities of that time. Intermediate
 * certificates of a handshake are not available afterwards, so where the authorities changed, only certificates that one of them signed
 * itself pass; the others are verified again when they reconnect.
 *
 * @param previous under which the tunnel was accepted
 */
export function judgeAgain(trust: TunnelTrust, previous: TunnelTrust): (socket: TLSSocket) => boolean {
  const admits = admission(trust);
  const isSigned = signedBy(trust.authorities ?? '');
  const isSame = trust.authorities === previous.authorities;
  const comesFrom = (socket: TLSSocket, peer: X509Certificate) => isSame ? socket.authorized : isSigned(peer);
  return (socket) => {
    const peer = socket.getPeerX509Certificate();
    return peer !== undefined && admits(peer) && (trust.mode === 'shared' || comesFrom(socket, peer));
  };
}

/** What is checked in addition to the chain. */
function admission(trust: TunnelTrust): (peer: X509Certificate) => boolean {
  if (trust.mode === 'shared') {
    const accepted = new Set(sharedCertificates(trust).map((pem) => new X509Certificate(pem).fingerprint256));
    return (peer) => accepted.has(peer.fingerprint256);
  }
  const { commonNames = [], serialNumbers = [] } = trust.revoked ?? {};
  const [revokedNames, revokedNumbers] = [new Set(commonNames), new Set(serialNumbers)];
  const isAllowed = trust.mode === 'pki_check_cn' ? nameRule(trust) : () => true;
  return (peer) => {
    const name = commonName(peer);
    return !revokedNumbers.has(peer.serialNumber.replace(/^0+/, '')) && !revokedNames.has(name) && isAllowed(name);
  };
}

function nameRule({ identity, allowedCommonNames = [] }: TunnelTrust): (name: string) => boolean {
  if (allowedCommonNames.length > 0) {
    const allowed = new Set(allowedCommonNames.map((name) => name.toLowerCase()));
    return (name) => allowed.has(name);
  }
  const domain = parentDomain(commonName(new X509Certificate(identity.certificate)));
  return (name) => domain !== undefined && parentDomain(name) === domain;
}

function commonName(certificate: X509Certificate): string {
  // Several common names are possible, and ambiguous: such a certificate has none for us.
  const name: unknown = certificate.toLegacyObject().subject?.CN;
  return typeof name === 'string' ? name.toLowerCase() : '';
}

/** `a.b.c` → `b.c`; undefined for a name of one part. */
function parentDomain(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(dot + 1) : undefined;
}

/** Whether one of these authorities signed the certificate itself. */
function signedBy(pem: string): (peer: X509Certificate) => boolean {
  const authorities = certificatesIn(pem).map((one) => new X509Certificate(one));
  return (peer) => authorities.some((authority) => peer.checkIssued(authority) && peer.verify(authority.publicKey));
}

/** Its own first. */
export function sharedCertificates({ identity, accepted = '' }: TunnelTrust): readonly string[] {
  return [...certificatesIn(identity.certificate).slice(0, 1), ...certificatesIn(accepted)];
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (TRUSTED )?CERTIFICATE-----/g) ?? [];
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
    // The certificates that the other end can hold are known one by one: nothing else is trusted, whatever signed it.
    return { ...identity, ca: [...sharedCertificates(trust)], allowPartialTrustChain: true, servername: SHARED_TUNNEL_SERVER_NAME };
  }
  const servername = trust.serverName ?? host;
  return {
    ...identity,
    ca: [...(trust.authorities === undefined ? [] : [trust.authorities]), ...authoritiesOf(trust.trusted ?? [])],
    // RFC 6066 §3 forbids an address as the name to send; it is still verified, as the host.
    ...(isIP(servername) === 0 ? { servername } : { host: servername }),
  };
}
