/** Options of `Package.of()`. */
export interface AnyPackageOptions {
  /**
   * Name of the Package object and of its Helm release: at most 53 lower-case letters, digits and dashes. Fixed once it is installed.
   *
   * @default - the name of the package
   */
  readonly name?: string;

  /**
   * Version as the bundle names it, such as `0.15.2-<hash>`, or a digest. Can be changed later.
   *
   * @default - the newest in the active bundle
   */
  readonly packageVersion?: string;

  /**
   * Namespace on the cluster that the package is installed in. Fixed once it is installed.
   *
   * @default - none is written: the package controller takes `default`
   */
  readonly targetNamespace?: string;

  /**
   * Settings of the package, as the schema in its bundle has them; written as YAML. A `PackageSecret` may take the place of any value.
   *
   * @default - none
   */
  readonly config?: { [key: string]: any };

  /**
   * Whether the package is installed on the management cluster of a workload cluster, as the cluster autoscaler of a workload cluster is.
   *
   * @default false
   */
  readonly onManagementCluster?: boolean;
}
