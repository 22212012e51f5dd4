import type { Construct } from 'constructs';
import { bareMetalDocuments } from '../eksa/documents/bare-metal';
import { machineNames } from '../eksa/documents/cluster';
import { spareMachines } from '../eksa/hardware/selection';
import { CLUSTER_PROP_PATHS, machinePropPaths } from '../eksa/prop-path';
import type { PropPath } from '../eksa/prop-path';
import { initialCount } from '../eksa/rules/worker-groups';
import { atPlace, shown } from '../private/input/place';
import { clusterInput, controlPlaneInput, machineConfigInput, workerInput } from './cluster-input';
import { EksAnywhereCluster } from './eks-anywhere-cluster';
import type { MachineClusterProps } from './eks-anywhere-cluster';
import type { HardwareAffinity } from './hardware-affinity';
import type { HardwareInventory } from './hardware-inventory';
import type { InstallationTemplate } from './installation-template';
import type { MachineGroupOptions } from './machine-group';
import type { ControlPlaneNodeOptions, WorkerNodeGroupOptions } from './node-groups';
import type { OperatingSystem } from './operating-system';
import { refuseTokens } from './token-refusal';

/** Which machines become the nodes of a group, and how they are installed. */
export interface BareMetalMachineOptions extends MachineGroupOptions {
  /**
   * The one label that machines of the hardware inventory must have to become such a node, such as `{ type: 'cp' }`.
   * No machine may match the selectors of two groups. Either this or `affinity` is required. Can be changed later; a
   * change replaces the nodes.
   * @default - none
   */
  readonly select?: { [key: string]: string };

  /**
   * Which machines become such nodes, if one label is not enough. Either this or `select` is required. Can be changed
   * later; a change replaces the nodes.
   * @default - none
   */
  readonly affinity?: HardwareAffinity;

  /**
   * URL of the disk image of this group, for a group whose Kubernetes version or hardware is another. Its text must
   * contain the Kubernetes version. Can be changed later; a change replaces the nodes.
   * @default - the image of `os`
   */
  readonly imageUrl?: string;

  /**
   * The steps by which Tinkerbell installs a machine. Tied to the release of EKS Anywhere; only for hardware that its own
   * steps do not suit. Can be changed later; a change replaces the nodes.
   * @default - the steps of EKS Anywhere
   */
  readonly installationTemplate?: InstallationTemplate;

  /**
   * Name of the TinkerbellTemplateConfig that contains `installationTemplate`; groups of one name share it. Can be changed later.
   * @default - the name of the machine configuration
   */
  readonly installationTemplateName?: string;
}

/** The Kubernetes control plane nodes of a cluster on bare metal. */
export interface BareMetalControlPlaneNodes extends ControlPlaneNodeOptions, BareMetalMachineOptions {}

/** A group of worker nodes of a cluster on bare metal. */
export interface BareMetalWorkerNodes extends WorkerNodeGroupOptions, BareMetalMachineOptions {}

/** Properties of a cluster on bare metal. */
export interface BareMetalClusterProps extends MachineClusterProps {
  /**
   * Address for the services that install the machines (Tinkerbell): a free IP address in the machines' network,
   * different from `endpoint`. Fixed once the cluster exists.
   */
  readonly tinkerbellIp: string;

  /** Operating system of all nodes; `imageUrl` is needed. The family is fixed once the cluster exists; another image replaces the nodes. */
  readonly os: OperatingSystem;

  /**
   * The machines: for each selector as many as its groups need together, plus the spare ones that upgrades need. Machines
   * can be added later, and removed once no node runs on them.
   */
  readonly hardware: HardwareInventory;

  /** The Kubernetes control plane nodes: an odd number of them, because etcd runs there as well. Their number can be changed later. */
  readonly controlPlaneNodes: BareMetalControlPlaneNodes;

  /**
   * Groups of worker nodes. Groups can be added and removed later, but not together with a change of the Kubernetes version.
   * @default - none: pods run on the control plane nodes
   */
  readonly workerNodes?: BareMetalWorkerNodes[];

  /**
   * Whether upgrades of Kubernetes happen on the running machines instead of on spare ones. Not together with
   * autoscaling. Can be changed later.
   * @default false
   */
  readonly upgradeInPlace?: boolean;

