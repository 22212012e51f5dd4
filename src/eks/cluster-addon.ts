import type * as iam from 'aws-cdk-lib/aws-iam';

/** An EKS add-on, or changes to one that `CloudCluster` installs by default. */
export interface ClusterAddon {
  /** Name of the add-on in EKS, such as `coredns`; `aws eks describe-addon-versions` lists them. */
  readonly name: string;

  /**
   * Version, such as `v1.12.1-eksbuild.2`.
   *
   * @default - the version that EKS chooses for the cluster's Kubernetes version; raising that one raises the add-on
   */
  readonly version?: string;

  /**
   * Configuration; `aws eks describe-addon-configuration` shows its schema. Merged key by key over the configuration
   * that `CloudCluster` sets.
   *
   * @default - none
   */
  readonly configuration?: { [key: string]: any };

  /**
   * Service account of the add-on → IAM role of its pods through EKS Pod Identity. `CloudCluster.addPodRole()` creates
   * such roles.
   *
   * @default - none, or the role that `CloudCluster` creates for its default add-ons
   */
  readonly podRoles?: { [serviceAccount: string]: iam.IRole };
}
