/** What an accepted change does to the nodes: which groups are replaced, how, and why. */
import type { ControlPlane, Ref, WorkerGroup } from '../model/cluster';
import type { Change } from './changes';
import type { Cause } from './machine-templates/causes';
import { causesOf, throughEtcd } from './machine-templates/causes';
import { inputsOf } from './machine-templates/inputs';
import type { Role } from './machine-templates/inputs';
import type { Pair } from './pair';

type Action = 'nothing' | 'scale' | 'rolling' | 'in place' | 'new' | 'removed';

export interface GroupPlan {
  /** `control plane`, `etcd`, or the name of a worker group. */
  readonly name: string;
  readonly role: Role;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly action: Action;
  /** The fields whose change replaces the nodes. */
  readonly reasons: readonly string[];
  /** The changes that replace the nodes, and the templates that they land in. */
  readonly causes: readonly Omit<Cause, 'reason'>[];
  /** Nodes that are added before old ones are taken away. */
  readonly surge: number;
  /** Nodes that may be missing meanwhile. */
  readonly unavailable: number;
  readonly machineBefore?: Ref;
  readonly machineAfter?: Ref;
}

/** What happens to each group of nodes, the control plane first. */
export function rolloutOf(pair: Pair, changes: readonly Change[]): GroupPlan[] {
  const [before, after] = [pair.old, pair.new].map(({ cluster }) => cluster.spec ?? {});
  const causes = (role: Role, was: Group | undefined, is: Group | undefined) =>
    was && is ? causesOf(inputsOf(pair.old, role, was), inputsOf(pair.new, role, is), changes) : [];
  const [etcdBefore, etcdAfter] = [before.externalEtcdConfiguration, after.externalEtcdConfiguration];
  const [controlPlaneBefore, controlPlaneAfter] = [before, after].map((spec) => spec.controlPlaneConfiguration ?? {});
  const ofEtcd = causes('etcd', etcdBefore, etcdAfter);
  const ofControlPlane = [...causes('control plane', controlPlaneBefore, controlPlaneAfter), ...throughEtcd(ofEtcd)];
  const [groupsBefore, groupsAfter] = [before, after].map(
    (spec) => new Map((spec.workerNodeGroupConfigurations ?? []).map((group) => [group.name ?? '', group])),
  );
  return [
    planOf('control plane', 'control plane', controlPlaneBefore, controlPlaneAfter, ofControlPlane),
    ...(etcdBefore ?? etcdAfter ? [planOf('etcd', 'etcd', etcdBefore, etcdAfter, ofEtcd)] : []),
    ...[...new Set([...groupsBefore.keys(), ...groupsAfter.keys()])].map((name) => {
      const [was, is] = [groupsBefore.get(name), groupsAfter.get(name)];
      return planOf(name, 'workers', was, is, causes('workers', was, is));
    }),
  ];
}

type Group = ControlPlane & WorkerGroup;

function planOf(name: string, role: Role, was: Group | undefined, is: Group | undefined, causes: readonly Cause[]): GroupPlan {
  const reasons = [...new Set(causes.map(({ reason }) => reason))];
  const strategy = is?.upgradeRolloutStrategy;
  const { nodesBefore, nodesAfter } = countsOf(was, is);
  const action = actionOf({ was, is, nodesBefore, nodesAfter, isReplaced: reasons.length > 0 });
  return {
    name, role, nodesBefore, nodesAfter, action, reasons,
    causes: withoutRepetition(causes),
    surge: action === 'rolling' ? strategy?.rollingUpdate?.maxSurge ?? 1 : 0,
    unavailable: action === 'rolling' ? strategy?.rollingUpdate?.maxUnavailable ?? 0 : 0,
    machineBefore: was?.machineGroupRef,
    machineAfter: is?.machineGroupRef,
  };
}

function withoutRepetition(causes: readonly Cause[]): GroupPlan['causes'] {
  const told = new Map(causes.map(({ path, object, template }) => [`${path} ${template}`, { path, object, template }]));
  return [...told.values()];
}

/** Where the autoscaler decides before and after, the number in the file scales nothing. */
function countsOf(was: Group | undefined, is: Group | undefined): { readonly nodesBefore: number; readonly nodesAfter: number } {
  const [nodesBefore, nodesAfter] = [was, is].map((group) => group?.count ?? (group ? 1 : 0));
  return { nodesBefore, nodesAfter: was?.autoscalingConfiguration && is?.autoscalingConfiguration ? nodesBefore : nodesAfter };
}

interface Outcome {
  readonly was: Group | undefined;
  readonly is: Group | undefined;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly isReplaced: boolean;
}

function actionOf({ was, is, nodesBefore, nodesAfter, isReplaced }: Outcome): Action {
  if (!was) return 'new';
  if (!is) return 'removed';
  if (isReplaced) return is.upgradeRolloutStrategy?.type === 'InPlace' ? 'in place' : 'rolling';
  return nodesBefore === nodesAfter ? 'nothing' : 'scale';
}
