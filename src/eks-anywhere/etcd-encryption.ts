import type { Duration } from 'aws-cdk-lib';

/**
 * Encryption of what Kubernetes keeps in etcd, by a plugin for key management (KMS) that runs on every control plane
 * node. The plugin has to be there first, which is why a cluster cannot be created with it. Can be changed later; a
 * change replaces the control plane nodes.
 *
 * @see https://github.com/aws/eks-anywhere/blob/v0.19.0/pkg/api/v1alpha1/etcdencryption_types.go
 */
export interface EtcdEncryption {
  /** Name of the plugin, as Kubernetes shall know it. */
  readonly pluginName: string;

  /** Socket on which the plugin listens, such as `unix:///var/run/kmsplugin/socket.sock`. */
  readonly socket: string;

  /**
   * What is encrypted, by the names of Kubernetes resources; at least one.
   * @default ['secrets']
   */
  readonly resources?: string[];

  /**
   * Number of encrypted objects that the Kubernetes API keeps in memory; negative for none.
   * @default 1000
   */
  readonly cacheSize?: number;

  /**
   * Time that the Kubernetes API waits for the plugin.
   * @default Duration.seconds(3)
   */
  readonly timeout?: Duration;
}
