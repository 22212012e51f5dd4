/** What an accepted change does to the nodes: which groups are replaced, how, and why. */
import type { ClusterSpec, ControlPlane, NodeGroup, Ref, RolloutStrategy, WorkerGroup } from '../model/cluster';
import type { TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../model/machines';
import { isSame } from './compare';
import type { Pair, State } from './pair';
import { find } from './pair';

type Action = 'nothing' | 'scale' | 'rolling' | 'in place' | 'new' | 'removed';

export interface GroupPlan {
  /** `control plane`, `etcd`, or the name of a worker group. */
  readonly name: string;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly action: Action;
  /** The fields whose change replaces the nodes. */
  readonly reasons: readonly string[];
  /** Nodes that are added before old ones are taken away. */
  readonly surge: number;
  /** Nodes that may be missing meanwhile. */
  readonly unavailable: number;
  readonly machineBefore?: Ref;
  readonly machineAfter?: Ref;
}

/** Fields that every node carries in its files, so that each change of them replaces all nodes. */
const EVERYWHERE: readonly (keyof ClusterSpec)[] = ['eksaVersion', 'bundlesRef', 'registryMirrorConfiguration', 'proxyConfiguration'];
/** Fields that the API servers read when they start. */
const OF_CONTROL_PLANE: readonly (keyof ClusterSpec)[] = ['podIamConfig', 'identityProviderRefs', 'etcdEncryption'];
const OF_NODES: readonly (keyof NodeGroup)[] = ['labels', 'taints', 'kubeletConfiguration'];
const OF_API_SERVERS: readonly (keyof ControlPlane)[] = [
  'certSans',
  'apiServerExtraArgs',
  'auditPolicyContent',
  'skipAdmissionForSystemResources',
  'skipLoadBalancerDeployment',
];

export function rolloutOf(pair: Pair): GroupPlan[] {
  return [controlPlane(pair), ...etcd(pair), ...workers(pair)];
}

function controlPlane(pair: Pair): GroupPlan {
  const [before, after] = [pair.old, pair.new].map(({ cluster }) => cluster.spec?.controlPlaneConfiguration ?? {});
  const reasons = [
    ...clusterReasons(pair, ['kubernetesVersion', ...EVERYWHERE, ...OF_CONTROL_PLANE]),
    ...[...OF_NODES, ...OF_API_SERVERS].filter(
      (field) => !isSame((before as ControlPlane)[field as keyof ControlPlane], (after as ControlPlane)[field as keyof ControlPlane]),
    ),
    ...machineReasons(pair, before.machineGroupRef, after.machineGroupRef),
  ];
  return plan('control plane', before, after, reasons);
}

function etcd(pair: Pair): GroupPlan[] {
  const [before, after] = [pair.old, pair.new].map(({ cluster }) => cluster.spec?.externalEtcdConfiguration);
  if (!before && !after) return [];
  const reasons = [
    ...clusterReasons(pair, ['kubernetesVersion', ...EVERYWHERE]),
    ...machineReasons(pair, before?.machineGroupRef, after?.machineGroupRef),
  ];
  return [plan('etcd', before, after, before && after ? reasons : [])];
}

function workers(pair: Pair): GroupPlan[] {
  const [before, after] = [pair.old, pair.new].map(
    ({ cluster }) => new Map((cluster.spec?.workerNodeGroupConfigurations ?? []).map((group) => [group.name ?? '', group])),
  );
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    return plan(name, was, is, was && is ? workerReasons(pair, was, is) : []);
  });
}

function workerReasons(pair: Pair, was: WorkerGroup, is: WorkerGroup): string[] {
  const version = (group: WorkerGroup, { cluster }: State) => group.kubernetesVersion ?? cluster.spec?.kubernetesVersion;
  return [
    ...(version(was, pair.old) === version(is, pair.new) ? [] : ['kubernetesVersion']),
    ...clusterReasons(pair, EVERYWHERE),
    ...[...OF_NODES, 'failureDomains' as const].filter((field) => !isSame(was[field as keyof WorkerGroup], is[field as keyof WorkerGroup])),
    ...machineReasons(pair, was.machineGroupRef, is.machineGroupRef),
  ];
}

function clusterReasons({ old, new: now }: Pair, fields: readonly (keyof ClusterSpec)[]): string[] {
  return fields.filter((field) => !isSame(old.cluster.spec?.[field], now.cluster.spec?.[field]));
}

/** Another machine configuration, another content of it, of its template, or of the image that the datacenter names. */
function machineReasons({ old, new: now }: Pair, before: Ref | undefined, after: Ref | undefined): string[] {
  const [was, is] = [spec(old, before), spec(now, after)];
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !isSame(was[name], is[name]));
  const templates = [template(old, was), template(now, is)];
  const images = [old, now].map(
    ({ cluster, documents }) =>
      documents.find(({ kind, metadata }) => kind === 'TinkerbellDatacenterConfig' && metadata?.name === cluster.spec?.datacenterRef?.name)
        ?.spec as TinkerbellDatacenterSpec | undefined,
  );
  return [
    ...fields,
    ...(isSame(templates[0], templates[1]) ? [] : ['templateRef']),
    ...(images[0]?.osImageURL === images[1]?.osImageURL || fields.includes('osImageURL') ? [] : ['osImageURL']),
  ];
}

function spec(state: State, ref: Ref | undefined): Record<string, unknown> {
  return (ref && find<Record<string, unknown>>(state, ref.kind, ref.name)?.spec) ?? {};
}

function template(state: State, { templateRef }: TinkerbellMachineSpec): unknown {
  return templateRef && find(state, templateRef.kind, templateRef.name)?.spec;
}

type Group = { readonly count?: number; readonly machineGroupRef?: Ref; readonly upgradeRolloutStrategy?: RolloutStrategy };

function plan(name: string, before: Group | undefined, after: Group | undefined, reasons: readonly string[]): GroupPlan {
  const strategy = after?.upgradeRolloutStrategy;
  const [nodesBefore, nodesAfter] = [before, after].map((group) => group?.count ?? (group ? 1 : 0));
  const action = actionOf(before, after, strategy, reasons);
  return {
    name, nodesBefore, nodesAfter, action, reasons,
    surge: action === 'rolling' ? strategy?.rollingUpdate?.maxSurge ?? 1 : 0,
    unavailable: action === 'rolling' ? strategy?.rollingUpdate?.maxUnavailable ?? 0 : 0,
    machineBefore: before?.machineGroupRef,
    machineAfter: after?.machineGroupRef,
  };
}

function actionOf(
  before: Group | undefined,
  after: Group | undefined,
  strategy: RolloutStrategy | undefined,
  reasons: readonly string[],
): Action {
  if (!before) return 'new';
  if (!after) return 'removed';
  if (reasons.length > 0) return strategy?.type === 'InPlace' ? 'in place' : 'rolling';
  return before.count === after.count ? 'nothing' : 'scale';
}
