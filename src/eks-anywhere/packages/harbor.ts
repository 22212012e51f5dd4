import type { PackageOptions } from './package-options';
import type { PackageSecret } from './package-secret';

/** Options of `Package.harbor()`. */
export interface HarborOptions extends PackageOptions {
  /** URL that people and nodes reach the registry at, such as `https://registry.factory.example:30003`; https only. */
  readonly externalUrl: string;

  /** Key that Harbor encrypts its passwords with: 16 characters. Fixed once it is installed. */
  readonly secretKey: PackageSecret;

  /** Initial password of the user `admin`. Required, because the chart's default is public. */
  readonly adminPassword: PackageSecret;

  /**
   * Name of a Secret of type `kubernetes.io/tls` in the namespace of Harbor.
   *
   * @default - Harbor creates a self-signed certificate for the host of `externalUrl`
   */
  readonly tlsSecretName?: string;

  /**
   * Address of the registry's load balancer, free and in a pool of MetalLB; the port of `externalUrl` is then 443.
   *
   * @default - none: ports 30002 and 30003 of every node
   */
  readonly loadBalancerIp?: string;

  /**
   * Whether images are kept on volumes, which needs a StorageClass on the cluster. If false, images are lost with the pod.
   *
   * @default true
   */
  readonly persistent?: boolean;
}
