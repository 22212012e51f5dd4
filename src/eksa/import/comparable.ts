/** Documents in a form in which two that mean the same are the same: defaults filled in, what means nothing left out. */
import { OLD_FLUX_KIND } from '../documents/identity';
import type { Cilium, ClusterNetwork, ClusterSpec, HealthCheck, NodeGroup, RolloutStrategy, WorkerGroup } from '../model/cluster';
import type { Document } from '../model/document';
import type { GitOpsSpec } from '../model/identity';
import type { VSphereMachineSpec } from '../model/machines';
import { parseDurationMs } from '../syntax/duration';
import { stateOf } from '../update/pair';
import type { State } from '../update/pair';
import { effectiveSize } from './virtual-machine-size';

/** Fields where `false` differs from nothing. */
const FALSE_MATTERS = ['cniExclusive', 'skipAdmissionForSystemResources'];
/** Fields where an empty object differs from nothing. */
const EMPTY_MATTERS = ['cilium', 'kindnetd', 'spec'];
/** Fields whose content is passed on to other programs as it is. */
const OPAQUE = ['kubeletConfiguration', 'helmValues', 'labels', 'hardwareSelector', 'matchLabels', 'template'];

/** @returns undefined when there is not exactly one Cluster */
export function comparable(documents: readonly object[]): State | undefined {
  const state = stateOf(documents);
  if (!state) return undefined;
  const meant = state.documents.map((document) => meaningful(meaningOf(document, state)) as Document);
  return { cluster: meant.find(({ kind }) => kind === 'Cluster') as State['cluster'], documents: meant };
}

function meaningOf(document: Document, { cluster }: State): Document {
  const metadata = {
    ...document.metadata,
    namespace: document.metadata?.namespace === 'default' ? undefined : document.metadata?.namespace,
  };
  if (document.kind === 'Cluster') {
    return { ...document, metadata, spec: clusterMeaning(document.spec as ClusterSpec, cluster.metadata?.name) };
  }
  if (document.kind === OLD_FLUX_KIND) return { ...document, metadata, spec: oldFlux(document.spec as GitOpsSpec | undefined, cluster) };
  if (document.kind === 'VSphereMachineConfig') return { ...document, metadata, spec: virtualMachine(document.spec as VSphereMachineSpec) };
  // Docker's datacenter has nothing to say, and may leave out where it would be said.
  return { ...document, metadata, spec: document.spec ?? {} };
}

function clusterMeaning(spec: ClusterSpec, name: string | undefined): ClusterSpec {
  const controlPlane = spec.controlPlaneConfiguration;
  return {
    ...spec,
    // The CLI writes its own version here, and a program may name another one: only whether there is one counts.
    eksaVersion: spec.eksaVersion && 'set',
    managementCluster: { name: spec.managementCluster?.name || name },
    machineHealthCheck: health(spec.machineHealthCheck),
    clusterNetwork: spec.clusterNetwork && network(spec.clusterNetwork),
    controlPlaneConfiguration: controlPlane && {
      ...controlPlane, ...group(controlPlane), upgradeRolloutStrategy: strategy(controlPlane.upgradeRolloutStrategy, { maxSurge: 1 }),
    },
    workerNodeGroupConfigurations: spec.workerNodeGroupConfigurations?.map((workers) => ({
      ...workers, ...group(workers), autoscalingConfiguration: scaling(workers.autoscalingConfiguration),
      upgradeRolloutStrategy: strategy(workers.upgradeRolloutStrategy, { maxSurge: 1, maxUnavailable: 0 }),
    })),
  };
}

function group({
  machineHealthCheck,
  kubeletConfiguration: kubelet,
}: NodeGroup): Pick<NodeGroup, 'machineHealthCheck' | 'kubeletConfiguration'> {
  return {
    machineHealthCheck: health(machineHealthCheck),
    // There is only this one; the tools decode nothing else.
    kubeletConfiguration: kubelet && { apiVersion: 'kubelet.config.k8s.io/v1beta1', ...kubelet },
  };
}

function scaling(given: WorkerGroup['autoscalingConfiguration']): WorkerGroup['autoscalingConfiguration'] {
  return given && { minCount: given.minCount ?? 0, maxCount: given.maxCount ?? 0 };
}

/** Cilium's own defaults: pod traffic is encapsulated, and no other plugin is let in. */
function network(given: ClusterNetwork): ClusterNetwork {
  const cilium = given.cniConfig?.cilium;
  if (!cilium) return given;
  const { routingMode, cniExclusive, ...rest } = cilium;
  const meant: Cilium = {
    ...rest,
    routingMode: routingMode === 'overlay' ? undefined : routingMode,
    cniExclusive: cniExclusive === true ? undefined : cniExclusive,
  };
  return { ...given, cniConfig: { ...given.cniConfig, cilium: meant } };
}

function strategy(given: RolloutStrategy | undefined, defaults: RolloutStrategy['rollingUpdate']): RolloutStrategy {
  return given ?? { type: 'RollingUpdate', rollingUpdate: defaults };
}

/** `300s` and `5m0s` are the same. */
function health(check: HealthCheck | undefined): HealthCheck | undefined {
  const time = (text: string | undefined) => text === undefined ? undefined : `${parseDurationMs(text) ?? text} ms`;
  return (
    check && { ...check, nodeStartupTimeout: time(check.nodeStartupTimeout), unhealthyMachineTimeout: time(check.unhealthyMachineTimeout) }
  );
}

/** The tools make a FluxConfig of it, and fill in what that has. */
function oldFlux(spec: GitOpsSpec | undefined, { spec: cluster, metadata }: State['cluster']): GitOpsSpec {
  const { branch, clusterConfigPath, fluxSystemNamespace, ...github } = spec?.flux?.github ?? {};
  const path = clusterConfigPath || `clusters/${cluster?.managementCluster?.name || metadata?.name}`;
  return {
    flux: {
      github: { ...github, branch: branch || 'main', clusterConfigPath: path, fluxSystemNamespace: fluxSystemNamespace || 'flux-system' },
    },
  };
}

function virtualMachine(spec: VSphereMachineSpec): VSphereMachineSpec {
  const { cpus, memoryMiB, diskGiB } = effectiveSize(spec);
  return { ...spec, numCPUs: cpus, memoryMiB, diskGiB };
}

/** Without undefined, `false`, empty text, empty lists and objects, where those mean the same as nothing. */
function meaningful(value: unknown, field = ''): unknown {
  if (OPAQUE.includes(field)) return isEmpty(value) ? undefined : value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => meaningful(item));
  if (typeof value !== 'object' || value === null) {
    return (value === false && !FALSE_MATTERS.includes(field)) || value === '' || value === null ? undefined : value;
  }
  const entries = Object.entries(value)
    .map(([name, content]) => [name, meaningful(content, name)] as const)
    .filter(([, content]) => content !== undefined);
  return entries.length === 0 && !EMPTY_MATTERS.includes(field) ? undefined : Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
