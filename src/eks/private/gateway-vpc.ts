import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** The network of a cluster that is given none: two zones, public and private subnets, one NAT gateway, flow logs. */
export function gatewayVpc(scope: Construct, cidr: string | undefined): ec2.Vpc {
  const flowLogs = new logs.LogGroup(scope, 'FlowLogs', {
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return new ec2.Vpc(scope, 'Vpc', {
    ...cidr !== undefined && { ipAddresses: ec2.IpAddresses.cidr(cidr) },
    maxAzs: 2,
    natGateways: 1,
    subnetConfiguration: [
      // No node lives in a public subnet: only load balancers and the NAT gateway, which ask for their addresses themselves.
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
    ],
    // Explicit, because a feature flag decides otherwise.
    restrictDefaultSecurityGroup: true,
    flowLogs: { All: { destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs) } },
  });
}
