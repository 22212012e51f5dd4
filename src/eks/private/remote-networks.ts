/** Networks of machines outside AWS that join a cluster: what EKS asks of them. */
import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { requireCidrs } from '../../private/network/cidr-text';
import { requireIpv4Range } from '../../private/network/ipv4-range';
import type { Ipv4Range } from '../../private/network/ipv4-range';
import { PRIVATE_NETWORKS } from '../../private/network/private-networks';

interface ClusterNetworks {
  readonly nodeCidrs: readonly string[];
  readonly podCidrs: readonly string[];
  readonly vpc: ec2.IVpc;
  /** Of Services, if it was chosen. */
  readonly servicesCidr?: string;
}

/** EKS uses one of them for Services by default. */
const SERVICE_NETWORKS = ['10.100.0.0/16', '172.20.0.0/16'];

/** What EKS takes of each kind. */
const MAX_NETWORKS = 15;

interface NamedRange {
  readonly property: string;
  readonly text: string;
  readonly range: Ipv4Range;
}

/**
 * Checks that the networks are private, and that none holds an address of another, of the VPC or of Services. What is
 * known only after deployment passes.
 *
 * @throws Error that names the property
 */
export function requireRemoteNetworks({ nodeCidrs, podCidrs, vpc, servicesCidr }: ClusterNetworks): void {
  requireCidrs('remoteNetworks.nodeCidrs', nodeCidrs);
  if (podCidrs.length > 0) requireCidrs('remoteNetworks.podCidrs', podCidrs);
  const remote = [...named('remoteNetworks.nodeCidrs', nodeCidrs), ...named('remoteNetworks.podCidrs', podCidrs)];
  remote.forEach(requirePrivate);
  const others = [
    ...vpcCidrs(vpc).flatMap((text) => range('the VPC', text)),
    ...(servicesCidr === undefined
      ? SERVICE_NETWORKS.flatMap((text) => range('servicesCidr (chosen by EKS unless you do)', text))
      : range('servicesCidr', servicesCidr)),
  ];
  remote.forEach((one, at) => {
    const clash = [...remote.slice(0, at), ...others].find(
      (other) => one.range.first <= other.range.last && other.range.first <= one.range.last,
    );
    if (clash) {
      throw new Error(
        `${one.property}: got ${one.text}, which overlaps ${clash.text} of ${clash.property}, expected networks apart: `
          + 'traffic between them is routed',
      );
    }
  });
}

function named(property: string, cidrs: readonly string[]): readonly NamedRange[] {
  if (cidrs.length > MAX_NETWORKS) {
    throw new Error(
      `${property}: got ${cidrs.length} networks, expected at most ${MAX_NETWORKS}, which EKS takes: join neighbours into larger ones`,
    );
  }
  return cidrs.flatMap((text, at) => range(`${property}[${at}]`, text));
}

function range(property: string, text: string): readonly NamedRange[] {
  return Token.isUnresolved(text) ? [] : [{ property, text, range: requireIpv4Range(property, text) }];
}

function requirePrivate({ property, text, range: { first, last } }: NamedRange) {
  const isPrivate = PRIVATE_NETWORKS.map((network) => requireIpv4Range('', network)).some(
    (network) => network.first <= first && last <= network.last,
  );
  if (!isPrivate) throw new Error(`${property}: got ${text}, expected a part of ${PRIVATE_NETWORKS.join(', ')}, which EKS asks for`);
}

/** That of a VPC in the same app is known, though its attribute is a token. */
export function vpcCidrs(vpc: ec2.IVpc): readonly string[] {
  const resource = vpc.node.defaultChild;
  if (resource instanceof ec2.CfnVPC) return resource.cidrBlock === undefined ? [] : [resource.cidrBlock];
  // An imported VPC throws when it was not told.
  return 'cidr' in vpc && vpc.cidr !== undefined ? [vpc.vpcCidrBlock] : [];
}
