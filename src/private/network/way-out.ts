import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IDependable } from 'constructs';

/**
 * The private subnets with their routes to the internet and route tables. References name subnets only: without a
 * dependency, machines and functions start in a subnet that leads nowhere yet.
 */
export function wayOut(vpc: ec2.IVpc): readonly IDependable[] {
  return vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnets;
}
