/** The Cluster object as rules and builders see it. Everything is optional: documents come from people. */

export interface Ref {
  readonly kind?: string;
  readonly name?: string;
}

export interface Taint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly timeAdded?: string;
}

export interface HealthCheck {
  readonly maxUnhealthy?: string | number;
  readonly nodeStartupTimeout?: string;
  readonly unhealthyMachineTimeout?: string;
}

export interface RolloutStrategy {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxSurge?: number; readonly maxUnavailable?: number };
}

/** What a set of nodes, whichever role, can say. */
export interface NodeGroup {
  readonly count?: number;
  readonly machineGroupRef?: Ref;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly kubeletConfiguration?: unknown;
  readonly machineHealthCheck?: HealthCheck;
  readonly upgradeRolloutStrategy?: RolloutStrategy;
}

export interface ControlPlane extends NodeGroup {
  readonly endpoint?: { readonly host?: string };
  readonly certSans?: readonly string[];
  readonly apiServerExtraArgs?: Readonly<Record<string, string>>;
  readonly auditPolicyContent?: string;
  readonly skipLoadBalancerDeployment?: boolean;
  readonly skipAdmissionForSystemResources?: boolean;
}

export interface WorkerGroup extends NodeGroup {
  readonly name?: string;
  readonly kubernetesVersion?: string;
  readonly failureDomains?: readonly string[];
  readonly autoscalingConfiguration?: { readonly minCount?: number; readonly maxCount?: number };
}

export interface Cilium {
  readonly policyEnforcementMode?: string;
  readonly routingMode?: string;
  readonly ipv4NativeRoutingCIDR?: string;
  readonly ipv6NativeRoutingCIDR?: string;
  readonly skipUpgrade?: boolean;
  readonly helmValues?: unknown;
  readonly cniExclusive?: boolean;
  readonly egressMasqueradeInterfaces?: string;
}

export interface ClusterNetwork {
  readonly pods?: { readonly cidrBlocks?: readonly string[] };
  readonly services?: { readonly cidrBlocks?: readonly string[] };
  readonly nodes?: { readonly cidrMaskSize?: number };
  readonly dns?: { readonly resolvConf?: { readonly path?: string } };
  readonly cni?: string;
  readonly cniConfig?: { readonly cilium?: Cilium; readonly kindnetd?: object };
}

export interface RegistryMirror {
  readonly endpoint?: string;
  readonly port?: string;
  readonly ociNamespaces?: readonly { readonly registry?: string; readonly namespace?: string }[];
  readonly caCertContent?: string;
  readonly authenticate?: boolean;
  readonly insecureSkipVerify?: boolean;
}

interface PackageImage {
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
}

interface Amount {
  readonly cpu?: string;
  readonly memory?: string;
}

/** What a cluster runs for curated packages. */
export interface PackageSwitches {
  readonly disable?: boolean;
  readonly controller?: PackageImage & {
    readonly disableWebhooks?: boolean;
    /** Each `name=value`. */
    readonly env?: readonly string[];
    readonly resources?: { readonly requests?: Amount; readonly limits?: Amount };
  };
  readonly cronjob?: PackageImage & { readonly disable?: boolean };
}

export interface ClusterSpec {
  readonly kubernetesVersion?: string;
  readonly datacenterRef?: Ref;
  readonly managementCluster?: { readonly name?: string };
  readonly eksaVersion?: string;
  readonly bundlesRef?: { readonly name?: string };
  readonly licenseToken?: string;
  readonly controlPlaneConfiguration?: ControlPlane;
  readonly workerNodeGroupConfigurations?: readonly WorkerGroup[];
  readonly externalEtcdConfiguration?: { readonly count?: number; readonly machineGroupRef?: Ref };
  readonly clusterNetwork?: ClusterNetwork;
  readonly identityProviderRefs?: readonly Ref[];
  readonly gitOpsRef?: Ref;
  readonly proxyConfiguration?: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: readonly string[] };
  readonly registryMirrorConfiguration?: RegistryMirror;
  readonly podIamConfig?: { readonly serviceAccountIssuer?: string };
  readonly packages?: PackageSwitches;
  readonly machineHealthCheck?: HealthCheck;
  readonly etcdEncryption?: readonly object[];
}
