import type { Duration } from 'aws-cdk-lib';
import type { NodeSettings } from './node-settings';

/** Memory of a NUMA node that pods do not get. A change replaces the nodes. */
export interface ReservedMemory {
  /** Number of the NUMA node, from 0. */
  readonly numaNode: number;

  /** Amounts by kind of memory, such as `{ memory: '1Gi', 'hugepages-1Gi': '2Gi' }`. */
  readonly limits: { [resource: string]: string };
}

/**
 * Settings of the kubelets of a group: fields of `kubelet.config.k8s.io/v1beta1`. EKS Anywhere writes them on the nodes as a patch of
 * kubeadm; `kind` and `apiVersion` are added here. Can be changed later; a change replaces the nodes.
 *
 * On Bottlerocket only those that Bottlerocket has itself are accepted.
 */
export interface KubeletConfiguration extends NodeSettings {
  /**
   * Addresses of the DNS servers that pods ask.
   * @default - the cluster's own
   */
  readonly clusterDns?: string[];

  /**
   * Period of the CPU quota, 1 ms to 1 s; needs the feature gate `CustomCPUCFSQuotaPeriod`.
   * @default Duration.millis(100)
   */
  readonly cpuCfsQuotaPeriod?: Duration;

  /**
   * For which of `pods`, `system-reserved` and `kube-reserved` the limits are enforced; the last two need their control group.
   * @default ['pods']
   */
  readonly enforceNodeAllocatable?: string[];

  /**
   * How much an eviction frees at least, by signal, such as `{ 'nodefs.available': '500Mi' }`.
   * @default - just below the threshold
   */
  readonly evictionMinimumReclaim?: { [signal: string]: string };

  /**
   * How long a node keeps the condition of pressure after the threshold is no longer exceeded.
   * @default Duration.minutes(5)
   */
  readonly evictionPressureTransitionPeriod?: Duration;

  /**
   * Whether the kubelet refuses to start on a machine with swap.
   * @default true
   */
  readonly failSwapOn?: boolean;

  /**
   * Feature gates of Kubernetes.
   * @default - those of the Kubernetes version
   */
  readonly featureGates?: { [gate: string]: boolean };

  /**
   * Age at which an unused image is deleted even if there is room.
   * @default - never
   */
  readonly imageMaximumGcAge?: Duration;

  /**
   * Age below which an unused image is not deleted.
   * @default Duration.minutes(2)
   */
  readonly imageMinimumGcAge?: Duration;

  /**
   * Control group in which `kubeReserved` is enforced.
   * @default - none
   */
  readonly kubeReservedCgroup?: string;

  /**
   * Number of files that the kubelet may have open.
   * @default 1000000
   */
  readonly maxOpenFiles?: number;

  /**
   * Number of images that are pulled at the same time; above 1 only where `serializeImagePulls` is false.
   * @default - no limit where `serializeImagePulls` is false
   */
  readonly maxParallelImagePulls?: number;

  /**
   * How often the node's status is reported when nothing has changed.
   * @default Duration.minutes(5)
   */
  readonly nodeStatusReportFrequency?: Duration;

  /**
   * How often the node's status is computed. The node controller of Kubernetes relies on it.
   * @default Duration.seconds(10)
   */
  readonly nodeStatusUpdateFrequency?: Duration;

  /**
   * Number of pods for each CPU, if that is less than `maxPods`; 0 for no limit.
   * @default 0
   */
  readonly podsPerCore?: number;

  /**
   * Whether the kubelet refuses to start where kernel settings differ from what it expects.
   * @default false
   */
  readonly protectKernelDefaults?: boolean;

  /**
   * Port on which the kubelet answers without authentication; 0 for none.
   * @default 0
   */
  readonly readOnlyPort?: number;

  /**
   * Memory of each NUMA node that pods do not get, for `MemoryManagerPolicy.STATIC`: together as much as `kubeReserved`,
   * `systemReserved` and the hard eviction threshold of memory.
   * @default - none
   */
  readonly reservedMemory?: ReservedMemory[];

  /**
   * CPUs that pods do not get, such as `0-1,4`; replaces the CPUs of `systemReserved` and `kubeReserved`.
   * @default - none
   */
  readonly reservedSystemCpus?: string;

  /**
   * Path of the file with the DNS configuration that pods of the host's network get.
   * @default '/etc/resolv.conf'
   */
  readonly resolvConf?: string;

  /**
   * Whether the kubelet's client certificate is renewed.
   * @default true
   */
  readonly rotateCertificates?: boolean;

  /**
   * How long the kubelet waits for an answer of the container runtime, except for pulls and attachments.
   * @default Duration.minutes(2)
   */
  readonly runtimeRequestTimeout?: Duration;

  /**
   * Whether pods without a seccomp profile get that of the container runtime.
   * @default false
   */
  readonly seccompDefault?: boolean;

  /**
   * Whether images are pulled one after the other.
   * @default true
   */
  readonly serializeImagePulls?: boolean;

  /**
   * Whether the kubelet asks the Kubernetes API for its serving certificate; an operator or a controller must approve the request.
   * @default - signed by the kubelet itself
   */
  readonly serverTlsBootstrap?: boolean;

  /**
   * How long a connection of `kubectl exec`, `attach` or `port-forward` may be idle.
   * @default Duration.hours(4)
   */
  readonly streamingConnectionIdleTimeout?: Duration;

  /**
   * Control group in which `systemReserved` is enforced.
   * @default - none
   */
  readonly systemReservedCgroup?: string;

  /**
   * Cipher suites of the kubelet's server, by Go's names, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
   * @default - those of Go
   */
  readonly tlsCipherSuites?: string[];

  /**
   * Lowest version of TLS of the kubelet's server, such as `VersionTLS12`.
   * @default - that of Go
   */
  readonly tlsMinVersion?: string;

  /**
   * Options of `topologyManagerPolicy`, such as `{ 'prefer-closest-numa-nodes': 'true' }`.
   * @default - none
   */
  readonly topologyManagerPolicyOptions?: { [option: string]: string };

  /**
   * Further fields of `kubelet.config.k8s.io/v1beta1` under their own names, such as `{ volumePluginDir: '/opt/plugins' }`, and values
   * that a property cannot hold. Names and types are checked as well; `providerID` is not among them.
   * @default - none
   */
  readonly additional?: { [field: string]: any };
}
