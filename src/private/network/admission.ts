import { Names, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

interface Admission {
  /** What is opened. */
  readonly to: ec2.Connections;
  readonly peer: ec2.IConnectable;
  readonly port: number;
  readonly description: string;
}

/**
 * Opens one security group to another. Where they are in two stacks, the rule goes to the peer's plane: what is opened
 * was there before, and CDK would put the rule there, so that each stack waited for the other.
 *
 * @param plane the one that the peer belongs to; what it opens connections from lets everything out
 */
export function admit(plane: Construct, { to, peer, port, description }: Admission): void {
  for (const group of to.securityGroups) {
    for (const source of peer.connections.securityGroups) {
      if (Stack.of(group) === Stack.of(source)) group.addIngressRule(source, ec2.Port.tcp(port), description);
      else ingress(plane, group, source, { port, description });
    }
  }
}

function ingress(
  plane: Construct,
  group: ec2.ISecurityGroup,
  source: ec2.ISecurityGroup,
  { port, description }: Pick<Admission, 'port' | 'description'>,
) {
  const id = `Into${Names.nodeUniqueId(group.node).slice(-40)}`;
  new ec2.CfnSecurityGroupIngress(plane, id, {
    groupId: group.securityGroupId,
    sourceSecurityGroupId: source.securityGroupId,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    description,
  });
}
