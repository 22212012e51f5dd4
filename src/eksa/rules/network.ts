/** Rules about the cluster's networks and its network plugin. */
import { oneOf, asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { overlaps, parseCidr } from '../syntax/ip';
import { hasIpv6, ipv6Since, isIpv6 } from './ipv6';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.clusterNetwork';
export const DEFAULT_NODE_MASK = 24;
/** Kubernetes' controller hands out at most 2^16 node networks. */
const LARGEST_MASK_DIFFERENCE = 16;
const POLICY_MODES = ['default', 'always', 'never'];
const ROUTING_MODES = ['overlay', 'direct'];
const LEGACY_PLUGINS = ['cilium', 'cilium-enterprise', 'kindnetd'];

type NetworkName = 'pods' | 'services';
const NETWORKS: readonly NetworkName[] = ['pods', 'services'];

export const NETWORK_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C31', early: true, check: (cluster) => blockPresent(cluster, 'pods') },
  { id: 'C32', early: true, check: (cluster) => blockPresent(cluster, 'services') },
  { id: 'C33', check: singleBlocks },
  { id: 'C34', early: true, check: blockSyntax },
  { id: 'C36', check: maskAboveNodeMask },
  { id: 'C37', check: maskDifference },
  { id: 'S9', check: noOverlap },
  { id: 'C30', check: kindnetdOnDockerOnly },
  { id: 'C38', check: oneCniFormat },
  { id: 'C39', check: legacyPlugin },
  { id: 'C41', check: onePlugin },
  { id: 'C42', check: skipUpgrade },
  { id: 'C43', check: routing },
  { id: 'C44', check: policyMode },
];

function blocks(cluster: ClusterDocument, network: NetworkName): readonly string[] {
  return cluster.spec?.clusterNetwork?.[network]?.cidrBlocks ?? [];
}

function* blockPresent(cluster: ClusterDocument, network: NetworkName): Iterable<Problem> {
  if (blocks(cluster, network).length === 0) {
    yield {
      at: `${AT}.${network}.cidrBlocks`,
      message: `is empty; expected one network, such as ${network === 'pods' ? '192.168.0.0/16' : '10.96.0.0/12'}`,
    };
  }
}

function* singleBlocks(cluster: ClusterDocument): Iterable<Problem> {
  for (const network of NETWORKS) {
    const count = blocks(cluster, network).length;
    if (count > 1) yield { at: `${AT}.${network}.cidrBlocks`, message: `has ${count} networks; exactly one is supported` };
  }
}

function* blockSyntax(cluster: ClusterDocument): Iterable<Problem> {
  for (const network of NETWORKS) {
    const [block] = blocks(cluster, network);
    if (block !== undefined && !parseCidr(block)) {
      yield { at: `${AT}.${network}.cidrBlocks[0]`, message: `is ${asWritten(block)}; expected a network such as 10.96.0.0/12` };
    }
  }
}

/** Where a release has IPv6, only a mask that is written is judged: which one it takes for nodes otherwise is not known. */
function masks(cluster: ClusterDocument, context: Context): { pod: number; node: number } | undefined {
  const pods = parseCidr(blocks(cluster, 'pods')[0]);
  if (isIpv6(pods) && hasIpv6(context) && cluster.spec?.clusterNetwork?.nodes?.cidrMaskSize === undefined) return undefined;
  return pods && { pod: pods.prefixLength, node: cluster.spec?.clusterNetwork?.nodes?.cidrMaskSize ?? DEFAULT_NODE_MASK };
}

function* maskAboveNodeMask(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const sizes = masks(cluster, context);
  if (!sizes || sizes.pod < sizes.node) return;
  if (context.provider === 'tinkerbell' && !hasIpv6(context) && isIpv6(parseCidr(blocks(cluster, 'pods')[0]))) {
    yield {
      at: `${AT}.pods.cidrBlocks[0]`,
      message: `is an IPv6 network: EKS Anywhere ${context.release.version} refuses its mask /${sizes.pod}, which leaves no room for the `
        + `/${sizes.node} network of each node; ${ipv6Since()}`,
      fix: 'use an IPv4 network',
    };
  } else {
    yield {
      at: `${AT}.pods.cidrBlocks[0]`,
      message: `has the mask /${sizes.pod}, which leaves no room for the /${sizes.node} network of each node`,
      fix: `use a network larger than /${sizes.node}`,
    };
  }
}

function* maskDifference(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const sizes = masks(cluster, context);
  if (sizes && sizes.node - sizes.pod > LARGEST_MASK_DIFFERENCE) {
    yield {
      at: `${AT}.nodes.cidrMaskSize`,
      message: `is ${sizes.node}, ${sizes.node - sizes.pod} bits longer than the pods' /${sizes.pod}; at most `
        + `${LARGEST_MASK_DIFFERENCE} are supported`,
      fix: `use ${sizes.pod + LARGEST_MASK_DIFFERENCE} or less, or a smaller network for pods`,
    };
  }
}

