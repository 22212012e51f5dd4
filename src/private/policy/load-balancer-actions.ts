/** Actions of the AWS Load Balancer Controller: statements allow them, and the policy explains their wildcards. */

const READS = {
  ec2: [
    'DescribeAccountAttributes',
    'DescribeAddresses',
    'DescribeAvailabilityZones',
    'DescribeInstances',
    'DescribeInternetGateways',
    'DescribeNetworkInterfaces',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeTags',
    'DescribeVpcPeeringConnections',
    'DescribeVpcs',
    'GetSecurityGroupsForVpc',
  ],
  elasticloadbalancing: [
    'DescribeCapacityReservation',
    'DescribeListenerAttributes',
    'DescribeListenerCertificates',
    'DescribeListeners',
    'DescribeLoadBalancerAttributes',
    'DescribeLoadBalancers',
    'DescribeRules',
    'DescribeSSLPolicies',
    'DescribeTags',
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ],
};

/** None of them knows resources: they list. */
export const LOAD_BALANCER_READS = Object.entries(READS).flatMap(([service, reads]) => reads.map((read) => `${service}:${read}`));

/** What the controller makes and changes, by what it takes as its resource. */
export const WRITES = {
  create: ['CreateLoadBalancer', 'CreateTargetGroup'],
  tag: ['AddTags', 'RemoveTags'],
  change: [
    'CreateListener',
    'DeleteLoadBalancer',
    'DeleteTargetGroup',
    'DeregisterTargets',
    'ModifyCapacityReservation',
    'ModifyLoadBalancerAttributes',
    'ModifyTargetGroup',
    'ModifyTargetGroupAttributes',
    'RegisterTargets',
    'SetIpAddressType',
    'SetSecurityGroups',
    'SetSubnets',
  ],
  changeListeners: ['DeleteListener', 'ModifyListener', 'ModifyListenerAttributes'],
};

/** Name of an action of the load balancers. */
export const action = (name: string) => `elasticloadbalancing:${name}`;

/** All of them. */
export const LOAD_BALANCER_WRITES = Object.values(WRITES).flat().map(action);
