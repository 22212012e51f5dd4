/** Between which pods Cilium allows traffic. */
export enum CiliumPolicyMode {
  /** All traffic, except to pods that a network policy selects. */
  DEFAULT = 'default',
  /** Only traffic that a network policy allows. */
  ALWAYS = 'always',
  /** All traffic: network policies have no effect. */
  NEVER = 'never',
}

/** How traffic between the pods of different nodes gets from one node to the other. */
export enum CiliumRoutingMode {
  /** Encapsulated by Cilium: the network between the nodes sees the nodes' addresses only. */
  OVERLAY = 'overlay',
  /** Routed by the network between the nodes, which must know where the pods' addresses are. */
  DIRECT = 'direct',
}

/** Options of Cilium, the network plugin. Can be changed later. */
export interface CiliumOptions {
  /**
   * Between which pods traffic is allowed.
   * @default CiliumPolicyMode.DEFAULT
   */
  readonly policyMode?: CiliumPolicyMode;

  /**
   * How pod traffic gets from node to node. `CiliumRoutingMode.DIRECT` needs `nativeRoutingCidr`.
   * @default - `CiliumRoutingMode.DIRECT` where `nativeRoutingCidr` is set, otherwise encapsulated; the file then names no mode
   */
  readonly routingMode?: CiliumRoutingMode;

  /**
   * Network whose addresses are reached without encapsulation, such as `10.0.0.0/8`: pod traffic is then routed, and
   * the network between the nodes must know the routes. Without effect beside `CiliumRoutingMode.OVERLAY`.
   * @default - pod traffic is encapsulated
   */
  readonly nativeRoutingCidr?: string;

  /**
   * The same for IPv6, such as `fd00:10::/32`, beside `nativeRoutingCidr`. Only direct routing uses it.
   * @default - none
   */
  readonly ipv6NativeRoutingCidr?: string;

  /**
   * Interfaces on which traffic that leaves the cluster takes the node's address, such as `eth0`.
   * @default - chosen by Cilium
   */
  readonly egressMasqueradeInterfaces?: string;

  /**
   * Whether EKS Anywhere leaves Cilium alone once it is installed, so that you upgrade it yourself. Not together with `policyMode`.
   * @default false
   */
  readonly skipUpgrade?: boolean;

  /**
   * Whether Cilium disables the configurations of other network plugins that it finds on the nodes.
   * @default true
   */
  readonly exclusive?: boolean;

  /**
   * Values for Cilium's Helm chart, for settings that have no option here. EKS Anywhere then ignores the other options,
   * so they are rejected together with it.
   * @default - none
   */
  readonly helmValues?: { [key: string]: any };
}
