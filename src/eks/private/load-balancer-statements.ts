/** What the AWS Load Balancer Controller may do: look at the network, and make and change what carries the cluster's tag. */
import type { Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LOAD_BALANCER_READS, WRITES, action } from '../../private/policy/load-balancer-actions';

const SERVICE = 'elasticloadbalancing.amazonaws.com';
const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

interface Write {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/** @returns statements for the stack's account and region */
export function loadBalancerStatements(stack: Stack, cluster: eks.ICluster): readonly iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: LOAD_BALANCER_READS, resources: ['*'] }),
    new iam.PolicyStatement({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${stack.partition}:iam::${stack.account}:role/aws-service-role/${SERVICE}/AWSServiceRoleForElasticLoadBalancing`],
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
    {
      actions: ['ec2:CreateTags'],
      on: [groups],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup', ...asked(clusterName) } },
    },
    {
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      on: [groups],
      conditions: { StringEquals: carried(clusterName), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'true' } },
    },
    { actions: [...rules, 'ec2:DeleteSecurityGroup'], on: [groups], conditions: { StringEquals: carried(clusterName) } },
    // Nodes let the load balancers in.
    { actions: rules, on: [arn(`security-group/${cluster.clusterSecurityGroupId}`)] },
  ];
}

function loadBalancers(stack: Stack, clusterName: string): readonly Write[] {
  const arn = (resource: string) => `arn:${stack.partition}:elasticloadbalancing:${stack.region}:${stack.account}:${resource}`;
  const made = [arn('loadbalancer/net/*/*'), arn('targetgroup/*/*')];
  const listeners = [arn('listener/net/*/*/*')];
  return [
    { actions: WRITES.create.map(action), on: made, conditions: { StringEquals: asked(clusterName) } },
    {
      actions: [action('AddTags')],
      on: made,
      conditions: { StringEquals: { 'elasticloadbalancing:CreateAction': WRITES.create, ...asked(clusterName) } },
    },
    {
      actions: WRITES.tag.map(action),
      on: made,
      conditions: { StringEquals: carried(clusterName), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'true' } },
    },
    { actions: WRITES.change.map(action), on: made, conditions: { StringEquals: carried(clusterName) } },
    {
      actions: [action('AddTags')],
      on: listeners,
      conditions: { StringEquals: { 'elasticloadbalancing:CreateAction': 'CreateListener', ...asked(clusterName) } },
    },
    // The controller tags listeners as it tags load balancers.
    { actions: [...WRITES.tag, ...WRITES.changeListeners].map(action), on: listeners, conditions: { StringEquals: carried(clusterName) } },
  ];
}
