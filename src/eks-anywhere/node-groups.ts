import type { EksAnywhereKubernetesVersion } from './kubernetes-version';
import type { MachineHealthCheck } from './machine-health-check';

/** What a taint does to pods that do not tolerate it. */
export enum TaintEffect {
  /** New pods are not scheduled here. */
  NO_SCHEDULE = 'NoSchedule',
  /** New pods are scheduled here only when nothing else fits. */
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
}

/** Options of every group of nodes, whatever they run on. */
export interface NodeGroupOptions {
  /** Number of nodes. Can be changed later. */
  readonly count: number;

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
   * Number of machines that an upgrade may add before it takes old ones away. The control plane takes 0 or 1. On bare
   * metal as many spare machines must be in the hardware inventory. Can be changed later, in place.
   * @default 1
   */
  readonly maxSurge?: number;

  /**
   * Settings of the nodes' kubelets: the fields of `kubelet.config.k8s.io/v1beta1`, without `kind` and `apiVersion`; `providerID` is not
   * among them. Can be changed later; a change replaces the nodes.
   * @default - the defaults of EKS Anywhere
   */
  readonly kubeletConfiguration?: { [key: string]: any };

  /**
   * When a machine counts as broken and is replaced, for this group. Can be changed later, in place.
   * @default - as for the cluster
   */
  readonly machineHealthCheck?: MachineHealthCheck;
}

/** Options of every Kubernetes control plane. */
export interface ControlPlaneNodeOptions extends NodeGroupOptions {
  /**
   * Further names of the Kubernetes API in its certificate: IP addresses and lower-case domain names with a dot. Can be changed later; a
   * change replaces the nodes.
   * @default - only `endpoint` and what Kubernetes adds
   */
  readonly certificateNames?: string[];

  /**
   * What the Kubernetes API logs about requests: the text of an `audit.k8s.io/v1` Policy, in YAML. Can be changed later.
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
   * Whether to leave out kube-vip, which announces `endpoint`, because a load balancer of your own has that address.
   * Can be changed later; a change replaces the nodes.
   * @default false
   */
  readonly skipLoadBalancer?: boolean;

  /**
   * Whether objects of `kube-system` bypass admission webhooks, so that a broken webhook cannot keep the cluster's own parts from starting.
   * Can be changed later; a change replaces the nodes.
   * @default - as the release has it
   */
  readonly skipAdmissionForSystemResources?: boolean;
}

/** Bounds for the Kubernetes cluster autoscaler, which must be installed separately. Can be changed later, in place. */
export interface NodeAutoscaling {
  /** Least number of nodes, 0 or more and at most `count`. */
  readonly minCount: number;

  /** Greatest number of nodes, at least `count`. */
  readonly maxCount: number;
}

/** Options of every group of worker nodes. */
export interface WorkerNodeGroupOptions extends NodeGroupOptions {
  /** Name of the group, unique in the cluster: lower-case letters, digits and dashes. Cannot be changed: a new name is a new group. */
  readonly name: string;

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
   * Minor version of Kubernetes of these nodes: at most two minors behind the cluster's. Upgrades go one minor at a time and never back.
   * @default - the cluster's
   */
  readonly kubernetesVersion?: EksAnywhereKubernetesVersion;
}
