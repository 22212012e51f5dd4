import type { Duration } from 'aws-cdk-lib';
import type { PackageOptions } from './package-options';

/** Addresses that MetalLB assigns to services. */
export interface MetalLbPool {
  /** Name of the pool, unique. Services choose it with the annotation `metallb.io/address-pool`. */
  readonly name: string;

  /**
   * Ranges of addresses, as `10.20.0.100-10.20.0.120` or in CIDR notation: unused, outside the DHCP range, and without BGP inside the
   * network of the nodes.
   */
  readonly addresses: string[];

  /**
   * Whether services without a pool annotation get addresses of this pool.
   *
   * @default true
   */
  readonly autoAssign?: boolean;
}

/** A router that MetalLB announces addresses to. */
export interface MetalLbBgpPeer {
  /** Autonomous system number of the nodes, from 1 to 4294967295. */
  readonly myAsn: number;

  /** Autonomous system number of the router, from 1 to 4294967295. */
  readonly peerAsn: number;

  /** IP address of the router. */
  readonly peerAddress: string;

  /**
   * Port of the router, from 1 to 65535.
   *
   * @default 179
   */
  readonly peerPort?: number;

  /**
   * How long the router keeps routes of a node that no longer answers, at least 3 seconds (RFC 4271).
   *
   * @default - MetalLB's, 90 seconds
   */
  readonly holdTime?: Duration;

  /**
   * Name of a Secret of type `kubernetes.io/basic-auth` in the package's namespace whose `password` signs the session.
   *
   * @default - not signed
   */
  readonly passwordSecret?: string;
}

/** Options of `Package.metalLb()`. */
export interface MetalLbOptions extends PackageOptions {
  /** Addresses that services get, in one or more pools. */
  readonly pools: MetalLbPool[];

  /**
   * Routers that the addresses are announced to.
   *
   * @default - none: one node answers for each address on the local network (ARP, NDP)
   */
  readonly bgpPeers?: MetalLbBgpPeer[];

  /**
   * Whether the Kubernetes control plane nodes announce addresses, too. By default a label excludes them.
   *
   * @default - only where the cluster has no worker nodes
   */
  readonly announceFromControlPlane?: boolean;
}
