/** Rules about whether the networks of the cluster have room for its nodes, their pods and Services. */
import type { NodeGroup } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import { isRecord } from '../schema/fit';
import type { Cidr } from '../syntax/ip';
import { parseCidr } from '../syntax/ip';
import { DEFAULT_NODE_MASK } from './network';
import type { Context, Problem, Rule } from './rule';
import { groupsOf, initialCount } from './worker-groups';

const NETWORK = 'spec.clusterNetwork';
/** The kubelet's own limit where no file names one. */
const DEFAULT_MAX_PODS = 110;
/** A node runs about ten pods of the cluster's own. */
const FEWEST_SENSIBLE_PODS = 20;
/** kubeadm wants ten addresses, of which the tenth becomes that of the cluster's DNS. */
const FEWEST_SERVICE_ADDRESSES = 10;
/** The API server allocates Services from at most 2^20 addresses. */
const LONGEST_SERVICE_HOST_BITS = 20;
/** What a management cluster runs by itself takes about 15 Services, and more with GitOps and packages. */
const COMFORTABLE_SERVICE_ADDRESSES = 32;

export const NODE_CAPACITY_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'node-mask', check: maskWithinAddress },
  { id: 'pod-blocks', check: blocksForNodes },
  { id: 'max-pods', check: blocksForPods },
  { id: 'services-size', check: servicesSize },
];

function* maskWithinAddress(cluster: ClusterDocument): Iterable<Problem> {
  const pods = parseCidr(cluster.spec?.clusterNetwork?.pods?.cidrBlocks?.[0]);
  const mask = cluster.spec?.clusterNetwork?.nodes?.cidrMaskSize;
  if (pods?.network.version !== 4 || mask === undefined || mask <= 32) return;
  yield { at: `${NETWORK}.nodes.cidrMaskSize`, message: `is ${mask}; an IPv4 network has at most 32 bits`, fix: 'use 24 or 25' };
}

function podNetwork(cluster: ClusterDocument): { text: string; cidr: Cidr; nodeMask: number } | undefined {
  const text = cluster.spec?.clusterNetwork?.pods?.cidrBlocks?.[0];
  const cidr = parseCidr(text);
  const nodeMask = cluster.spec?.clusterNetwork?.nodes?.cidrMaskSize ?? DEFAULT_NODE_MASK;
  // Masks that leave no block at all, or are longer than an address, have findings of their own.
  const isUsable = cidr?.network.version === 4 && cidr.prefixLength < nodeMask && nodeMask <= 32;
  return text && cidr && isUsable ? { text, cidr, nodeMask } : undefined;
}

/** Nodes of a cluster: those it starts with, those that autoscaling may add, and those that a roll-out adds for a while. */
function nodeCounts(cluster: ClusterDocument) {
  const controlPlane = cluster.spec?.controlPlaneConfiguration;
  const groups = groupsOf(cluster);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + Math.max(0, count), 0);
  const masters = Math.max(0, controlPlane?.count ?? 0);
  return {
    initial: masters + sum(groups.map(initialCount)),
    scaled: masters + sum(groups.map((group) => Math.max(initialCount(group), group.autoscalingConfiguration?.maxCount ?? 0))),
    // The control plane is rolled out before the groups, which roll out together.
    surge: Math.max(surgeOf(controlPlane), sum(groups.map(surgeOf))),
  };
}

/** One node more, unless the strategy says otherwise. */
function surgeOf(group: NodeGroup | undefined): number {
  const strategy = group?.upgradeRolloutStrategy;
  return strategy?.type === 'InPlace' ? 0 : strategy?.rollingUpdate?.maxSurge ?? 1;
}

function* blocksForNodes(cluster: ClusterDocument): Iterable<Problem> {
  const network = podNetwork(cluster);
  if (!network) return;
  const blocks = 2 ** (network.nodeMask - network.cidr.prefixLength);
  const { initial, scaled, surge } = nodeCounts(cluster);
  if (scaled + surge <= blocks) return;
  const longer = network.nodeMask + Math.ceil(Math.log2((scaled + surge) / blocks));
  yield {
    at: `${NETWORK}.pods.cidrBlocks[0]`,
    message: `is ${network.text}, which has room for ${blocks} nodes at /${network.nodeMask} for each; `
      + wantedText(initial, scaled, surge, blocks),
    fix: longer <= 25 ? `use a larger network, or set nodes.cidrMaskSize to ${longer}` : 'use a larger network',
    severity: 'warning',
  };
}

