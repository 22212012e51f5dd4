/** The objects that make a cluster's load balancer controller fill a target group that CloudFormation created. */
export interface TargetBinding {
  /** Of the object `TargetGroupBinding`. */
  readonly apiVersion: string;
  /** Tag of the target group, with the cluster's name: the controller's role may change no other. */
  readonly tag: string;
}

/** By the class of Services that the controller makes Network Load Balancers for. */
const BINDINGS: Readonly<Record<string, TargetBinding>> = {
  // https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html
  'eks.amazonaws.com/nlb': { apiVersion: 'eks.amazonaws.com/v1', tag: 'eks:eks-cluster-name' },
  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
  'service.k8s.aws/nlb': { apiVersion: 'elbv2.k8s.aws/v1beta1', tag: 'elbv2.k8s.aws/cluster' },
};

/** @throws Error when the controller behind the class is not known */
export function targetBinding(loadBalancerClass: string): TargetBinding {
  const binding = BINDINGS[loadBalancerClass];
  if (binding) return binding;
  throw new Error(
    `loadBalancerClass: got ${loadBalancerClass}, expected ${Object.keys(BINDINGS).join(' or ')}, whose `
      + 'controllers keep target groups: use one of them, or AdminExposure.clusterIp()',
  );
}
