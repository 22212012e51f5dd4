/** The Cluster document and the names of the objects around it. */
import type { Cilium, ClusterSpec, Ref } from '../model/cluster';
import type { Document, Metadata } from '../model/document';
import { API_VERSION } from '../schema/kinds';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';
import { controlPlane, workerGroup } from './node-groups';

export interface ClusterInput {
  readonly clusterName: string;
  /** Of the Cluster object; the namespace is that of all documents. */
  readonly metadata?: Pick<Metadata, 'namespace' | 'labels' | 'annotations'>;
  readonly kubernetesVersion: string;
  readonly endpoint?: string;
  readonly podsCidr: string;
  readonly servicesCidr: string;
  readonly nodeCidrMaskSize?: number;
  readonly dnsResolvConf?: string;
  readonly cilium?: Cilium;
  /** Kindnetd instead of Cilium. */
  readonly kindnetd?: boolean;
  /** Of the datacenter configuration; the cluster's when undefined. */
  readonly datacenterConfigName?: string;
  readonly controlPlaneNodes: ControlPlaneInput;
  readonly workerNodes: readonly WorkerGroupInput[];
  readonly etcdNodes?: EtcdInput;
  readonly upgradeInPlace?: boolean;
  /** Name of the cluster that creates and upgrades this one; its own name when it manages itself; undefined where the file does not say. */
  readonly managementClusterName?: string;
  /** Parts of the spec that need no translation. */
  readonly extra?: Partial<ClusterSpec>;
  /** Documents that the cluster refers to. */
  readonly companions?: readonly Document[];
  /** Documents that the cluster does not refer to, written as they are. */
  readonly furtherDocuments?: readonly Document[];
}

/** Machines for etcd alone. */
export interface EtcdInput {
  readonly count: number;
  readonly machineConfigName?: string;
}

/** Names of the machine configurations of all groups. */
export interface MachineNames {
  readonly controlPlane: string;
  readonly workers: readonly string[];
  readonly etcd: string;
}

export function machineNames({ clusterName, controlPlaneNodes, workerNodes, etcdNodes }: Pick<ClusterInput, 'clusterName' | 'etcdNodes'> & {
  readonly controlPlaneNodes: Pick<ControlPlaneInput, 'machineConfigName'>;
  readonly workerNodes: readonly Pick<WorkerGroupInput, 'name' | 'machineConfigName'>[];
}): MachineNames {
  return {
    controlPlane: controlPlaneNodes.machineConfigName ?? controlPlaneMachineName(clusterName),
    workers: workerNodes.map((group) => group.machineConfigName ?? workerMachineName(clusterName, group.name)),
    etcd: etcdNodes?.machineConfigName ?? etcdMachineName(clusterName),
  };
}

/** The name of the machine configuration of the control plane nodes. */
export function controlPlaneMachineName(clusterName: string): string {
  return `${clusterName}-cp`;
}

/** The name of the machine configuration of the external etcd machines. */
export function etcdMachineName(clusterName: string): string {
  return `${clusterName}-etcd`;
}

/** The name of the machine configuration of a worker group. */
export function workerMachineName(clusterName: string, group: string): string {
  return `${clusterName}-${group}`;
}

/** @param machineKind undefined where nodes have no machine configurations (Docker) */
export function clusterDocument(input: ClusterInput, datacenterKind: string, machineKind?: string): Document {
  const name = input.clusterName;
  const names = machineNames(input);
  const machine = (machineName: string): Ref | undefined => machineKind ? { kind: machineKind, name: machineName } : undefined;
  const spec: ClusterSpec = {
    kubernetesVersion: input.kubernetesVersion,
    managementCluster: input.managementClusterName === undefined ? undefined : { name: input.managementClusterName },
    datacenterRef: { kind: datacenterKind, name: input.datacenterConfigName ?? name },
    clusterNetwork: {
      cniConfig: input.kindnetd ? { kindnetd: {} } : { cilium: input.cilium ?? {} },
      pods: { cidrBlocks: [input.podsCidr] },
      services: { cidrBlocks: [input.servicesCidr] },
      nodes: input.nodeCidrMaskSize === undefined ? undefined : { cidrMaskSize: input.nodeCidrMaskSize },
      dns: input.dnsResolvConf === undefined ? undefined : { resolvConf: { path: input.dnsResolvConf } },
    },
    controlPlaneConfiguration: controlPlane(input.controlPlaneNodes, input, machine(names.controlPlane)),
    externalEtcdConfiguration: input.etcdNodes && { count: input.etcdNodes.count, machineGroupRef: machine(names.etcd) },
    workerNodeGroupConfigurations: input.workerNodes.map((group, index) => workerGroup(group, input, machine(names.workers[index]))),
    ...input.extra,
  };
  const { apiVersion, kind, metadata, spec: written } = document('Cluster', name, spec);
  return {
    apiVersion,
    kind,
    metadata: withoutUndefined({ ...metadata, labels: input.metadata?.labels, annotations: input.metadata?.annotations }),
    spec: written,
  };
}

/**
 * Everything for cluster.yaml. References hold no namespace, so that all documents of a cluster are in one.
 *
 * @param own documents of the cluster, its machines and its datacenter
 */
export function completed(
  own: readonly Document[],
  { companions = [], furtherDocuments = [], metadata: { namespace } = {} }: ClusterInput,
): Document[] {
  const documents = [...own, ...companions];
  return [
    ...(namespace === undefined ? documents : documents.map((one) => ({ ...one, metadata: { ...one.metadata, namespace } }))),
    ...furtherDocuments,
  ];
}

export function document<Spec>(kind: string, name: string, spec: Spec): Document<Spec> {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec: withoutUndefined(spec) };
}

/** Fields that are undefined are left out, at every depth. */
function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, content]) => content !== undefined)
      .map(([name, content]) => [name, withoutUndefined(content)]),
  ) as T;
}
