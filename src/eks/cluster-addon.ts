import type * as iam from 'aws-cdk-lib/aws-iam';

/** An add-on of EKS, or what is changed in one that `CloudCluster` installs anyway. */
export interface ClusterAddon {
  /** Name that EKS knows it by, such as `coredns`; `aws eks describe-addon-versions` lists them. */
  readonly name: string;

  /**
   * Version, such as `v1.12.1-eksbuild.2`.
   *
   * @default - what EKS chooses for the cluster's version of Kubernetes when the add-on is installed
   */
  readonly version?: string;

  /**
   * Configuration; `aws eks describe-addon-configuration` shows its schema. Merged over what `CloudCluster` sets itself, key by key.
   *
   * @default - none
   */
  readonly configuration?: { [key: string]: any };

  /**
   * Service account of the add-on → role that its pods have by EKS Pod Identity. `CloudCluster.podRole()` makes such roles.
   *
   * @default - none, or the role that `CloudCluster` makes for add-ons of its own
   */
  readonly podRoles?: { [serviceAccount: string]: iam.IRole };
}
