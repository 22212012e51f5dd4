import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as acmpca from 'aws-cdk-lib/aws-acmpca';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Options of `Trust.generated()`. */
export interface GeneratedTrustOptions {
  /**
   * Validity of a certificate in days, 1 to 3650.
   *
   * @default - 1095; with `rotateEvery` four times that, at least 1095
   */
  readonly validDays?: number;

  /**
   * Rotation period, in whole days, 2 to 365. Both ends always accept three certificates: the previous, the current
   * and the next one. So each node has the whole period to follow, and no tunnel is rejected. Nodes follow without a
   * restart on EKS, and on sites where the External Secrets Operator fetches secrets; see docs/trust.md for machines.
   *
   * @default - never
   */
  readonly rotateEvery?: Duration;

  /**
   * What happens to the secret when the stack or the control plane is deleted. The construct can make a new
   * certificate, and an unused key should not be kept.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Property names in a secret's JSON document. Letters, digits and `_`: on EKS and on sites a dot means a path into the
 * document.
 */
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
   * Certificates, as PEM, that the other end may show in addition to the current one: the next and the previous one
   * during a rotation of the secret.
   *
   * @default - none: replacing the certificate interrupts tunnels until both ends have the new one
   */
  readonly acceptedProperty?: string;
}

/** Options of `Trust.existingPki()`. */
export interface ExistingPkiTrustOptions extends TrustSecretProperties {
  /**
   * Certificates of the authority that signed the planes' certificates, as PEM. While the authority changes, the old
   * and the new one. Public.
   */
  readonly authority: string;

  /** Name of a data plane → secret with its certificate (extended key usage clientAuth) and key. */
  readonly dataPlanes: { [planeName: string]: ISecret };

  /**
   * Secret with certificate (extended key usage serverAuth) and key of the control plane.
   *
   * @default - none; required unless the control plane comes from `GatewayControlPlane.fromAttributes()`
   */
  readonly controlPlane?: ISecret;

  /**
   * Name in the certificate of the control plane, which data planes expect.
   *
   * @default - the hosts that data planes connect to; required for a control plane of the app without `tunnel`
   */
  readonly serverName?: string;
}

/** Validity and renewal of certificates from cert-manager. */
export interface LeafCertificateOptions {
  /**
   * Validity of each certificate, in whole hours.
   *
   * @default - 90 days; 6 days of a short-lived authority
   */
  readonly validity?: Duration;

  /**
   * Time before its expiry at which cert-manager renews a certificate, in whole hours. Nodes use the new one without
   * a restart.
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
   * Kind of the issuer, such as `AWSPCAClusterIssuer`. An `Issuer` must exist in the namespace of each plane.
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
   * An existing authority in the account of the planes.
   *
   * @default - a new root authority for the control plane and its data planes, valid for ten years
   */
  readonly authority?: acmpca.ICertificateAuthority;

  /**
   * Whether the authority signs only certificates of at most seven days. AWS charges about 50 USD a month for such
   * an authority, and about 400 for any other. Planes that are cut off for longer than `renewBefore` cannot renew
   * theirs, and keep serving without a tunnel.
   *
   * @default - true for a new authority; for an existing one, give its mode
   *
   * @see https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
   */
  readonly shortLived?: boolean;

  /**
   * What happens to a new authority when the stack or the control plane is deleted. AWS keeps a deleted one for
   * thirty days.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}
