/** TLS towards upstreams: whose certificates are verified, against what, and what the gateway presents. */
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import type { ConnectionOptions, DetailedPeerCertificate, PeerCertificate, SecureContext } from 'node:tls';

import { authoritiesOf } from '../../base/authorities.ts';
import { Lru } from '../../base/lru.ts';
import type { Secret } from '../../base/secret.ts';
import type { Service } from '../../model/snapshot.ts';

export interface UpstreamTlsOptions {
  /** Authorities of upstreams, as PEM; `system` for those of the machine. @default - `system` */
  readonly authorities?: readonly string[];
  /** Whether all upstreams are verified, whatever their services say. @default false */
  readonly verifyAlways?: boolean;
  /** Intermediate certificates that a chain may have. @default 1 */
  readonly verifyDepth?: number;
  /** Presented to upstreams that ask for a certificate. @default - none */
  readonly identity?: { readonly certificate: string; readonly key: Secret };
}

/** Certificates that the configuration names for a service, beside those of the node. */
export interface ServiceTls {
  /** Tells it apart from others; equal only for the same certificates. */
  readonly key: string;
  /** Presented in place of the node's. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** PEM: what the service is verified against, in place of the node's authorities. */
  readonly authorities?: readonly string[];
}

/** What a connection to an upstream is opened with, and told apart by. */
export interface UpstreamTlsConnection extends ConnectionOptions {
  readonly rejectUnauthorized: boolean;
  /** Set where the certificate is verified. */
  readonly verifyDepth?: number;
  /** Key of the certificates of the configuration. */
  readonly identity?: string;
}

/** Contexts of certificates of the configuration that are kept. */
const MAX_CONTEXTS = 1_000;

export class UpstreamTls {
  readonly #options: UpstreamTlsOptions;
  #unverified: SecureContext | undefined;
  #verified: SecureContext | undefined;
  readonly #contexts = new Lru<string, SecureContext>(MAX_CONTEXTS);

  constructor(options: UpstreamTlsOptions) {
    this.#options = options;
  }

  /**
   * Without `tls_verify` any certificate is accepted, as by Kong.
   *
   * @param host Host header that the upstream gets
   * @throws Error a certificate of the configuration cannot be used
   */
  connection(service: Service, host: string, tls?: ServiceTls): UpstreamTlsConnection {
    const servername = serverNameOf(host);
    const isVerified = this.#isVerified(service);
    const secureContext = this.#contextOf(isVerified, tls);
    const common = { servername, rejectUnauthorized: isVerified, secureContext, ...tls && { identity: tls.key } };
    if (!isVerified) return common;
    const verifyDepth = this.#depthOf(service);
    return {
      ...common, verifyDepth,
      checkServerIdentity: (checked, certificate) => (
        tooLong(certificate, verifyDepth) ?? withoutName(checked) ?? checkServerIdentity(checked, certificate)),
    };
  }

  /** Equal only for connections whose every setting of TLS is the same, certificates of both sides included. */
  keyOf(service: Service, host: string, tls?: ServiceTls): string {
    const depth = this.#isVerified(service) ? this.#depthOf(service) : '-';
    return `${serverNameOf(host)} ${depth} ${tls?.key ?? ''}`;
  }

  #isVerified({ tlsVerify }: Service): boolean {
    return tlsVerify === true || this.#options.verifyAlways === true;
  }

  #depthOf({ tlsVerifyDepth }: Service): number {
    return tlsVerifyDepth ?? this.#options.verifyDepth ?? 1;
  }

  /** What a probe presents, and verifies against: as a connection that is verified. @throws Error as `connection` */
  probeContext(tls: ServiceTls | undefined): SecureContext {
    return this.#contextOf(true, tls);
  }

  #contextOf(isVerified: boolean, tls: ServiceTls | undefined): SecureContext {
    if (tls === undefined) {
      return isVerified ? this.#verified ??= this.#verifying() : this.#unverified ??= createSecureContext(this.#identity());
    }
    const key = `${String(isVerified)} ${tls.key}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const { identity, authorities = authoritiesOf(this.#options.authorities ?? ['system']) } = tls;
    const made = createSecureContext({
      ...identity === undefined ? this.#identity() : { cert: identity.certificate, key: identity.key },
      ...isVerified && { ca: [...authorities] },
    });
    this.#contexts.set(key, made);
    return made;
  }

  #verifying(): SecureContext {
    return createSecureContext({ ...this.#identity(), ca: [...authoritiesOf(this.#options.authorities ?? ['system'])] });
  }

  #identity(): { cert?: string; key?: string } {
    const { identity } = this.#options;
    return identity === undefined ? {} : { cert: identity.certificate, key: identity.key.reveal() };
  }
}

/** RFC 6066 §3 forbids addresses as server names. */
function serverNameOf(host: string): string {
  const name = host.replace(/:\d+$/, '');
  return /^[\d.]+$|:/.test(name) ? '' : name;
}

/** The chain without the upstream's certificate and without the authority, as OpenSSL counts the depth of a verification. */
function tooLong(certificate: PeerCertificate, depth: number): Error | undefined {
  let intermediates = -1;
  let link = certificate as DetailedPeerCertificate;
  while (link.issuerCertificate !== undefined && link.issuerCertificate.fingerprint256 !== link.fingerprint256) {
    intermediates += 1;
    link = link.issuerCertificate;
  }
  return intermediates <= depth ? undefined
    : new Error(`the certificate chain has ${intermediates} intermediate certificates; ${depth} are allowed`);
}

/** A certificate is verified for a name, as by Kong: a service that is addressed by IP has none. */
function withoutName(checked: string): Error | undefined {
  return isIP(checked) === 0 ? undefined
    : new Error(`the upstream is addressed as ${checked}, but a certificate is verified for a name; set host_header of an upstream`);
}
