/** Groups of nodes with the machines and the Kubernetes version that they get. */
import type { ClusterDocument, Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import { OsFamily } from '../model/os-family';
import type { Context } from './rule';

export interface GroupMachines {
  /** Minor or text as written; a group without a version follows the cluster. */
  readonly kubernetesVersion?: string;
  readonly machine: Document<MachineSpec>;
}

/** Control plane first, then workers; etcd machines run no kubelet of their own version. */
export function groupMachines(cluster: ClusterDocument, { find }: Context): GroupMachines[] {
  const { kubernetesVersion, controlPlaneConfiguration, workerNodeGroupConfigurations = [] } = cluster.spec ?? {};
  return [
    { kubernetesVersion, ref: controlPlaneConfiguration?.machineGroupRef },
    ...workerNodeGroupConfigurations.map((group) => ({
      kubernetesVersion: group.kubernetesVersion ?? kubernetesVersion,
      ref: group.machineGroupRef,
    })),
  ].flatMap((group) => {
    const machine = find<MachineSpec>(group.ref?.kind, group.ref?.name);
    return machine ? [{ kubernetesVersion: group.kubernetesVersion, machine }] : [];
  });
}

/** The tools take Bottlerocket where no operating system is named. */
export function osFamilyOf({ spec }: Document<MachineSpec>): string {
  return spec?.osFamily || OsFamily.BOTTLEROCKET;
}
