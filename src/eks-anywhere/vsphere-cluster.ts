import { Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { machineNames } from '../eksa/documents/cluster';
import { encryption } from '../eksa/documents/encryption';
import type { EncryptionInput } from '../eksa/documents/encryption';
import { vsphereDocuments } from '../eksa/documents/vsphere';
import type { VSphereInput, VirtualMachineInput } from '../eksa/documents/vsphere';
import { CLUSTER_PROP_PATHS, OS_PROPS, machinePropPaths } from '../eksa/prop-path';
import type { PropPath } from '../eksa/prop-path';
import { formatDuration } from '../eksa/syntax/duration';
import { requireWhole } from '../private/input/numbers';
import { atPlace, shown } from '../private/input/place';
import { clusterInput, controlPlaneInput, machineConfigInput, workerInput } from './cluster-input';
import type { MachineClusterProps } from './eks-anywhere-cluster';
import { EksAnywhereCluster } from './eks-anywhere-cluster';
import type { EtcdEncryption } from './etcd-encryption';
import type { MachineGroupOptions } from './machine-group';
import type { ControlPlaneNodeOptions, WorkerNodeGroupOptions } from './node-groups';
import type { OperatingSystem } from './operating-system';

const MACHINE_KIND = 'VSphereMachineConfig';

const DEFAULT_CPUS = 2;
const DEFAULT_MEMORY = Size.gibibytes(8);
const DEFAULT_DISK = Size.gibibytes(25);
/** Below this the tools silently use 2048 MiB. */
const MIN_MEMORY_MIB = 2048;
/** Below this the tools silently use 20 GiB. */
const MIN_DISK_GIB = 20;

/** Size of virtual machines. Can be changed later; a change replaces the nodes. */
export interface VirtualMachineSize {
  /**
   * Virtual CPUs of each machine.
   * @default 2
   */
  readonly cpus?: number;

  /**
   * Memory of each machine, at least 2 GiB.
   * @default Size.gibibytes(8)
   */
  readonly memory?: Size;

  /**
   * Disk of each machine, at least 20 GiB and not smaller than the template's; with linked clones exactly the template's.
   * @default Size.gibibytes(25)
   */
  readonly disk?: Size;
}

/** The virtual machines of a group of nodes. A change replaces the nodes. */
export interface VirtualMachineOptions extends VirtualMachineSize, MachineGroupOptions {
  /**
   * Operating system of these nodes. With separate machines for etcd, all groups need the same family. The family is
   * fixed once the cluster exists.
   * @default - `os` of the cluster
   */
  readonly os?: OperatingSystem;

  /**
   * Template that these virtual machines are cloned from, by inventory path: a group with another `kubernetesVersion`
   * or `os` needs its own. Can be changed later; a change
   * replaces the nodes.
   * @default - `template` of the cluster
   */
  readonly template?: string;

  /**
   * Datastore for these nodes' disks, by name or inventory path. Can be changed later; a change
   * replaces the nodes.
   * @default - `datastore` of the cluster
   */
  readonly datastore?: string;

  /**
   * Folder for these virtual machines, by name or inventory path. Can be changed later; a change
   * replaces the nodes.
   * @default - `folder` of the cluster
   */
  readonly folder?: string;

  /**
   * Resource pool for these virtual machines, by inventory path. Can be changed later; a change
   * replaces the nodes.
   * @default - `resourcePool` of the cluster
   */
  readonly resourcePool?: string;

  /**
   * Storage policy of these machines' disks. Fixed once the cluster exists.
   * @default - `storagePolicy` of the cluster
   */
  readonly storagePolicy?: string;

  /**
   * Whether these machines share the template's disk (linked clones) or get a copy of it. Can be changed later; a change
   * replaces the nodes.
   * @default - `linkedClones` of the cluster
   */
  readonly linkedClones?: boolean;

  /**
   * URNs of vCenter tags of these machines. Can be changed later; a change
   * replaces the nodes.
   * @default - `tags` of the cluster
   */
  readonly tags?: string[];
}

/** The Kubernetes control plane nodes of a cluster on vSphere. */
export interface VSphereControlPlaneNodes extends ControlPlaneNodeOptions, VirtualMachineOptions {}

/** A group of worker nodes of a cluster on vSphere. */
export interface VSphereWorkerNodes extends WorkerNodeGroupOptions, VirtualMachineOptions {
  /**
   * Name of the failure domain that the group's machines are placed in. Can be changed later; a change replaces the nodes.
   * @default - placed as the cluster's properties say
   */
  readonly failureDomain?: string;

  /**
   * Networks of the machines, at most two. Can be changed later; a change replaces the nodes.
   * @default - the cluster's `network`
   */
  readonly networks?: string[];
}

/** Separate machines for etcd. Whether there are any is fixed once the cluster exists. */
export interface VSphereEtcdNodes extends VirtualMachineOptions {
  /** Number of machines, odd. */
  readonly count: number;
}

/**
 * A part of vSphere that fails as a whole, and where machines are placed in it. Can be changed later, for the machines that are made
 * after the change.
 */
export interface VSphereFailureDomain {
  /** Name by which worker groups refer to it, unique. */
  readonly name: string;

  /** Inventory path of the compute cluster. */
  readonly computeCluster: string;

  /** Inventory path of the resource pool. */
  readonly resourcePool: string;

  /** Inventory path of the datastore. */
  readonly datastore: string;

  /** Inventory path of the folder. */
  readonly folder: string;

  /** Inventory path of the network, below `/<datacenter>/network/`. */
  readonly network: string;
}

/** Properties of a cluster on vSphere. */
export interface VSphereClusterProps extends MachineClusterProps {
  /** Name or address of the vCenter server, without scheme. Fixed once the cluster exists. */
  readonly server: string;

  /** vSphere datacenter. Fixed once the cluster exists. */
  readonly datacenter: string;

  /** Network of the nodes: its name, or its path below `/<datacenter>/network/`. Fixed once the cluster exists. */
  readonly network: string;

  /** Datastore for the nodes' disks, by name or inventory path. Can be changed later; a change replaces the nodes. */
  readonly datastore: string;

  /** Folder for the virtual machines, by name or inventory path. Can be changed later; a change replaces the nodes. */
  readonly folder: string;

  /** Resource pool for the virtual machines, by inventory path. Can be changed later; a change replaces the nodes. */
  readonly resourcePool: string;

  /**
   * Template that virtual machines are cloned from, by inventory path. It must have the vSphere tags `eksdRelease:…`
   * and `os:…`. Can be changed later; a change replaces the nodes.
   * @default - none: EKS Anywhere imports one, for Bottlerocket only
   */
  readonly template?: string;

  /** Operating system of all nodes. The family is fixed once the cluster exists. */
  readonly os: OperatingSystem;

  /**
   * Fingerprint of vCenter's certificate (SHA-1, pairs of hex digits joined by colons), for a certificate that no
   * public authority signed. Can be changed later; a change replaces the nodes.
   * @default - the certificate must be trusted by the machine that runs the CLI
   */
  readonly thumbprint?: string;

  /**
   * Whether to skip the check of vCenter's certificate. `thumbprint` then has no effect: where there is one, it is cleared. Can be
   * changed later; a change replaces the nodes.
   * @default false
   */
  readonly insecure?: boolean;

  /** The Kubernetes control plane nodes: an odd number of them, because etcd runs there as well. Their number can be changed later. */
  readonly controlPlaneNodes: VSphereControlPlaneNodes;

  /** Groups of worker nodes, at least one. Groups can be added and removed later. */
  readonly workerNodes: VSphereWorkerNodes[];

  /**
   * Separate machines for etcd. Whether there are any is fixed once the cluster exists.
   * @default - etcd runs on the control plane nodes
   */
  readonly etcdNodes?: VSphereEtcdNodes;

  /**
   * Encryption of Kubernetes objects in etcd. Only for an existing cluster: create it without, then run `eksctl anywhere
   * upgrade cluster`. Can be changed later; a change replaces the control plane nodes.
   * @default - none
   */
  readonly etcdEncryption?: EtcdEncryption;

  /**
   * Whether upgrades of Kubernetes happen on the running machines instead of on new ones. Not together with autoscaling
   * or `etcdNodes`. A feature flag of the tools: `VSPHERE_IN_PLACE_UPGRADE=true` has to be in the environment wherever
   * `eksctl anywhere` runs. Can be changed later.
   * @default false
   */
  readonly upgradeInPlace?: boolean;

  /**
   * Failure domains that worker groups can be placed in. Can be changed later, for the machines that are made after the change.
   * @default - none
   */
  readonly failureDomains?: VSphereFailureDomain[];

  /**
   * Storage policy of the machines' disks. Fixed once the cluster exists.
   * @default - the datastore's
   */
  readonly storagePolicy?: string;

  /**
   * Whether machines share the template's disk (linked clones) or get a copy of it. Linked clones need a snapshot of
   * the template. Can be changed later; a change replaces the nodes.
   * @default - linked where the template has a snapshot
   */
  readonly linkedClones?: boolean;

  /**
   * URNs of vCenter tags of the machines. Can be changed later; a change replaces the nodes.
   * @default - none
   */
  readonly tags?: string[];
}

/**
 * An EKS Anywhere cluster of virtual machines on vSphere.
 *
 * Writes `cluster.yaml` to `cdk.out/hybridge/<id>/`. The credentials of vCenter are not part of it: the CLI reads
 * `EKSA_VSPHERE_USERNAME` and `EKSA_VSPHERE_PASSWORD` from its environment when it runs `eksctl anywhere create cluster
 * -f cluster.yaml`.
 *
 * @example
 * new VSphereCluster(app, 'Branch', {
 *   eksAnywhereVersion: 'v0.27.0',
 *   kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
 *   endpoint: '10.30.0.10',
 *   podsCidr: '192.168.0.0/16',
 *   servicesCidr: '10.96.0.0/12',
 *   server: 'vcenter.acme.example',
 *   datacenter: 'DC1',
 *   network: 'nodes',
 *   datastore: '/DC1/datastore/rack-a',
 *   folder: '/DC1/vm/kubernetes',
 *   resourcePool: '/DC1/host/rack-a/Resources/kubernetes',
 *   template: '/DC1/vm/Templates/ubuntu-2204-kube-1-35',
 *   os: OperatingSystem.ubuntu(),
 *   controlPlaneNodes: { count: 3 },
 *   workerNodes: [{ name: 'gateway', count: 2, cpus: 4, memory: Size.gibibytes(16) }],
 *   sshKey: readFileSync('operators.pub', 'utf8'),
 * });
 */
export class VSphereCluster extends EksAnywhereCluster {
  constructor(scope: Construct, id: string, props: VSphereClusterProps) {
    super(scope, id, props);
    this._define({
      kind: 'eks-anywhere-vsphere',
      documents: atPlace(this, () => vsphereDocuments(vsphereInput(this.clusterName, props))),
      isExisting: props.etcdEncryption !== undefined,
      propPaths: propPaths(this.clusterName, props),
    });
  }
}

function vsphereInput(clusterName: string, props: VSphereClusterProps): VSphereInput {
  const input = clusterInput(clusterName, props);
  return {
    ...input,
    endpoint: props.endpoint,
    controlPlaneNodes: {
      ...controlPlaneInput(props.controlPlaneNodes),
      ...machine(props, props.controlPlaneNodes, 'controlPlaneNodes'),
    },
    workerNodes: props.workerNodes.map((group, index) => ({
      ...workerInput(group, index),
      ...machine(props, group, `workerNodes[${index}]`),
    })),
    etcdNodes: props.etcdNodes && { count: props.etcdNodes.count, ...machine(props, props.etcdNodes, 'etcdNodes') },
    server: props.server,
    datacenter: props.datacenter,
    network: props.network,
    insecure: props.insecure ?? false,
    thumbprint: props.thumbprint ?? '',
    failureDomains: props.failureDomains,
    upgradeInPlace: props.upgradeInPlace,
    extra: { ...input.extra, etcdEncryption: props.etcdEncryption && encryption(encryptionInput(props.etcdEncryption)) },
  };
}

/** The machine configuration of a group; the cluster's properties are the defaults. */
function machine(props: VSphereClusterProps, group: VirtualMachineOptions, prop: string): VirtualMachineInput {
  for (const [place, os] of Object.entries({ os: props.os, [`${prop}.os`]: group.os })) {
    if (os?.imageUrl) {
      throw new Error(
        `${place}: got imageUrl ${shown(os.imageUrl)}, expected none, because only bare metal uses it: on vSphere set template to the `
          + 'template in vCenter',
      );
    }
  }
  return {
    ...machineConfigInput(MACHINE_KIND, props, { group, prop }),
    ...size(group, prop),
    datastore: group.datastore ?? props.datastore,
    folder: group.folder ?? props.folder,
    resourcePool: group.resourcePool ?? props.resourcePool,
    template: group.template ?? props.template,
    storagePolicy: group.storagePolicy ?? props.storagePolicy,
    linkedClones: group.linkedClones ?? props.linkedClones,
    tags: group.tags ?? props.tags,
  };
}

function size(nodes: VirtualMachineSize, prop: string): Pick<VirtualMachineInput, 'cpus' | 'memoryMiB' | 'diskGiB'> {
  const cpus = nodes.cpus ?? DEFAULT_CPUS;
  const memoryMiB = (nodes.memory ?? DEFAULT_MEMORY).toMebibytes();
  const diskGiB = (nodes.disk ?? DEFAULT_DISK).toGibibytes();
  requireWhole(`${prop}.cpus`, cpus, { min: 1 });
  requireWhole(`${prop}.memory`, memoryMiB, { min: MIN_MEMORY_MIB, unit: 'MiB' });
  requireWhole(`${prop}.disk`, diskGiB, { min: MIN_DISK_GIB, unit: 'GiB' });
  return { cpus, memoryMiB, diskGiB };
}

function encryptionInput({ pluginName, socket, cacheSize, timeout, resources = ['secrets'] }: EtcdEncryption): EncryptionInput {
  return { pluginName, socket, cacheSize, timeout: timeout && formatDuration(timeout.toSeconds()), resources };
}

function propPaths(clusterName: string, { controlPlaneNodes, workerNodes, etcdNodes }: VSphereClusterProps): PropPath[] {
  const names = machineNames({ clusterName, controlPlaneNodes, workerNodes, etcdNodes });
  const groups = [
    { machineName: names.etcd, prop: 'etcdNodes', group: etcdNodes },
    { machineName: names.controlPlane, prop: 'controlPlaneNodes', group: controlPlaneNodes },
    ...names.workers.map((machineName, index) => ({ machineName, prop: `workerNodes[${index}]`, group: workerNodes[index] })),
  ];
  return [
    ...machinePropPaths(MACHINE_KIND, groups, {
      'users[0].name': 'sshUser',
      'users': 'sshKey',
      'osFamily': 'os',
      'template': 'template',
      'datastore': 'datastore',
      'folder': 'folder',
      'resourcePool': 'resourcePool',
      'networks': '.networks',
      'hostOSConfiguration.ntpConfiguration': 'timeServers',
      ...OS_PROPS,
    }),
    { pattern: /^Cluster\.spec\.etcdEncryption.*\.name$/, prop: 'etcdEncryption.pluginName' },
    { pattern: /^Cluster\.spec\.etcdEncryption.*\.socketListenAddress$/, prop: 'etcdEncryption.socket' },
    { pattern: /^Cluster\.spec\.etcdEncryption.*\.cachesize$/, prop: 'etcdEncryption.cacheSize' },
    { pattern: /^Cluster\.spec\.etcdEncryption.*\.resources$/, prop: 'etcdEncryption.resources' },
    { pattern: /^VSphereDatacenterConfig\/[^.]*\.spec\.(.*)$/, prop: '$1' },
    ...CLUSTER_PROP_PATHS,
  ];
}
