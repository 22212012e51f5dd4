import type { Duration } from 'aws-cdk-lib';
import type { TrustSecretProperties } from './trust-options';

/** Options of `ProxyCertificate.secretsManager()`. */
export interface SecretCertificateOptions extends TrustSecretProperties {
  /**
   * How often new tasks replace the old ones on ECS, which reads secrets only when a task starts: whole days, 1 to 365.
   * Choose less than the time between a renewal and the end of the old certificate. Without effect elsewhere, where
   * nodes read the certificate again while they run.
   *
   * @default Duration.days(7)
   */
  readonly rereadEvery?: Duration;
}

/** Options of `ProxyCertificate.certManager()`. */
export interface CertManagerCertificateOptions {
  /** Name of the issuer in the plane's cluster. */
  readonly issuerName: string;

  /**
   * Kind of the issuer, such as `AWSPCAClusterIssuer`. An `Issuer` must exist in the namespace of the plane.
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

  /**
   * Validity that the certificate request asks for, in whole hours, at least 3 hours. Public authorities decide themselves.
   *
   * @default - the issuer decides; 90 days with `renewBefore`
   */
  readonly validity?: Duration;

  /**
   * Time before its expiry at which cert-manager renews the certificate, in whole hours.
   *
   * @default - a third of the validity
   */
  readonly renewBefore?: Duration;
}