  /**
   * URL of a folder at the site with the images that machines boot for their installation; needed behind a proxy. Fixed
   * once the cluster exists.
   * @default - from the internet
   */
  readonly hookImagesUrl?: string;

  /**
   * Whether machines boot for their installation from an image that their BMC attaches, instead of from the network. Can be changed
   * later; a change replaces the nodes.
   * @default - true where `isoUrl` is set
   */
  readonly isoBoot?: boolean;

  /**
   * URL of that image, ending in `.iso` and reachable from the BMCs. Can be changed later; a change replaces the nodes.
   * @default - the image of the release, where `isoBoot` is true
   */
  readonly isoUrl?: string;

  /**
   * Whether to omit kube-vip for services of Kubernetes, which gives them `tinkerbellIp`. Fixed once the cluster exists.
   * @default false
   */
  readonly skipServiceLoadBalancer?: boolean;

  /**
   * Network interface on which kube-vip announces services. Can be changed later.
   * @default - chosen by kube-vip
   */
  readonly loadBalancerInterface?: string;
}

/**
 * An EKS Anywhere cluster on bare metal: servers that are powered on through their BMC, boot from the network and get their
 * operating system and Kubernetes installed.
 *
 * Writes `cluster.yaml` and `hardware.csv` to `cdk.out/hybridge/<id>/`. BMC passwords are placeholders in that file;
 * they are filled in on the machine that runs `eksctl anywhere create cluster -f cluster.yaml --hardware-csv
 * hardware.csv`.
 *
 * @example
 * new BareMetalCluster(app, 'Factory', {
 *   eksAnywhereVersion: 'v0.27.0',
 *   kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
 *   endpoint: '10.20.0.10',
 *   tinkerbellIp: '10.20.0.11',
 *   podsCidr: '192.168.0.0/16',
 *   servicesCidr: '10.96.0.0/12',
 *   os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-22.04-kubernetes-1-35-amd64.gz' }),
 *   hardware: HardwareInventory.fromCsv('hardware/factory.csv'),
 *   controlPlaneNodes: { count: 1, select: { type: 'cp' } },
 *   workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' } }],
 *   sshKey: readFileSync('operators.pub', 'utf8'),
 * });
 */
export class BareMetalCluster extends EksAnywhereCluster {
  /** The machines of the cluster. */
  public readonly hardware: HardwareInventory;

  constructor(scope: Construct, id: string, props: BareMetalClusterProps) {
    super(scope, id, props);
    this.hardware = props.hardware;
    const workerNodes = props.workerNodes ?? [];
    atPlace(this, () => [props.controlPlaneNodes, ...workerNodes].forEach(requireTemplate));
    this._define({
      kind: 'eks-anywhere-bare-metal',
      documents: atPlace(this, () => bareMetalDocuments({
        ...clusterInput(this.clusterName, props),
        endpoint: props.endpoint,
        controlPlaneNodes: {
          ...controlPlaneInput(props.controlPlaneNodes),
          ...machineConfigInput(MACHINE_KIND, props, { group: props.controlPlaneNodes, prop: 'controlPlaneNodes' }),
          installationTemplate: templateContent(this, props, { group: props.controlPlaneNodes, prop: 'controlPlaneNodes' }),
        },
        workerNodes: workerNodes.map((group, index) => ({
          ...workerInput(group, index),
          ...machineConfigInput(MACHINE_KIND, props, { group, prop: `workerNodes[${index}]` }),
          installationTemplate: templateContent(this, props, { group, prop: `workerNodes[${index}]` }),
        })),
        upgradeInPlace: props.upgradeInPlace,
        tinkerbellIp: props.tinkerbellIp,
        osImageUrl: props.os.imageUrl,
        hookImagesUrl: props.hookImagesUrl,
        isoBoot: props.isoBoot ?? (props.isoUrl === undefined ? undefined : true),
        isoUrl: props.isoUrl,
        skipServiceLoadBalancer: props.skipServiceLoadBalancer,
        loadBalancerInterface: props.loadBalancerInterface,
      })),
      propPaths: propPaths(this.clusterName, props),
      hardware: () => props.hardware._toHardware(),
      notes: () => (props.upgradeInPlace ? [] : missingSpares(props, workerNodes)),
      files: () => ({ 'hardware.csv': props.hardware._toCsv() }),
    });
  }
}

