/** Datacenter and machine configurations as rules and builders see them. */
import type { Ref } from './cluster';

export interface User {
  readonly name?: string;
  readonly sshAuthorizedKeys?: readonly string[];
}

export interface HostOs {
  readonly ntpConfiguration?: { readonly servers?: readonly string[] };
  readonly certBundles?: readonly { readonly name?: string; readonly data?: string }[];
  readonly bottlerocketConfiguration?: {
    readonly kubernetes?: {
      readonly allowedUnsafeSysctls?: readonly string[];
      readonly clusterDNSIPs?: readonly string[];
      readonly maxPods?: number;
    };
    readonly kernel?: { readonly sysctlSettings?: Readonly<Record<string, string>> };
    readonly boot?: { readonly bootKernelParameters?: Readonly<Record<string, readonly string[]>> };
  };
}

/** What both kinds of machine configurations have. */
export interface MachineSpec {
  readonly osFamily?: string;
  readonly users?: readonly User[];
  readonly hostOSConfiguration?: HostOs;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] }[];
}

export interface AffinityTerm {
  readonly labelSelector?: LabelSelector;
}

export interface TinkerbellMachineSpec extends MachineSpec {
  readonly hardwareSelector?: Readonly<Record<string, string>>;
  readonly hardwareAffinity?: {
    readonly required?: readonly AffinityTerm[];
    readonly preferred?: readonly { readonly weight?: number; readonly hardwareAffinityTerm?: AffinityTerm }[];
  };
  readonly osImageURL?: string;
  readonly templateRef?: Ref;
}

export interface TinkerbellDatacenterSpec {
  readonly tinkerbellIP?: string;
  readonly osImageURL?: string;
  readonly hookImagesURLPath?: string;
  readonly hookIsoURL?: string;
  readonly isoBoot?: boolean;
  readonly skipLoadBalancerDeployment?: boolean;
  readonly loadBalancerInterface?: string;
}

export interface FailureDomain {
  readonly name?: string;
  readonly computeCluster?: string;
  readonly resourcePool?: string;
  readonly datastore?: string;
  readonly folder?: string;
  readonly network?: string;
}

export interface VSphereDatacenterSpec {
  readonly server?: string;
  readonly datacenter?: string;
  readonly network?: string;
  readonly insecure?: boolean;
  readonly thumbprint?: string;
  readonly failureDomains?: readonly FailureDomain[];
}

export interface VSphereMachineSpec extends MachineSpec {
  readonly datastore?: string;
  readonly folder?: string;
  readonly resourcePool?: string;
  readonly numCPUs?: number;
  readonly memoryMiB?: number;
  readonly diskGiB?: number;
  readonly template?: string;
  readonly storagePolicyName?: string;
  readonly cloneMode?: string;
  readonly networks?: readonly string[];
  readonly tags?: readonly string[];
}
