import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as acmpca from 'aws-cdk-lib/aws-acmpca';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Options of `Trust.generated()`. */
export interface GeneratedTrustOptions {
  /**
   * How long a certificate is good for, in days, 1 to 3650.
   *
   * @default - 1095; with `rotateEvery` four times that, at least 1095
   */
  readonly validDays?: number;

  /**
   * How often the certificate is replaced, in whole days, 2 to 365. At any time three are accepted: the one in force, the one before and the next one, so that each node has all of
   * this time to change over and no tunnel is refused. Nodes notice by themselves on EKS, and on sites where an operator brings secrets; see docs/trust.md for machines.
   *
   * @default - never
   */
  readonly rotateEvery?: Duration;

  /**
   * What becomes of the secret when the stack or the control plane is removed. A certificate can be made again; a key that nobody needs should not lie around.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of a secret's JSON document, by what they hold. Letters, digits and `_`: readers on EKS and on sites take a dot for a step into the document. */
export interface TrustSecretProperties {
  /**
   * The certificate, as PEM, with intermediates after it.
   *
   * @default 'certificate'
   */
  readonly certificateProperty?: string;

  /**
   * Its key, as PEM, not encrypted.
   *
   * @default 'privateKey'
   */
  readonly privateKeyProperty?: string;
}

/** Options of `Trust.existing()`. */
export interface ExistingTrustOptions extends TrustSecretProperties {
  /**
   * Certificates, as PEM, that the other end may hold besides the one in force: the next and the one before, while whoever keeps the secret replaces it.
   *
   * @default - none: replacing the certificate interrupts tunnels until both ends have the new one
   */
  readonly acceptedProperty?: string;
}

/** Options of `Trust.existingPki()`. */
export interface ExistingPkiTrustOptions extends TrustSecretProperties {
  /** Certificates of the authority that signed those of all planes, as PEM: while it changes, the old one and the new one. Public. */
  readonly authority: string;

  /** Name of a data plane → secret with its certificate (extended key usage clientAuth) and key. */
  readonly dataPlanes: { [planeName: string]: ISecret };

  /**
   * Secret with certificate (extended key usage serverAuth) and key of the control plane.
   *
   * @default - none, which goes with `GatewayControlPlane.fromAttributes()` only
   */
  readonly controlPlane?: ISecret;

  /**
   * Name in the certificate of the control plane, which data planes expect.
   *
   * @default - none, which goes with `GatewayControlPlane.fromAttributes()` only: the host that data planes connect to
   */
  readonly serverName?: string;
}

/** How long certificates of cert-manager are good for. */
export interface LeafCertificateOptions {
  /**
   * How long each certificate is good for, in whole hours.
   *
   * @default - 90 days; 6 days of a short-lived authority
   */
  readonly validity?: Duration;

  /**
   * How long before its end a certificate is replaced, in whole hours. Nodes take the new one over without a restart.
   *
   * @default - a third of the validity
   */
  readonly renewBefore?: Duration;
}

/** Options of `Trust.certManager()`. */
export interface CertManagerTrustOptions extends LeafCertificateOptions {
  /** Name of the issuer, the same in every cluster, with the same authority behind it. */
  readonly issuerName: string;

  /**
   * Kind of the issuer, such as `AWSPCAClusterIssuer`. An `Issuer` would have to be in the namespace of each plane.
   *
   * @default 'ClusterIssuer'
   */
  readonly issuerKind?: string;

  /**
   * API group of the issuer's kind, such as `awspca.cert-manager.io`.
   *
   * @default 'cert-manager.io'
   */
  readonly issuerGroup?: string;
}

/** Options of `Trust.privateCa()`. */
export interface PrivateCaTrustOptions extends LeafCertificateOptions {
  /**
   * An authority that exists, in the account of the planes.
   *
   * @default - a new root authority for the control plane and its data planes, good for ten years
   */
  readonly authority?: acmpca.ICertificateAuthority;

  /**
   * Whether the authority signs certificates of at most seven days only. AWS asks about 50 USD a month for such an authority, and about 400 for any other. Planes that are cut off for longer than
   * `renewBefore` cannot renew theirs, and keep serving without a tunnel.
   *
   * @default - true for a new authority; an existing one is what it is: say so
   */
  readonly shortLived?: boolean;

  /**
   * What becomes of a new authority when the stack or the control plane is removed. AWS keeps a deleted one for thirty days.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}
