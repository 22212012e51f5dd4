import type { Duration, Size } from 'aws-cdk-lib';

/** Whether containers may have CPUs of their own. */
export enum CpuManagerPolicy {
  /** All containers share all CPUs. */
  NONE = 'none',
  /** Containers of guaranteed pods that request whole CPUs get CPUs of their own. */
  STATIC = 'static',
}

/** Whether containers may have memory of certain NUMA nodes. */
export enum MemoryManagerPolicy {
  /** Containers get memory from any NUMA node. */
  NONE = 'None',
  /** Containers of guaranteed pods get memory of as few NUMA nodes as possible; needs `reservedMemory`. */
  STATIC = 'Static',
}

/** What the kubelet does for pods whose CPUs, memory and devices ought to be on one NUMA node. */
export enum TopologyManagerPolicy {
  /** Nothing. */
  NONE = 'none',
  /** Prefers one NUMA node, and admits the pod in any case. */
  BEST_EFFORT = 'best-effort',
  /** Rejects pods that would not get the placement that their resources prefer. */
  RESTRICTED = 'restricted',
  /** Rejects pods that would not be on a single NUMA node. */
  SINGLE_NUMA_NODE = 'single-numa-node',
}

/** What `TopologyManagerPolicy` places together. */
export enum TopologyManagerScope {
  /** Each container by itself. */
  CONTAINER = 'container',
  /** All containers of a pod. */
  POD = 'pod',
}

/**
 * Settings that kubelets have on every operating system. Durations are written in the unit that they are given in. Amounts of resources are
 * texts of Kubernetes, such as `500m` or `1Gi`. Can be changed later; a change replaces the nodes, and another unit is a change.
 */
export interface NodeSettings {
  /**
   * Kernel settings (sysctl) that pods may set although Kubernetes counts them as unsafe, such as `net.core.somaxconn` or `net.*`.
   * @default - none
   */
  readonly allowedUnsafeSysctls?: string[];

  /**
   * Domain of the cluster's services.
   * @default 'cluster.local'
   */
  readonly clusterDomain?: string;

  /**
   * Number of log files kept for each container.
   * @default 5
   */
  readonly containerLogMaxFiles?: number;

  /**
   * Size at which a container's log file is rotated.
   * @default Size.mebibytes(10)
   */
  readonly containerLogMaxSize?: Size;

  /**
   * Whether CPU limits of containers are enforced by quota (CFS).
   * @default true
   */
  readonly cpuCfsQuota?: boolean;

  /**
   * Whether containers may have CPUs of their own.
   * @default CpuManagerPolicy.NONE
   */
  readonly cpuManagerPolicy?: CpuManagerPolicy;

  /**
   * Options of `CpuManagerPolicy.STATIC`, such as `{ 'full-pcpus-only': 'true' }`.
   * @default - none
   */
  readonly cpuManagerPolicyOptions?: { [option: string]: string };

  /**
   * How often the assignment of CPUs is checked.
   * @default Duration.seconds(10)
   */
  readonly cpuManagerReconcilePeriod?: Duration;

  /**
   * Number of events that may be recorded at once, beyond `eventRecordQps`.
   * @default 100
   */
  readonly eventBurst?: number;

  /**
   * Events recorded per second at most; 0 for no limit.
   * @default 50
   */
  readonly eventRecordQps?: number;

  /**
   * Thresholds at which pods are evicted at once: signal → amount or share, such as `{ 'memory.available': '100Mi', 'nodefs.available':
   * '10%' }`.
   * @default - memory.available 100Mi, nodefs.available 10%, nodefs.inodesFree 5%, imagefs.available 15%
   */
  readonly evictionHard?: { [signal: string]: string };

  /**
   * Longest time that pods get to end when a soft threshold evicts them, in whole seconds.
   * @default - the pod's own, once the grace period of the threshold is over
   */
  readonly evictionMaxPodGracePeriod?: Duration;

  /**
   * Thresholds at which pods are evicted after a grace period; each needs an entry in `evictionSoftGracePeriod`.
   * @default - none
   */
  readonly evictionSoft?: { [signal: string]: string };

  /**
   * How long a soft threshold must be exceeded before pods are evicted, for each signal of `evictionSoft`.
   * @default - none
   */
  readonly evictionSoftGracePeriod?: { [signal: string]: Duration };

  /**
   * Share of the disk in percent above which unused images are deleted.
   * @default 85
   */
  readonly imageGcHighThresholdPercent?: number;

  /**
   * Share of the disk in percent down to which unused images are deleted; less than `imageGcHighThresholdPercent`.
   * @default 80
   */
  readonly imageGcLowThresholdPercent?: number;

  /**
   * Requests to the Kubernetes API that may be sent at once, beyond `kubeApiQps`.
   * @default 100
   */
  readonly kubeApiBurst?: number;

  /**
   * Requests per second to the Kubernetes API.
   * @default 50
   */
  readonly kubeApiQps?: number;

  /**
   * Resources that pods do not get because the kubelet and the container runtime need them, such as `{ cpu: '200m', memory: '500Mi' }`.
   * @default - none
   */
  readonly kubeReserved?: { [resource: string]: string };

  /**
   * Number of pods that a node runs at most; not more than `nodeCidrMaskSize` has addresses for.
   * @default 110
   */
  readonly maxPods?: number;

  /**
   * Whether containers may have memory of certain NUMA nodes.
   * @default MemoryManagerPolicy.NONE
   */
  readonly memoryManagerPolicy?: MemoryManagerPolicy;

  /**
   * Number of processes that a pod may have; -1 for what the node allows.
   * @default -1
   */
  readonly podPidsLimit?: number;

  /**
   * Image pulls that may start at once, beyond `registryPullQps`.
   * @default 10
   */
  readonly registryBurst?: number;

  /**
   * Image pulls per second at most; 0 for no limit.
   * @default 5
   */
  readonly registryPullQps?: number;

  /**
   * How long a node that shuts down waits for its pods to end, those of `shutdownGracePeriodCriticalPods` included.
   * @default - not at all
   */
  readonly shutdownGracePeriod?: Duration;

  /**
   * The part of `shutdownGracePeriod` that critical pods get, after the others.
   * @default - none
   */
  readonly shutdownGracePeriodCriticalPods?: Duration;

  /**
   * Resources that pods do not get because the operating system needs them, such as `{ cpu: '200m', memory: '500Mi' }`.
   * @default - none
   */
  readonly systemReserved?: { [resource: string]: string };

  /**
   * What happens with pods whose CPUs, memory and devices ought to be on one NUMA node.
   * @default TopologyManagerPolicy.NONE
   */
  readonly topologyManagerPolicy?: TopologyManagerPolicy;

  /**
   * What `topologyManagerPolicy` places together.
   * @default TopologyManagerScope.CONTAINER
   */
  readonly topologyManagerScope?: TopologyManagerScope;
}
