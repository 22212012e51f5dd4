/** What the tools fill in before they compare two states: a default that is written out is no change. */
import type { ClusterNetwork, ClusterSpec, WorkerGroup } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import type { AwsIamSpec, FluxSpec } from '../model/identity';
import type { MachineSpec, VSphereDatacenterSpec } from '../model/machines';
import { initialCount } from '../rules/worker-groups';

type Fill = (spec: never, cluster: ClusterDocument) => object;

const FILL: Readonly<Record<string, Fill | undefined>> = {
  Cluster: fillCluster,
  TinkerbellMachineConfig: fillMachine,
  VSphereMachineConfig: fillMachine,
  VSphereDatacenterConfig: fillVSphereDatacenter,
  AWSIamConfig: (spec: AwsIamSpec & { partition?: string }) => ({ ...spec, partition: spec.partition ?? 'aws' }),
  FluxConfig: fillFlux,
};

export function withDefaults(document: Document, cluster: ClusterDocument): Document {
  const fill = FILL[document.kind];
  return fill && document.spec ? { ...document, spec: fill(document.spec as never, cluster) } : document;
}

function fillCluster(spec: ClusterSpec): ClusterSpec {
  return {
    ...spec,
    ...(spec.clusterNetwork ? { clusterNetwork: fillNetwork(spec.clusterNetwork) } : {}),
    ...(spec.workerNodeGroupConfigurations ? { workerNodeGroupConfigurations: spec.workerNodeGroupConfigurations.map(fillGroup) } : {}),
    ...(spec.registryMirrorConfiguration
      ? { registryMirrorConfiguration: { ...spec.registryMirrorConfiguration, port: spec.registryMirrorConfiguration.port || '443' } }
      : {}),
  };
}

/** The old `cni: cilium` becomes `cniConfig: { cilium: {} }`. */
function fillNetwork({ cni, ...network }: ClusterNetwork): ClusterNetwork {
  if (!cni || network.cniConfig) return cni ? { cni, ...network } : network;
  return { ...network, cniConfig: cni.startsWith('cilium') ? { cilium: {} } : { kindnetd: {} } };
}

function fillGroup(group: WorkerGroup, index: number): WorkerGroup {
  return { ...group, name: group.name || (index === 0 ? 'md-0' : group.name), count: initialCount(group) };
}

function fillMachine(spec: MachineSpec): MachineSpec {
  return { ...spec, osFamily: spec.osFamily || 'bottlerocket' };
}

function fillVSphereDatacenter(spec: VSphereDatacenterSpec): VSphereDatacenterSpec {
  const { network, datacenter } = spec;
  const isUnder = !network || !datacenter || network.startsWith(`/${datacenter}`);
  return isUnder ? spec : { ...spec, network: `/${datacenter}/network/${network}` };
}

function fillFlux(spec: FluxSpec & { clusterConfigPath?: string; systemNamespace?: string }, cluster: ClusterDocument) {
  const manager = cluster.spec?.managementCluster?.name || cluster.metadata?.name || '';
  return {
    ...spec,
    branch: spec.branch || 'main',
    clusterConfigPath: spec.clusterConfigPath || `clusters/${manager}`,
    systemNamespace: spec.systemNamespace || 'flux-system',
  };
}
