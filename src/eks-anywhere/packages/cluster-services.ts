import type { Duration } from 'aws-cdk-lib';
import type { PackageOptions } from './package-options';

/** Options of `Package.certManager()`. */
export interface CertManagerOptions extends PackageOptions {
  /**
   * Verbosity of its log, from 0 (errors) to 6 (all).
   *
   * @default 2
   */
  readonly logLevel?: number;
}

/** Options of `Package.clusterAutoscaler()`. */
export interface ClusterAutoscalerOptions extends PackageOptions {
  /**
   * How long a node must be unneeded before it is removed.
   *
   * @default - the autoscaler's, 10 minutes
   */
  readonly scaleDownUnneeded?: Duration;

  /**
   * How long no node is removed after one was added.
   *
   * @default - the autoscaler's, 10 minutes
   */
  readonly scaleDownDelayAfterAdd?: Duration;
}

/** Options of `Package.metricsServer()`. */
export interface MetricsServerOptions extends PackageOptions {
  /**
   * Whether the certificates of kubelets are checked. Kubelets of EKS Anywhere sign their own certificates, so a check
   * needs certificates from another issuer.
   *
   * @default false
   */
  readonly verifyKubelets?: boolean;
}

/** Options of `Package.credentialProvider()`. */
export interface CredentialProviderOptions extends PackageOptions {
  /**
   * Images that nodes pull with these credentials, such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com`; `*`
   * matches a part between dots.
   */
  readonly matchImages: string[];

  /**
   * Name of a Secret in the package's namespace whose key `config` is a configuration file of AWS;
   * `RolesAnywhere.nodeConfiguration()` returns one without secrets.
   *
   * @default 'aws-config'
   */
  readonly secretName?: string;

  /**
   * Profile in that file.
   *
   * @default 'default'
   */
  readonly profile?: string;

  /**
   * How long nodes keep a password of a registry, less than 12 hours.
   *
   * @default Duration.hours(5)
   */
  readonly cacheDuration?: Duration;
}
