/** Where a cluster's nodes live and who reaches its API. */
import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Construct } from 'constructs';
import { KNOWN_LATER } from '../../private/input/place';
import { requireCidr, requireCidrs } from '../../private/network/cidr-text';
import { requireIpv4Range } from '../../private/network/ipv4-range';
import { requireTwoZones } from '../../private/network/two-zones';
import { gatewayVpc } from './gateway-vpc';
import { isolatedOf, KUBECTL_NEEDS, NODE_NEEDS, watchEndpoints } from './isolated-subnets';
import { requireRemoteNetworks, vpcCidrs } from './remote-networks';

/** Properties of `CloudCluster` that concern networks. */
interface NetworkProps {
  readonly vpc?: ec2.IVpc;
  readonly vpcCidr?: string;
  readonly subnets?: ec2.SubnetSelection;
  readonly servicesCidr?: string;
  readonly adminCidrs?: readonly string[];
  readonly remoteNetworks?: { readonly nodeCidrs: string[]; readonly podCidrs?: string[] };
}

export interface ClusterNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly endpointAccess: eks.EndpointAccess;
  /** Whether nodes have no way to the internet. */
  readonly isIsolated: boolean;
  /** Of the network interfaces of the cluster's API, where the default does not do. */
  readonly securityGroup?: ec2.ISecurityGroup;
}

/** @throws Error that names the property */
export function clusterNetwork(scope: Construct, props: NetworkProps): ClusterNetwork {
  const { remoteNetworks, servicesCidr } = props;
  if (servicesCidr !== undefined) requirePrefix('servicesCidr', servicesCidr, 12, 24);
  const endpointAccess = accessOf(props);
  const vpc = vpcOf(scope, props);
  if (servicesCidr !== undefined) requireServicesApart(servicesCidr, vpc);
  const subnets = props.subnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
  if (props.subnets) requireZonesOf(vpc, props.subnets);
  const selected = vpc.selectSubnets(subnets).subnets;
  watchEndpoints(scope, { property: 'subnets', vpc, subnets: selected, needs: { ...KUBECTL_NEEDS, ...NODE_NEEDS } });
  const network = { vpc, subnets, endpointAccess, isIsolated: isolatedOf(vpc, selected).length > 0 };
  if (!remoteNetworks) return network;
  const { nodeCidrs, podCidrs = [] } = remoteNetworks;
  requireRemoteNetworks({ nodeCidrs, podCidrs, vpc, servicesCidr });
  return { ...network, securityGroup: admitRemote(scope, vpc, { Machines: nodeCidrs, Pods: podCidrs }) };
}

function vpcOf(scope: Construct, { vpc, vpcCidr, subnets }: NetworkProps): ec2.IVpc {
  if (!vpc) {
    if (subnets) throw new Error('subnets: got a selection without vpc, expected both: the subnets of a new VPC are chosen with it');
    if (Token.isUnresolved(vpcCidr)) {
      throw new Error(
        `vpcCidr: got ${KNOWN_LATER}, expected a literal such as 10.8.0.0/16: the addresses of subnets are worked out from it now`,
      );
    }
    if (vpcCidr !== undefined) requirePrefix('vpcCidr', vpcCidr, 16, 18);
    return gatewayVpc(scope, vpcCidr);
  }
  if (vpcCidr !== undefined) {
    throw new Error(`vpcCidr: got ${vpcCidr} together with vpc, expected one of them: the VPC has its addresses already`);
  }
  if (!subnets) requireTwoZones('vpc', vpc);
  return vpc;
}

function requireZonesOf(vpc: ec2.IVpc, selection: ec2.SubnetSelection) {
  const { subnets, isPendingLookup, hasPublic } = vpc.selectSubnets(selection);
  if (isPendingLookup) return;
  if (hasPublic) {
    throw new Error(
      'subnets: got public ones, expected private or isolated ones: nodes have no business with addresses that the internet reaches',
    );
  }
  const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
  if (zones.size < 2) {
    throw new Error(
      `subnets: are in ${zones.size} availability zone${zones.size === 1 ? '' : 's'}, expected at least 2, which EKS asks for`,
    );
  }
}

function accessOf({ adminCidrs, remoteNetworks }: NetworkProps): eks.EndpointAccess {
  if (!adminCidrs) return eks.EndpointAccess.PRIVATE;
  if (remoteNetworks) {
    throw new Error(
      'adminCidrs: got networks together with remoteNetworks, expected none: the name of the API would resolve to '
        + 'public addresses on site, and machines there could not' +
        ' join: leave adminCidrs out and administer through the private network',
    );
  }
  requireCidrs('adminCidrs', adminCidrs);
  if (adminCidrs.includes('0.0.0.0/0')) {
    throw new Error(
      'adminCidrs: got 0.0.0.0/0, expected the networks of administrators: leave it out for an API that only the VPC reaches',
    );
  }
  return eks.EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...adminCidrs);
}

function requirePrefix(property: string, cidr: string, widest: number, narrowest: number) {
  requireCidr(property, cidr);
  const length = Number(cidr.split('/')[1]);
  if (Token.isUnresolved(cidr) || (length >= widest && length <= narrowest)) return;
  throw new Error(`${property}: got ${cidr}, expected a network of /${widest} to /${narrowest}`);
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html */
const SERVICE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function requireServicesApart(servicesCidr: string, vpc: ec2.IVpc) {
  if (Token.isUnresolved(servicesCidr)) return;
  const range = (text: string) => requireIpv4Range('servicesCidr', text);
  const { first, last } = range(servicesCidr);
  if (!SERVICE_NETWORKS.map(range).some((network) => network.first <= first && last <= network.last)) {
    throw new Error(`servicesCidr: got ${servicesCidr}, expected a part of ${SERVICE_NETWORKS.join(', ')}, which EKS asks for`);
  }
  const clash = vpcCidrs(vpc)
    .filter((text) => !Token.isUnresolved(text))
    .find((text) => range(text).first <= last && first <= range(text).last);
  if (clash) {
    throw new Error(
      `servicesCidr: got ${servicesCidr}, which overlaps ${clash} of the VPC, expected networks apart: pods could `
        + 'not tell a Service from a machine',
    );
  }
}

/** EKS lets in its own nodes only. */
function admitRemote(scope: Construct, vpc: ec2.IVpc, networks: Readonly<Record<string, readonly string[]>>): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'RemoteAccess', {
    vpc,
    description: 'API of the cluster, for machines outside AWS',
    allowAllOutbound: true,
  });
  for (const [who, cidrs] of Object.entries(networks)) {
    for (const cidr of cidrs) group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, `${who} outside AWS`);
  }
  return group;
}
