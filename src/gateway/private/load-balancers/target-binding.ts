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

/**
 * Labels of a namespace whose pods become ready only when every target group that they are in calls them healthy. Each
 * controller looks at its own; which one a controller with another class looks at is unknown, and both do no harm.
 *
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
 */
export function readinessGateLabels(loadBalancerClass: string): Readonly<Record<string, string>> {
  const domains: Readonly<Record<string, readonly string[]>> = {
    'eks.amazonaws.com/nlb': ['eks.amazonaws.com'],
    'service.k8s.aws/nlb': ['elbv2.k8s.aws'],
  };
  const known = domains[loadBalancerClass] ?? Object.values(domains).flat();
  return Object.fromEntries(known.map((domain) => [`${domain}/pod-readiness-gate-inject`, 'enabled']));
}

/** @throws Error when the controller behind the class is not known */
export function targetBinding(loadBalancerClass: string): TargetBinding {
  const binding = BINDINGS[loadBalancerClass];
  if (binding) return binding;
  throw new Error(
    `loadBalancerClass: got ${loadBalancerClass}, expected ${Object.keys(BINDINGS).join(' or ')}, whose `
      + 'controllers keep target groups: use one of them, or AdminExposure.clusterIp()',
  );
}
