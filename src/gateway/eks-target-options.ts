import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Exposure } from './exposure';
import type { KubernetesTargetOptions } from './kubernetes-target-options';

/** Options of `EksTarget.cluster()`. */
export interface EksTargetOptions extends KubernetesTargetOptions {
  /**
   * How consumers reach the proxy of a data plane: `clusterIp`, `internalLoadBalancer` or `internetLoadBalancer`.
   *
   * @default - Exposure.internalLoadBalancer()
   */
  readonly exposure?: Exposure;
}

/** Options of `EksTarget.existingCluster()`. */
export interface ExistingEksTargetOptions extends EksTargetOptions {
  /**
   * Load balancer class of the controller that creates Network Load Balancers in the cluster: `eks.amazonaws.com/nlb`
   * in Auto Mode, `service.k8s.aws/nlb` with the AWS Load Balancer Controller.
   *
   * @default 'eks.amazonaws.com/nlb'
   */
  readonly loadBalancerClass?: string;

  /**
   * Lambda layer with kubectl of the cluster's version, such as `KubectlV35Layer` of
   * `@aws-cdk/lambda-layer-kubectl-v35`, for clusters that were imported without a `kubectlProvider`. The functions
   * that apply manifests are then created in the cluster's stack, with an access entry as cluster administrators.
   *
   * @default - the kubectl provider of the cluster
   */
  readonly kubectlLayer?: lambda.ILayerVersion;

  /**
   * Whether the cluster enforces NetworkPolicy objects: the add-on `vpc-cni` with `enableNetworkPolicy`, or in Auto
   * Mode the ConfigMap `amazon-vpc-cni` with `enable-network-policy-controller`. Unless true, the Admin API of a
   * control plane listens on the loopback address of its pods: `kubectl port-forward` reaches it, other pods do not, and
   * `addDeclarativeConfig()` and `adminExposure` are refused.
   *
   * @default - not stated: synthesis warns, and the Admin API is on the loopback address
   */
  readonly networkPoliciesEnforced?: boolean;

  /**
   * Security groups of the nodes, where they have others than that of the cluster. Databases, caches and logs admit
   * them, too. An empty list states that there are none.
   *
   * @default - not stated: synthesis warns
   */
  readonly nodeSecurityGroups?: ec2.ISecurityGroup[];

  /**
   * Whether subnets have the tags by which controllers find them: `kubernetes.io/role/elb` public ones,
   * `kubernetes.io/role/internal-elb` private ones.
   *
   * @default - not stated: synthesis warns
   */
  readonly subnetsTagged?: boolean;

  /**
   * Whether the cluster has what planes need: the Pod Identity agent, the add-on
   * `aws-secrets-store-csi-driver-provider`, the controller of `loadBalancerClass`, `metrics-server` for `maxReplicas`,
   * cert-manager where certificates come from it.
   *
   * @default - not stated: synthesis warns
   */
  readonly controllersInstalled?: boolean;

  /**
   * Address family of the cluster. IPv6 is refused: planes listen on IPv4 addresses.
   *
   * @default IpFamily.IP_V4
   */
  readonly ipFamily?: eks.IpFamily;
}

/** Options of `EksTarget.hybridNodes()`. */
export interface HybridNodesTargetOptions extends KubernetesTargetOptions {
  /**
   * How consumers reach the proxy of a data plane: `clusterIp` or `nodePort`.
   *
   * @default - Exposure.nodePort()
   */
  readonly exposure?: Exposure;
}
