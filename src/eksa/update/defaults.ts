/** What the tools write into objects where nothing is said: a default that is written out is no change. */
import type { ClusterNetwork, ClusterSpec, WorkerGroup } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import type { AwsIamSpec, FluxSpec, GitOpsSpec } from '../model/identity';
import type { MachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import { OsFamily, defaultSshUser } from '../model/os-family';
import { initialCount } from '../rules/worker-groups';
import { effectiveSize } from './virtual-machine-size';

type Fill = (spec: never, cluster: ClusterDocument, name: string | undefined) => object;

const FILL: Readonly<Record<string, Fill | undefined>> = {
  Cluster: fillCluster,
  TinkerbellMachineConfig: (spec: MachineSpec) => fillMachine(spec, 'TinkerbellMachineConfig'),
  VSphereMachineConfig: fillVirtualMachine,
  VSphereDatacenterConfig: fillVSphereDatacenter,
  AWSIamConfig: (spec: AwsIamSpec & { partition?: string }) => ({ ...spec, partition: spec.partition || 'aws' }),
  FluxConfig: fillFlux,
  GitOpsConfig: fillGitOps,
};

export function withDefaults(document: Document, cluster: ClusterDocument): Document {
  const fill = FILL[document.kind];
  return fill ? { ...document, spec: fill((document.spec ?? {}) as never, cluster, document.metadata?.name) } : document;
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

function fillMachine<Spec extends MachineSpec>(spec: Spec, kind: 'TinkerbellMachineConfig' | 'VSphereMachineConfig'): Spec {
  const osFamily = spec.osFamily || OsFamily.BOTTLEROCKET;
  const [first, ...others] = spec.users ?? [];
  return {
    ...spec,
    osFamily,
    ...(first ? { users: [{ ...first, name: first.name || defaultSshUser(kind, osFamily) }, ...others] } : {}),
  };
}

function fillVirtualMachine(spec: VSphereMachineSpec, cluster: ClusterDocument, name: string | undefined): VSphereMachineSpec {
  const isEtcd = cluster.spec?.externalEtcdConfiguration?.machineGroupRef?.name === name;
  return { ...fillMachine(spec, 'VSphereMachineConfig'), ...effectiveSize(spec, isEtcd) };
}

function fillVSphereDatacenter(spec: VSphereDatacenterSpec): VSphereDatacenterSpec {
  const { network, datacenter } = spec;
  const isUnder = !network || !datacenter || network.startsWith(`/${datacenter}`);
  return {
    ...spec,
    ...(isUnder ? {} : { network: `/${datacenter}/network/${network}` }),
    // Without a check of certificates there is nothing to compare a thumbprint with.
    ...(spec.insecure ? { thumbprint: '' } : {}),
  };
}

/** Branch, path and namespace; the algorithm of a key has a default, too, but the tools do not write it. */
function fillFlux(spec: FluxSpec & { clusterConfigPath?: string; systemNamespace?: string }, cluster: ClusterDocument) {
  return {
    ...spec,
    branch: spec.branch || 'main',
    clusterConfigPath: spec.clusterConfigPath || defaultPath(cluster),
    systemNamespace: spec.systemNamespace || 'flux-system',
  };
}

function fillGitOps(spec: GitOpsSpec, cluster: ClusterDocument): GitOpsSpec {
  const github = spec.flux?.github ?? {};
  return {
    ...spec,
    flux: {
      ...spec.flux,
      github: {
        ...github,
        branch: github.branch || 'main',
        clusterConfigPath: github.clusterConfigPath || defaultPath(cluster),
        fluxSystemNamespace: github.fluxSystemNamespace || 'flux-system',
      },
    },
  };
}

function defaultPath({ spec, metadata }: ClusterDocument): string {
  return `clusters/${spec?.managementCluster?.name || metadata?.name || ''}`;
}
