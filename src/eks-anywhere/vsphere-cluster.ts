import { Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { controlPlaneMachineName, workerMachineName } from '../private/eks-anywhere/build/cluster';
import { vsphereDocuments } from '../private/eks-anywhere/build/vsphere';
import type { VirtualMachineInput } from '../private/eks-anywhere/build/vsphere';
import { defaultSshUser } from '../private/eks-anywhere/model/os-family';
import { CLUSTER_PROP_PATHS, machinePropPaths } from '../private/eks-anywhere/prop-path';
import type { PropPath } from '../private/eks-anywhere/prop-path';
import type { EksAnywhereClusterProps } from './eks-anywhere-cluster';
import { EksAnywhereCluster } from './eks-anywhere-cluster';
import type { NodeGroupOptions, WorkerNodeGroupOptions } from './node-groups';
import type { OperatingSystem } from './operating-system';

const DEFAULT_CPUS = 2;
const DEFAULT_MEMORY = Size.gibibytes(8);
const DEFAULT_DISK = Size.gibibytes(25);
/** Below this the tools silently take 2048 MiB. */
const LEAST_MEMORY_MIB = 2048;
/** Below this the tools silently take 20 GiB. */
const LEAST_DISK_GIB = 20;

/** The Kubernetes control plane nodes of a cluster on vSphere. */
export interface VSphereControlPlaneNodes extends NodeGroupOptions {
  /**
   * Virtual CPUs of each node. Can be changed later; a change replaces the nodes.
   * @default 2
   */
  readonly cpus?: number;

  /**
   * Memory of each node, at least 2 GiB. Can be changed later; a change replaces the nodes.
   * @default Size.gibibytes(8)
   */
  readonly memory?: Size;

  /**
   * Disk of each node, at least 20 GiB and not smaller than the template's. Can be changed later; a change replaces the nodes.
   * @default Size.gibibytes(25)
   */
  readonly disk?: Size;
}

/** A group of worker nodes of a cluster on vSphere. */
export interface VSphereWorkerNodes extends WorkerNodeGroupOptions {
  /**
   * Virtual CPUs of each node. Can be changed later; a change replaces the nodes.
   * @default 2
   */
  readonly cpus?: number;

  /**
   * Memory of each node, at least 2 GiB. Can be changed later; a change replaces the nodes.
   * @default Size.gibibytes(8)
   */
  readonly memory?: Size;

  /**
   * Disk of each node, at least 20 GiB and not smaller than the template's. Can be changed later; a change replaces the nodes.
   * @default Size.gibibytes(25)
   */
  readonly disk?: Size;
}

/** Properties of a cluster on vSphere. */
export interface VSphereClusterProps extends EksAnywhereClusterProps {
  /** Name or address of the vCenter server, without scheme. Fixed once the cluster exists. */
  readonly server: string;

  /** vSphere datacenter. Fixed once the cluster exists. */
  readonly datacenter: string;

  /** Network of the nodes: its name, or its path below `/<datacenter>/network/`. Fixed once the cluster exists. */
  readonly network: string;

  /** Datastore for the nodes' disks, by name or inventory path. */
  readonly datastore: string;

  /** Folder for the virtual machines, by name or inventory path. */
  readonly folder: string;

  /** Resource pool for the virtual machines, by inventory path. */
  readonly resourcePool: string;

  /**
   * Template that virtual machines are cloned from, by inventory path. It must carry the vSphere tags `eksdRelease:…` and `os:…`.
   * @default - none: EKS Anywhere imports one, which it can for Bottlerocket only
   */
  readonly template?: string;

  /** Operating system of all nodes. */
  readonly os: OperatingSystem;

  /**
   * Fingerprint of vCenter's certificate (SHA-1, pairs of hex digits joined by colons), for a certificate that no public authority signed.
   * @default - the certificate must be trusted by the machine that runs the CLI
   */
  readonly thumbprint?: string;

  /**
   * Whether to skip the check of vCenter's certificate. `thumbprint` is then without effect.
   * @default false
   */
  readonly insecure?: boolean;

  /** The Kubernetes control plane nodes: an odd number of them, because etcd runs there as well. */
  readonly controlPlaneNodes: VSphereControlPlaneNodes;

  /** Groups of worker nodes, at least one. */
  readonly workerNodes: VSphereWorkerNodes[];
}

/**
 * An EKS Anywhere cluster of virtual machines on vSphere.
 *
 * Writes `cluster.yaml` to `cdk.out/hybridge/<id>/`. The credentials of vCenter are not part of it: the CLI reads `EKSA_VSPHERE_USERNAME` and
 * `EKSA_VSPHERE_PASSWORD` from its environment when it runs `eksctl anywhere create cluster -f cluster.yaml`.
 */
export class VSphereCluster extends EksAnywhereCluster {
  constructor(scope: Construct, id: string, props: VSphereClusterProps) {
    super(scope, id, props);
    if (props.os.imageUrl) {
      throw new Error(`${this.node.path}: os has imageUrl '${props.os.imageUrl}', which is for bare metal; on vSphere set template to the template in vCenter`);
    }
    const place = { datastore: props.datastore, folder: props.folder, resourcePool: props.resourcePool, template: props.template };
    this._define({
      documents: vsphereDocuments({
        ...props,
        clusterName: this.clusterName,
        controlPlaneNodes: { ...props.controlPlaneNodes, ...place, ...this.size(props.controlPlaneNodes, 'controlPlaneNodes') },
        workerNodes: props.workerNodes.map((group, index) => ({ ...group, ...place, ...this.size(group, `workerNodes[${index}]`) })),
        osFamily: props.os.family,
        insecure: props.insecure ?? false,
        thumbprint: props.thumbprint ?? '',
        sshUser: props.sshUser ?? defaultSshUser('VSphereMachineConfig', props.os.family),
      }),
      propPaths: propPaths(this.clusterName, props.workerNodes),
    });
  }

  private size(nodes: VSphereControlPlaneNodes, prop: string): Pick<VirtualMachineInput, 'cpus' | 'memoryMiB' | 'diskGiB'> {
    const cpus = nodes.cpus ?? DEFAULT_CPUS;
    const memoryMiB = (nodes.memory ?? DEFAULT_MEMORY).toMebibytes();
    const diskGiB = (nodes.disk ?? DEFAULT_DISK).toGibibytes();
    if (!Number.isInteger(cpus) || cpus < 1) throw new Error(`${this.node.path}: ${prop}.cpus is ${cpus}; expected 1 or more`);
    if (memoryMiB < LEAST_MEMORY_MIB) throw new Error(`${this.node.path}: ${prop}.memory is ${memoryMiB} MiB; expected at least ${LEAST_MEMORY_MIB} MiB`);
    if (diskGiB < LEAST_DISK_GIB) throw new Error(`${this.node.path}: ${prop}.disk is ${diskGiB} GiB; expected at least ${LEAST_DISK_GIB} GiB`);
    return { cpus, memoryMiB, diskGiB };
  }
}

function propPaths(clusterName: string, workerNodes: readonly VSphereWorkerNodes[]): PropPath[] {
  const groups = [
    { machineName: controlPlaneMachineName(clusterName), prop: 'controlPlaneNodes' },
    ...workerNodes.map((group, index) => ({ machineName: workerMachineName(clusterName, group.name), prop: `workerNodes[${index}]` })),
  ];
  return [
    ...machinePropPaths('VSphereMachineConfig', groups, {
      'users[0].name': 'sshUser', 'users': 'sshKey', 'osFamily': 'os', 'template': 'template', 'datastore': 'datastore', 'folder': 'folder', 'resourcePool': 'resourcePool',
    }),
    { pattern: /^VSphereDatacenterConfig\/[^.]*\.spec\.([a-zA-Z]+)$/, prop: '$1' },
    ...CLUSTER_PROP_PATHS,
  ];
}
