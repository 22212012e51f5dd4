import type { KubeletConfiguration } from './kubelet-configuration';
import type { EksAnywhereKubernetesVersion } from './kubernetes-version';
import type { MachineHealthCheck } from './machine-health-check';

/** What a taint does to pods that do not tolerate it. */
export enum TaintEffect {
  /** New pods are not scheduled here. */
  NO_SCHEDULE = 'NoSchedule',
  /** New pods are scheduled here only when no other node fits. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** Running pods are evicted as well. */
  NO_EXECUTE = 'NoExecute',
}

/** A taint on every node of a group. On bare metal fixed once the cluster exists; elsewhere a change replaces the nodes. */
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

  /**
   * When the taint was added, as RFC 3339 writes times, such as `2026-11-21T12:00:00Z`. For `TaintEffect.NO_EXECUTE` only:
   * from then on Kubernetes counts the seconds that a pod tolerates the taint.
   * @default - not written
   */
  readonly timeAdded?: string;
}

/** Options of every group of nodes, on any infrastructure. */
export interface NodeGroupOptions {
  /**
   * Labels on the Kubernetes nodes. On bare metal fixed once the cluster exists; elsewhere a change replaces the nodes.
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Taints on the Kubernetes nodes. On bare metal fixed once the cluster exists; elsewhere a change replaces the nodes.
   * At least one worker group must be free of `NoSchedule` and `NoExecute`.
   * @default - none
   */
  readonly taints?: NodeTaint[];

  /**
   * Number of machines that an upgrade may add before it removes old ones: 0 or 1 for the control plane. On bare metal,
   * the hardware inventory must contain as many spare machines. Can be changed later, in place.
   * @default 1
   */
  readonly maxSurge?: number;

  /**
   * Settings of the nodes' kubelets. Can be changed later; a change replaces the nodes.
   * @default - the defaults of EKS Anywhere
   */
  readonly kubeletConfiguration?: KubeletConfiguration;

  /**
   * When a machine of this group counts as broken and is replaced. Can be changed later, in place.
   * @default - `machineHealthCheck` of the cluster
   */
  readonly machineHealthCheck?: MachineHealthCheck;
}

/** Options of every Kubernetes control plane. */
export interface ControlPlaneNodeOptions extends NodeGroupOptions {
  /** Number of nodes. Can be changed later. */
  readonly count: number;

  /**
   * Further names of the Kubernetes API in its certificate: IP addresses and lower-case domain names with a dot. Can be changed later; a
   * change replaces the nodes.
   * @default - `endpoint` and the names that Kubernetes adds
   */
  readonly certificateNames?: string[];

  /**
   * Audit policy of the Kubernetes API: the text of an `audit.k8s.io/v1` Policy, in YAML. Can be changed later; a change replaces the
   * nodes.
   * @default - the policy of EKS Anywhere
   */
  readonly auditPolicy?: string;

  /**
   * Further arguments of the Kubernetes API server, without dashes, such as `{ 'service-account-max-token-expiration':
   * '24h' }`; `oidc-*` only without an OpenID Connect provider. A feature flag of the tools:
   * `API_SERVER_EXTRA_ARGS_ENABLED=true` has to be in the environment wherever `eksctl anywhere` runs. Can be changed
   * later; a change replaces the nodes.
   * @default - those of EKS Anywhere
   */
  readonly apiServerExtraArgs?: { [argument: string]: string };

  /**
   * Whether to omit kube-vip, which announces `endpoint`, because a load balancer of your own has that address.
   * Can be changed later; on bare metal a change replaces the nodes.
   * @default false
   */
  readonly skipLoadBalancer?: boolean;

  /**
   * Whether objects of `kube-system` bypass admission webhooks, so that a broken webhook cannot keep the cluster's own parts from starting.
   * Can be changed later; a change replaces the nodes.
   * @default - the value of the release
   */
  readonly skipAdmissionForSystemResources?: boolean;
}

/** Bounds for the Kubernetes cluster autoscaler, which must be installed separately. Can be changed later, in place. */
export interface NodeAutoscaling {
  /** Minimum number of nodes, at most `count`. */
  readonly minCount: number;

  /** Maximum number of nodes, at least `count`. */
  readonly maxCount: number;
}

/** Options of every group of worker nodes. */
export interface WorkerNodeGroupOptions extends NodeGroupOptions {
  /** Name of the group, unique in the cluster: lower-case letters, digits and dashes. Cannot be changed: a new name is a new group. */
  readonly name: string;

  /**
   * Number of nodes; with `autoscaling` the number to begin with, which the autoscaler then changes. Can be changed later.
   * @default - `minCount` of `autoscaling`; 1 without it
   */
  readonly count?: number;

  /**
   * Number of nodes that may be missing while an upgrade runs; not 0 when `maxSurge` is 0. Can be changed later, in place.
   * @default 0
   */
  readonly maxUnavailable?: number;

  /**
   * Bounds for the cluster autoscaler. Not together with `upgradeInPlace`. Can be changed later, in place.
   * @default - the number of nodes is fixed
   */
  readonly autoscaling?: NodeAutoscaling;

  /**
   * Minor version of Kubernetes of these nodes: at most two minors behind the cluster's. Upgrade one minor at a time;
   * downgrades are rejected.
   * @default - the cluster's
   */
  readonly kubernetesVersion?: EksAnywhereKubernetesVersion;
}
