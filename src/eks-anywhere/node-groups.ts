/** What every group of Kubernetes nodes can say, whatever it runs on. */

/** What a taint does to pods that do not tolerate it. */
export enum TaintEffect {
  /** New pods are not scheduled here. */
  NO_SCHEDULE = 'NoSchedule',
  /** New pods are scheduled here only when nothing else fits. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** Running pods are evicted as well. */
  NO_EXECUTE = 'NoExecute',
}

/** A taint on every node of a group. */
export interface NodeTaint {
  /** Kubernetes label key: `[prefix/]name`, the name at most 63 characters. */
  readonly key: string;

  /**
   * Kubernetes label value, at most 63 characters.
   * @default - no value
   */
  readonly value?: string;

  /** What happens to pods that do not tolerate the taint. */
  readonly effect: TaintEffect;
}

/** Options of every group of nodes. */
export interface NodeGroupOptions {
  /** Number of nodes. Can be changed later. */
  readonly count: number;

  /**
   * Labels on the Kubernetes nodes. On bare metal fixed once the cluster exists.
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Taints on the Kubernetes nodes. On bare metal fixed once the cluster exists. At least one worker group must be free of
   * `NoSchedule` and `NoExecute`.
   * @default - none
   */
  readonly taints?: NodeTaint[];

  /**
   * Number of machines that an upgrade may add before it takes old ones away. The control plane takes 0 or 1. On bare metal
   * as many spare machines must be in the hardware inventory.
   * @default 1
   */
  readonly maxSurge?: number;
}

/** Options of every group of worker nodes. */
export interface WorkerNodeGroupOptions extends NodeGroupOptions {
  /** Name of the group, unique in the cluster: lower-case letters, digits and dashes. A new name is a new group. */
  readonly name: string;

  /**
   * Number of nodes that may be missing while an upgrade runs; not 0 when `maxSurge` is 0.
   * @default 0
   */
  readonly maxUnavailable?: number;
}