function* noOverlap(cluster: ClusterDocument): Iterable<Problem> {
  const [pods, services] = NETWORKS.map((network) => parseCidr(blocks(cluster, network)[0]));
  if (pods && services && overlaps(pods, services)) {
    yield {
      at: `${AT}.services.cidrBlocks[0]`,
      message: `${blocks(cluster, 'services')[0]} overlaps the pods' ${blocks(cluster, 'pods')[0]}: a pod and a Service could get `
        + 'the same address',
      fix: 'use two networks that share no address',
    };
  }
}

function* kindnetdOnDockerOnly(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  const network = cluster.spec?.clusterNetwork;
  if (provider === 'docker') return;
  if (network?.cni === 'kindnetd') {
    yield { at: `${AT}.cni`, message: 'is kindnetd, which works on Docker only', fix: 'use cniConfig.cilium' };
  }
  if (network?.cniConfig?.kindnetd) yield { at: `${AT}.cniConfig.kindnetd`, message: 'is set; it works on Docker only', fix: 'use cilium' };
}

function* oneCniFormat(cluster: ClusterDocument): Iterable<Problem> {
  const network = cluster.spec?.clusterNetwork;
  if (network?.cni && network.cniConfig) {
    yield { at: `${AT}.cni`, message: 'and cniConfig are both set', fix: 'remove cni, which is deprecated' };
  }
}

function* legacyPlugin(cluster: ClusterDocument): Iterable<Problem> {
  const network = cluster.spec?.clusterNetwork;
  if (network?.cni && !network.cniConfig && !LEGACY_PLUGINS.includes(network.cni)) {
    yield { at: `${AT}.cni`, message: `is ${asWritten(network.cni)}; expected cniConfig.cilium instead` };
  }
}

function* onePlugin(cluster: ClusterDocument): Iterable<Problem> {
  const network = cluster.spec?.clusterNetwork;
  if (network?.cni) return;
  const plugins = Object.values(network?.cniConfig ?? {}).filter((plugin) => plugin !== undefined).length;
  if (plugins === 0) {
    yield {
      at: `${AT}.cniConfig.cilium`,
      message: 'is missing, and no other network plugin is named',
      fix: 'add cniConfig with cilium: {}',
    };
  }
  if (plugins > 1) yield { at: `${AT}.cniConfig`, message: 'names more than one network plugin', fix: 'keep one' };
}

function* skipUpgrade(cluster: ClusterDocument): Iterable<Problem> {
  const cilium = cluster.spec?.clusterNetwork?.cniConfig?.cilium;
  if (cilium?.skipUpgrade && cilium.policyEnforcementMode) {
    yield {
      at: `${AT}.cniConfig.cilium.policyEnforcementMode`,
      message: 'is set together with skipUpgrade, which leaves Cilium to you',
      fix: 'remove one of them',
    };
  }
}

const NATIVE_ROUTING = [
  { name: 'ipv4NativeRoutingCIDR', version: 4, example: '10.0.0.0/8' },
  { name: 'ipv6NativeRoutingCIDR', version: 6, example: 'fd00:10::/32' },
] as const;

function* routing(cluster: ClusterDocument): Iterable<Problem> {
  const cilium = cluster.spec?.clusterNetwork?.cniConfig?.cilium;
  const at = `${AT}.cniConfig.cilium`;
  const mode = cilium?.routingMode;
  if (mode && !ROUTING_MODES.includes(mode)) {
    yield { at: `${at}.routingMode`, message: `is ${asWritten(mode)}; expected ${oneOf(ROUTING_MODES)}` };
  }
  if (mode === 'direct' && !cilium?.ipv4NativeRoutingCIDR) {
    yield { at: `${at}.ipv4NativeRoutingCIDR`, message: 'is missing; direct routing needs it' };
  }
  for (const { name, version, example } of NATIVE_ROUTING) {
    const block = cilium?.[name];
    const network = parseCidr(block);
    if (block && !network) yield { at: `${at}.${name}`, message: `is ${asWritten(block)}; expected a network such as ${example}` };
    // Without direct routing the value has no effect. Cilium ends itself over one of the other version.
    if (mode !== 'direct' || !network || network.network.version === version) continue;
    yield {
      at: `${at}.${name}`,
      message: `is ${asWritten(block)}, which is no network of IPv${version}: Cilium does not start`,
      fix: `set a network such as ${example}`,
      severity: 'warning',
    };
  }
}

function* policyMode(cluster: ClusterDocument): Iterable<Problem> {
  const mode = cluster.spec?.clusterNetwork?.cniConfig?.cilium?.policyEnforcementMode;
  if (mode && !POLICY_MODES.includes(mode)) {
    yield { at: `${AT}.cniConfig.cilium.policyEnforcementMode`, message: `is ${asWritten(mode)}; expected ${oneOf(POLICY_MODES)}` };
  }
}
