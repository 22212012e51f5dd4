import type { Duration } from 'aws-cdk-lib';

/**
 * Encryption of Kubernetes objects in etcd, by a key management (KMS) plugin that runs on every control plane node. The
 * plugin must run first, so a cluster cannot be created with it. Can be changed later; a change replaces the control
 * plane nodes.
 *
 * @see https://github.com/aws/eks-anywhere/blob/v0.19.0/pkg/api/v1alpha1/etcdencryption_types.go
 */
export interface EtcdEncryption {
  /** Name of the plugin in Kubernetes. */
  readonly pluginName: string;

  /** Socket on which the plugin listens, such as `unix:///var/run/kmsplugin/socket.sock`. */
  readonly socket: string;

  /**
   * Names of the Kubernetes resources that are encrypted, at least one.
   * @default ['secrets']
   */
  readonly resources?: string[];

  /**
   * Number of encrypted objects that the Kubernetes API caches; negative for none.
   * @default 1000
   */
  readonly cacheSize?: number;

  /**
   * Timeout of calls to the plugin.
   * @default Duration.seconds(3)
   */
  readonly timeout?: Duration;
}