function wantedText(initial: number, scaled: number, surge: number, blocks: number): string {
  const stuck = 'a node without one is never ready';
  if (initial > blocks) return `the cluster has ${initial}: ${stuck}`;
  if (scaled > blocks) return `autoscaling may make ${scaled}: ${stuck}`;
  return `the cluster has ${scaled === initial ? '' : 'up to '}${scaled}, and an upgrade adds ${surge} for a while: ${stuck}`;
}

interface PodLimit {
  readonly at: string;
  readonly maxPods?: number;
  readonly document?: string;
}

/** The first and the last address of a block belong to no pod. */
function* blocksForPods(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const network = podNetwork(cluster);
  if (!network) return;
  const room = Math.max(0, 2 ** (32 - network.nodeMask) - 2);
  const limits = podLimits(cluster, context);
  const fix = 'lower maxPods, or shorten nodes.cidrMaskSize';
  for (const { at, document, maxPods } of limits) {
    if (maxPods === undefined || maxPods <= room) continue;
    yield {
      at, document, fix, severity: 'warning',
      message: `is ${maxPods}, and the /${network.nodeMask} network of a node has addresses for ${room} pods: the others never start`,
    };
  }
  if (room < DEFAULT_MAX_PODS && limits.some(({ maxPods }) => maxPods === undefined)) {
    yield {
      at: `${NETWORK}.nodes.cidrMaskSize`,
      message: `is ${network.nodeMask}, which leaves addresses for ${room} pods on a node; a kubelet takes up to ${DEFAULT_MAX_PODS} where `
        + 'maxPods does not say otherwise, and the others never start',
      fix: `${room < FEWEST_SENSIBLE_PODS ? '' : `set maxPods to ${room} or less, or `}shorten nodes.cidrMaskSize to 25 or less`,
      severity: 'warning',
    };
  }
}

/** What each set of nodes says of its pods; of machine configurations that several share, once. */
function podLimits(cluster: ClusterDocument, context: Context): PodLimit[] {
  const groups: { at: string; group?: NodeGroup }[] = [
    { at: 'spec.controlPlaneConfiguration', group: cluster.spec?.controlPlaneConfiguration },
    ...groupsOf(cluster).map((group, index) => ({ at: `spec.workerNodeGroupConfigurations[${index}]`, group })),
  ];
  const limits = groups.map(({ at, group }): PodLimit => {
    const own = isRecord(group?.kubeletConfiguration) ? group.kubeletConfiguration.maxPods : undefined;
    if (typeof own === 'number' && own > 0) return { at: `${at}.kubeletConfiguration.maxPods`, maxPods: own };
    const ref = group?.machineGroupRef;
    const machine = context.find<MachineSpec>(ref?.kind, ref?.name) as Document<MachineSpec> | undefined;
    const settings = machine?.spec?.hostOSConfiguration?.bottlerocketConfiguration?.kubernetes;
    const place = 'spec.hostOSConfiguration.bottlerocketConfiguration.kubernetes.maxPods';
    return settings?.maxPods ? { document: `${ref?.kind}/${ref?.name}`, at: place, maxPods: settings.maxPods } : { at };
  });
  return limits.filter(({ document }, index) => !document || limits.findIndex((one) => one.document === document) === index);
}

function* servicesSize(cluster: ClusterDocument): Iterable<Problem> {
  const text = cluster.spec?.clusterNetwork?.services?.cidrBlocks?.[0];
  const cidr = parseCidr(text);
  if (!text || !cidr) return;
  const at = `${NETWORK}.services.cidrBlocks[0]`;
  const hostBits = (cidr.network.version === 4 ? 32 : 128) - cidr.prefixLength;
  const largest = cidr.prefixLength + hostBits - LONGEST_SERVICE_HOST_BITS;
  const addresses = 2 ** hostBits;
  if (hostBits > LONGEST_SERVICE_HOST_BITS) {
    yield {
      at,
      message: `is ${text}; the API server takes a network of /${largest} or smaller`,
      fix: `use a /${largest}${cidr.network.version === 4 ? ', such as 10.96.0.0/12' : ''}`,
    };
  } else if (addresses < FEWEST_SERVICE_ADDRESSES) {
    yield {
      at,
      message: `is ${text}, with ${addresses === 1 ? 'one address' : `${addresses} addresses`}; kubeadm wants at least `
        + FEWEST_SERVICE_ADDRESSES,
      fix: 'use a larger network',
    };
  } else if (addresses < COMFORTABLE_SERVICE_ADDRESSES) {
    yield {
      at,
      message: `is ${text}, with addresses for ${addresses - 2} Services; the cluster's own take about 15, and the network cannot `
        + 'be changed',
      fix: 'use a larger network',
      severity: 'warning',
    };
  }
}
