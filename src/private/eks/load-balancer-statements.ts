/** What the AWS Load Balancer Controller may do: look at the network, and make and change what carries the cluster's tag. */
import type { Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';

const SERVICE = 'elasticloadbalancing.amazonaws.com';
const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

/** None of them knows resources: they list. */
const READS = {
  ec2: [
    'DescribeAccountAttributes', 'DescribeAddresses', 'DescribeAvailabilityZones', 'DescribeInstances', 'DescribeInternetGateways', 'DescribeNetworkInterfaces',
    'DescribeRouteTables', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeTags', 'DescribeVpcPeeringConnections', 'DescribeVpcs', 'GetSecurityGroupsForVpc',
  ],
  elasticloadbalancing: [
    'DescribeCapacityReservation', 'DescribeListenerAttributes', 'DescribeListenerCertificates', 'DescribeListeners', 'DescribeLoadBalancerAttributes',
    'DescribeLoadBalancers', 'DescribeRules', 'DescribeSSLPolicies', 'DescribeTags', 'DescribeTargetGroupAttributes', 'DescribeTargetGroups', 'DescribeTargetHealth',
  ],
};

interface Write {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/** @returns statements for the stack's account and region */
export function loadBalancerStatements(stack: Stack, cluster: eks.ICluster): readonly iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: Object.entries(READS).flatMap(([service, reads]) => reads.map((read) => `${service}:${read}`)), resources: ['*'] }),
    new iam.PolicyStatement({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${stack.partition}:iam::${stack.account}:role/aws-service-role/${SERVICE}/*`],
      conditions: { StringEquals: { 'iam:AWSServiceName': SERVICE } },
    }),
    ...[...securityGroups(stack, cluster), ...loadBalancers(stack, cluster.clusterName)].map(({ actions, on, conditions }) =>
      new iam.PolicyStatement({ actions: [...actions], resources: [...on], conditions })),
  ];
}

function asked(clusterName: string) {
  return { [`aws:RequestTag/${CLUSTER_TAG}`]: clusterName };
}

function carried(clusterName: string) {
  return { [`aws:ResourceTag/${CLUSTER_TAG}`]: clusterName };
}

function securityGroups(stack: Stack, cluster: eks.ICluster): readonly Write[] {
  const arn = (resource: string) => `arn:${stack.partition}:ec2:${stack.region}:${stack.account}:${resource}`;
  const groups = arn('security-group/*');
  const rules = ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'];
  const { clusterName } = cluster;
  return [
    { actions: ['ec2:CreateSecurityGroup'], on: [groups, arn(`vpc/${cluster.vpc.vpcId}`)] },
    { actions: ['ec2:CreateTags'], on: [groups], conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup', ...asked(clusterName) } } },
    { actions: ['ec2:CreateTags', 'ec2:DeleteTags'], on: [groups], conditions: { StringEquals: carried(clusterName), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'true' } } },
    { actions: [...rules, 'ec2:DeleteSecurityGroup'], on: [groups], conditions: { StringEquals: carried(clusterName) } },
    // Nodes let the load balancers in.
    { actions: rules, on: [arn(`security-group/${cluster.clusterSecurityGroupId}`)] },
  ];
}

function loadBalancers(stack: Stack, clusterName: string): readonly Write[] {
  const arn = (resource: string) => `arn:${stack.partition}:elasticloadbalancing:${stack.region}:${stack.account}:${resource}`;
  const balancers = arn('loadbalancer/net/*/*');
  const targets = arn('targetgroup/*/*');
  const listeners = arn('listener/net/*/*/*');
  const action = (name: string) => `elasticloadbalancing:${name}`;
  return [
    { actions: ['CreateLoadBalancer', 'CreateTargetGroup'].map(action), on: [balancers, targets], conditions: { StringEquals: asked(clusterName) } },
    {
      actions: [action('AddTags')],
      on: [balancers, targets],
      conditions: { StringEquals: { 'elasticloadbalancing:CreateAction': ['CreateLoadBalancer', 'CreateTargetGroup'], ...asked(clusterName) } },
    },
    {
      actions: ['AddTags', 'RemoveTags'].map(action),
      on: [balancers, targets],
      conditions: { StringEquals: carried(clusterName), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'true' } },
    },
    {
      actions: [
        'DeleteLoadBalancer', 'DeleteTargetGroup', 'ModifyCapacityReservation', 'ModifyLoadBalancerAttributes', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes',
        'SetIpAddressType', 'SetSecurityGroups', 'SetSubnets', 'RegisterTargets', 'DeregisterTargets', 'CreateListener',
      ].map(action),
      on: [balancers, targets],
      conditions: { StringEquals: carried(clusterName) },
    },
    { actions: ['AddTags', 'RemoveTags', 'DeleteListener', 'ModifyListener', 'ModifyListenerAttributes'].map(action), on: [listeners] },
  ];
}
