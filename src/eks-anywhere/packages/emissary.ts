import type { PackageOptions } from './package-options';

/** Options of `Package.emissary()`. */
export interface EmissaryOptions extends PackageOptions {
  /**
   * Number of instances of the gateway; not with `daemonSet`.
   *
   * @default 2
   */
  readonly replicas?: number;

  /**
   * Whether each node runs one instance, in place of a number of replicas.
   *
   * @default false
   */
  readonly daemonSet?: boolean;

  /**
   * Whether instances use the network of their node, so that its address is theirs.
   *
   * @default false
   */
  readonly hostNetwork?: boolean;

  /**
   * Whether there are Listeners for HTTP on port 8080 and HTTPS on port 8443. Without a Listener Emissary serves nothing.
   *
   * @default false
   */
  readonly createDefaultListeners?: boolean;
}

/** Options of `Package.helloEksAnywhere()`. */
export interface HelloEksAnywhereOptions extends PackageOptions {
  /**
   * Heading of the page that it serves.
   *
   * @default 'Amazon EKS Anywhere'
   */
  readonly title?: string;

  /**
   * Second line of that page.
   *
   * @default 'Run EKS in your datacenter'
   */
  readonly subtitle?: string;
}
