import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * Checks that a VPC has private subnets with a way out in two availability zones, as EKS, Aurora and OpenSearch ask for.
 *
 * @throws Error that names the property
 */
export function requireTwoZones(property: string, vpc: ec2.IVpc): void {
  const zones = new Set(vpc.privateSubnets.map((subnet) => subnet.availabilityZone));
  if (zones.size >= 2) return;
  throw new Error(
    `${property}: has private subnets with a way to the internet in ${zones.size} availability `
      + `zone${zones.size === 1 ? '' : 's'}, expected at least 2:` +
      ' add subnets of type PRIVATE_WITH_EGRESS',
  );
}
