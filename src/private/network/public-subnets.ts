/** Load balancers on the internet are in public subnets: without one, nothing makes them, and nothing says so. */
import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/**
 * Checks that a VPC has public subnets. An imported VPC may have more than the program knows: there it is a warning,
 * unless CloudFormation needs their ids.
 *
 * @param scope that the warning belongs to
 * @param property that asks for the internet
 * @throws Error that names the property
 */
export function requirePublicSubnets(scope: Construct, property: string, vpc: ec2.IVpc, needsIds: boolean): void {
  if (vpc.publicSubnets.length > 0) return;
  const text = `${property}: asks for a load balancer on the internet, and the VPC ${vpc.node.path} has no public subnets, expected some `
    + 'in the zones of the plane: add subnets of type PUBLIC, or choose an internal load balancer';
  if (vpc.node.defaultChild instanceof ec2.CfnVPC || needsIds) throw new Error(text);
  const id = 'cdk-hybridge:vpc.public-subnets';
  const fix = `where the imported VPC has them, give publicSubnetIds to its import or acknowledge ${id}`;
  Annotations.of(scope).addWarningV2(id, `${text}; ${fix}`);
}
