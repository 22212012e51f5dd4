import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { lambdaCode } from '../../private/bundle';
import { NODE_MAJOR } from '../../private/contract';
import { wayOut } from '../../private/network/way-out';

interface VpcFunctionProps {
  /** Name of the bundle. */
  readonly bundle: string;
  readonly vpc: ec2.IVpc;
  /** For people, also as the description of its security group. */
  readonly description: string;
  readonly statements: readonly iam.PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A Lambda function of ours with an address in a VPC: it reaches what has addresses there only, and services of AWS
 * through the VPC's way out.
 */
export class VpcFunction extends Construct {
  readonly handler: lambda.Function;
  readonly role: iam.Role;
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { bundle, vpc, description, statements, environment }: VpcFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    const policy = new iam.Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
        // Lambda creates the network interface in the function's name, before its id is known.
        new iam.PolicyStatement({
          actions: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
          resources: ['*'],
        }),
        ...statements,
      ],
    });
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description, allowAllOutbound: true });
    this.handler = new lambda.Function(this, 'Handler', {
      description,
      code: lambda.Code.fromAsset(lambdaCode(bundle)),
      handler: 'index.handler',
      runtime: new lambda.Runtime(`nodejs${NODE_MAJOR}.x`, lambda.RuntimeFamily.NODEJS),
      architecture: lambda.Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.minutes(2),
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [this.securityGroup],
      ...environment && { environment: { ...environment } },
    });
    this.handler.node.addDependency(policy, ...wayOut(vpc));
  }
}
