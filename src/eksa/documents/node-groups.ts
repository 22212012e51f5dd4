/** Node groups as documents. What the tools default silently or crash on when it is missing is always written. */
import type { ControlPlane, HealthCheck, NodeGroup, Ref, RolloutStrategy, Taint, WorkerGroup } from '../model/cluster';

const KUBELET_HEADER = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };

export interface NodeGroupInput {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly maxSurge?: number;
  readonly kubeletConfiguration?: Readonly<Record<string, unknown>>;
  readonly healthCheck?: HealthCheck;
  /** Of the machine configuration, where nodes have one; made from the group's when undefined. */
  readonly machineConfigName?: string;
}

export interface ControlPlaneInput extends NodeGroupInput {
  readonly count: number;
  readonly certificateNames?: readonly string[];
  readonly auditPolicy?: string;
  readonly apiServerExtraArgs?: Readonly<Record<string, string>>;
  readonly skipLoadBalancer?: boolean;
  readonly skipAdmissionForSystemResources?: boolean;
}

export interface WorkerGroupInput extends NodeGroupInput {
  readonly name: string;
  /** Undefined for the lower bound of `autoscaling`. */
  readonly count?: number;
  readonly maxUnavailable?: number;
  readonly autoscaling?: { readonly minCount: number; readonly maxCount: number };
  readonly kubernetesVersion?: string;
  readonly failureDomain?: string;
}

/** What the groups of a cluster share. */
interface GroupContext {
  /** Undefined on Docker, where the tools choose one. */
  readonly endpoint?: string;
  readonly upgradeInPlace?: boolean;
}

export function controlPlane(input: ControlPlaneInput, context: GroupContext, machineGroupRef: Ref | undefined): ControlPlane {
  return {
    count: input.count,
    endpoint: context.endpoint === undefined ? undefined : { host: context.endpoint },
    machineGroupRef,
    ...nodeGroup(input),
    certSans: input.certificateNames,
    auditPolicyContent: input.auditPolicy,
    apiServerExtraArgs: input.apiServerExtraArgs,
    skipLoadBalancerDeployment: input.skipLoadBalancer,
    skipAdmissionForSystemResources: input.skipAdmissionForSystemResources,
    upgradeRolloutStrategy: strategy(context, { maxSurge: input.maxSurge ?? 1 }),
  };
}

export function workerGroup(input: WorkerGroupInput, context: GroupContext, machineGroupRef: Ref | undefined): WorkerGroup {
  return {
    name: input.name,
    count: input.count,
    autoscalingConfiguration: input.autoscaling,
    kubernetesVersion: input.kubernetesVersion,
    machineGroupRef,
    failureDomains: input.failureDomain === undefined ? undefined : [input.failureDomain],
    ...nodeGroup(input),
    upgradeRolloutStrategy: strategy(context, { maxSurge: input.maxSurge ?? 1, maxUnavailable: input.maxUnavailable ?? 0 }),
  };
}

/** The controller dereferences nil when a rolling strategy has no parameters, so they are always there. */
function strategy({ upgradeInPlace }: GroupContext, rollingUpdate: RolloutStrategy['rollingUpdate']): RolloutStrategy {
  return upgradeInPlace ? { type: 'InPlace' } : { type: 'RollingUpdate', rollingUpdate };
}

function nodeGroup({ labels, taints, kubeletConfiguration, healthCheck }: NodeGroupInput): Partial<NodeGroup> {
  return {
    // Written even when empty: the webhook distinguishes that from nothing.
    labels,
    taints: taints?.map(({ key, value, effect, timeAdded }) => ({ key, value, effect, timeAdded })),
    kubeletConfiguration: kubeletConfiguration && { ...KUBELET_HEADER, ...kubeletConfiguration },
    machineHealthCheck: healthCheck,
  };
}
