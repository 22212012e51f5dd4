/** What the app knows about the way from a data plane to the tunnel: planes that cannot reach it are warned about at synth. */
import { Annotations, CfnResource, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Where the load balancers of a control plane are, and who may connect. */
export interface TunnelReach {
  readonly vpc: ec2.IVpc;
  /** Absent: their addresses are private. */
  readonly cidrs?: readonly string[];
}

/** Where the nodes of a data plane are. */
export type PlaneNetwork = { readonly kind: 'vpc'; readonly vpc: ec2.IVpc } | { readonly kind: 'site' } | { readonly kind: 'unknown' };

/** Resources that make a way between networks. What is made outside of the app, only its owner knows. */
const WAYS = new RegExp('^AWS::(EC2::(VPCPeeringConnection|VPNGateway|VPNConnection|ClientVpn\\w+|TransitGateway\\w*)|DirectConnect::\\w+'
  + '|NetworkManager::\\w+|VpcLattice::\\w+)$');

export function warnOfUnreachableTunnel(plane: Construct, network: PlaneNetwork, { vpc, cidrs }: TunnelReach): void {
  const problem = cidrs ? behindNat(network, cidrs) : withoutWay(plane, network, vpc);
  if (!problem) return;
  Annotations.of(plane).addWarningV2(
    'cdk-hybridge:tunnel.unreachable',
    `target: ${problem}, so that its nodes never get a configuration. If there is a way that this app does not make, acknowledge this `
      + 'warning (docs/tunnel-networks.md)',
  );
}

function withoutWay(plane: Construct, network: PlaneNetwork, vpc: ec2.IVpc): string | undefined {
  if (network.kind === 'unknown' || (network.kind === 'vpc' && isSame(network.vpc, vpc))) return undefined;
  const hasWay = plane.node.root.node.findAll().some((each) => CfnResource.isCfnResource(each) && WAYS.test(each.cfnResourceType));
  if (hasWay) return undefined;
  const where = network.kind === 'site' ? 'a site' : `the VPC ${network.vpc.node.path}`;
  return `got ${where}, from which nothing in this app leads to the private addresses of the tunnel in ${vpc.node.path}, expected a VPN, `
    + 'peering or transit gateway, or tunnelCidrs on the control plane';
}

/** Nodes reach public addresses through NAT gateways, whose own addresses are known only after deployment. */
function behindNat(network: PlaneNetwork, cidrs: readonly string[]): string | undefined {
  if (network.kind !== 'vpc' || cidrs.some((cidr) => Token.isUnresolved(cidr) || cidr.endsWith('/0'))) return undefined;
  const gateways = network.vpc.node.findAll().filter((each): each is ec2.CfnNatGateway => each instanceof ec2.CfnNatGateway);
  if (gateways.length === 0) return undefined;
  return `got ${network.vpc.node.path}, whose NAT gateways connect with addresses that tunnelCidrs (${cidrs.join(', ')}) cannot have, `
    + 'because they are made here, expected elastic IP addresses of yours in tunnelCidrs (NatProvider.gateway({ eipAllocationIds })), '
    + '0.0.0.0/0, or no tunnelCidrs with a way to private addresses';
}

function isSame(one: ec2.IVpc, other: ec2.IVpc): boolean {
  return one === other || one.vpcId === other.vpcId;
}
