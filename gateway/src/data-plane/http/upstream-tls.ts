/** TLS towards upstreams: whose certificates are verified, against what, and what the gateway presents. */
import { checkServerIdentity, createSecureContext } from 'node:tls';
import type { ConnectionOptions, DetailedPeerCertificate, PeerCertificate, SecureContext } from 'node:tls';

import { authoritiesOf } from '../../base/authorities.ts';
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

/** What a connection to an upstream is opened with, and told apart by. */
export interface UpstreamTlsConnection extends ConnectionOptions {
  readonly rejectUnauthorized: boolean;
  /** Set where the certificate is verified. */
  readonly verifyDepth?: number;
}

export class UpstreamTls {
  readonly #options: UpstreamTlsOptions;
  #unverified: SecureContext | undefined;
  #verified: SecureContext | undefined;

  constructor(options: UpstreamTlsOptions) {
    this.#options = options;
  }

  /** Without `tls_verify` any certificate is accepted, as by Kong. @param host Host header that the upstream gets */
  connection(service: Service, host: string): UpstreamTlsConnection {
    const name = host.replace(/:\d+$/, '');
    // RFC 6066 §3 forbids addresses as server names.
    const servername = /^[\d.]+$|:/.test(name) ? '' : name;
    if (service.tlsVerify !== true && this.#options.verifyAlways !== true) {
      return { servername, rejectUnauthorized: false, secureContext: this.#unverified ??= createSecureContext(this.#identity()) };
    }
    const verifyDepth = service.tlsVerifyDepth ?? this.#options.verifyDepth ?? 1;
    return {
      servername, rejectUnauthorized: true, verifyDepth, secureContext: this.#verified ??= this.#verifying(),
      checkServerIdentity: (checked, certificate) => tooLong(certificate, verifyDepth) ?? checkServerIdentity(checked, certificate),
    };
  }

  #verifying(): SecureContext {
    return createSecureContext({ ...this.#identity(), ca: [...authoritiesOf(this.#options.authorities ?? ['system'])] });
  }

  #identity(): { cert?: string; key?: string } {
    const { identity } = this.#options;
    return identity === undefined ? {} : { cert: identity.certificate, key: identity.key.reveal() };
  }
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
