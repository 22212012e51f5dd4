/** Node groups as documents. What the tools default silently or crash on when it is missing is always written. */
import type { ControlPlane, Ref, Taint, WorkerGroup } from '../model/cluster';

export interface NodeGroupInput {
  readonly count: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly maxSurge?: number;
}

export interface WorkerGroupInput extends NodeGroupInput {
  readonly name: string;
  readonly maxUnavailable?: number;
}

export function controlPlane(input: NodeGroupInput, endpoint: string, machineGroupRef: Ref): ControlPlane {
  return {
    count: input.count,
    endpoint: { host: endpoint },
    machineGroupRef,
    ...labelsAndTaints(input),
    // The controller dereferences nil when a strategy has no parameters.
    upgradeRolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: input.maxSurge ?? 1 } },
  };
}

export function workerGroup(input: WorkerGroupInput, machineGroupRef: Ref): WorkerGroup {
  return {
    name: input.name,
    count: input.count,
    machineGroupRef,
    ...labelsAndTaints(input),
    upgradeRolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: input.maxSurge ?? 1, maxUnavailable: input.maxUnavailable ?? 0 } },
  };
}

function labelsAndTaints({ labels, taints }: NodeGroupInput) {
  return {
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(taints && taints.length > 0 ? { taints: taints.map(({ key, value, effect }) => ({ key, ...(value === undefined ? {} : { value }), effect })) } : {}),
  };
}