/** @param index of the group: 0 for the control plane, then the worker groups */
function requireTemplate({ installationTemplateName: name, installationTemplate }: BareMetalMachineOptions, index: number): void {
  if (name === undefined || installationTemplate) return;
  const prop = index === 0 ? 'controlPlaneNodes' : `workerNodes[${index - 1}]`;
  throw new Error(`${prop}.installationTemplateName: got ${shown(name)} without installationTemplate, expected both or neither`);
}

function templateContent(
  { clusterName, eksAnywhereVersion }: EksAnywhereCluster,
  { os, tinkerbellIp }: BareMetalClusterProps,
  { group, prop }: { readonly group: BareMetalMachineOptions; readonly prop: string },
): Readonly<Record<string, unknown>> | undefined {
  if (!group.installationTemplate) return undefined;
  try {
    const content = group.installationTemplate._content({
      clusterName, osFamily: os.family, imageUrl: group.imageUrl ?? os.imageUrl, tinkerbellIp, eksAnywhereVersion,
    });
    refuseTokens(content);
    return content;
  } catch (error) {
    throw new Error(`${prop}.installationTemplate: ${(error as Error).message}`);
  }
}

/** A rolling upgrade first uses spare machines and then frees old ones. */
function missingSpares(props: BareMetalClusterProps, workerNodes: readonly BareMetalWorkerNodes[]): string[] {
  const groups = [
    { ...props.controlPlaneNodes, name: 'the control plane' },
    ...workerNodes.map(({ count, autoscaling, ...group }) => {
      return { ...group, count: initialCount({ count, autoscalingConfiguration: autoscaling }) };
    }),
  ];
  const demands = groups.flatMap(({ select, count, name, maxSurge = 1 }) =>
    select ? [{ selector: select, count, maxSurge, source: name, role: name }] : [],
  );
  return spareMachines(demands, props.hardware._toHardware().machines)
    .filter(({ spare, needed }) => spare < needed)
    .map(({ selector, spare, needed }) => {
      const machines = `${needed} spare machine${needed === 1 ? '' : 's'} labelled ${selector}`;
      return `hardware: an upgrade of Kubernetes needs ${machines} and there ${spare === 1 ? 'is' : 'are'} ${spare}; add `
        + 'machines before you upgrade, or set upgradeInPlace';
    });
}

const MACHINE_KIND = 'TinkerbellMachineConfig';

/** Fields of a machine configuration → the property; those with a dot belong to the group. */
const MACHINE_PROPS = {
  'hardwareSelector': '.select',
  'hardwareAffinity': '.affinity*',
  'users': 'sshKey',
  'osFamily': 'os',
  'osImageURL': '.imageUrl',
  'hostOSConfiguration.ntpConfiguration': 'timeServers',
};

const DATACENTER_PROPS = {
  tinkerbellIP: 'tinkerbellIp',
  osImageURL: 'os: imageUrl',
  hookImagesURLPath: 'hookImagesUrl',
  hookIsoURL: 'isoUrl',
  isoBoot: 'isoBoot',
};

function propPaths(clusterName: string, { controlPlaneNodes, workerNodes = [] }: BareMetalClusterProps): PropPath[] {
  const names = machineNames({ clusterName, controlPlaneNodes, workerNodes });
  const groups = [
    { machineName: names.controlPlane, prop: 'controlPlaneNodes', group: controlPlaneNodes },
    ...names.workers.map((machineName, index) => ({ machineName, prop: `workerNodes[${index}]`, group: workerNodes[index] })),
  ];
  return [
    ...machinePropPaths(MACHINE_KIND, groups, MACHINE_PROPS),
    { pattern: /^TinkerbellTemplateConfig\/([^.]*)\.spec\.template(.*)$/, prop: "installationTemplate of '$1'$2" },
    ...Object.entries(DATACENTER_PROPS).map(([field, prop]) => ({
      pattern: new RegExp(`^TinkerbellDatacenterConfig/[^.]*\\.spec\\.${field}$`),
      prop,
    })),
    { pattern: /^hardware\.csv\/(.*)\.([^.]*)$/, prop: "hardware: machine '$1': $2" },
    { pattern: /^hardware\.csv$/, prop: 'hardware' },
    ...CLUSTER_PROP_PATHS,
  ];
}
