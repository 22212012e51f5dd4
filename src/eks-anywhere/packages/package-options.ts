/** Options of every curated package. */
export interface PackageOptions {
  /**
   * Name of the Package object and of its Helm release: at most 53 lower-case letters, digits and dashes. Fixed once it is installed.
   *
   * @default - the name of the package, such as `metallb`
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
   * @default - the namespace that the docstring of each method names
   */
  readonly targetNamespace?: string;
}
