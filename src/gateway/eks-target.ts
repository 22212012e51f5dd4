import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IDependable } from 'constructs';
import type { CloudCluster } from '../eks/cloud-cluster';
import type { HybridNodes } from '../eks/hybrid-nodes';
import { KubectlAccess, requireParts, watchNodes } from '../eks/private/existing-cluster';
import type { ClusterNeeds } from '../eks/private/existing-cluster';
import { shown, within } from '../private/input/place';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import type { KubernetesTargetOptions } from './kubernetes-target-options';
import { EksPlane } from './private/clusters/eks-plane';
import { onKubernetes } from './private/clusters/kubernetes-plane';
import { claimNodePorts } from './private/clusters/node-ports';
import { targetBinding } from './private/load-balancers/target-binding';
import type { TargetBinding } from './private/load-balancers/target-binding';
import { PROXY_PORTS } from './private/manifests/services';
import type { ServiceReach } from './private/manifests/services';
import type { DataPlanePlacement, PlacedDataPlane } from './private/plane/placement';
import { planeScope } from './private/plane/plane-scope';

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
   * Class of the controller that makes Network Load Balancers in the cluster: `eks.amazonaws.com/nlb` in Auto Mode,
   * `service.k8s.aws/nlb` with the AWS Load Balancer Controller.
   *
   * @default 'eks.amazonaws.com/nlb'
   */
  readonly loadBalancerClass?: string;

  /**
   * Lambda layer with kubectl of the cluster's version, such as `KubectlV35Layer` of `@aws-cdk/lambda-layer-kubectl-v35`, for clusters that were imported without a `kubectlProvider`: the functions
   * that apply manifests are then made in the cluster's stack, with an access entry as administrators of the cluster.
   *
   * @default - the cluster has a kubectl provider
   */
  readonly kubectlLayer?: lambda.ILayerVersion;
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

const AUTO_MODE_LOAD_BALANCERS = 'eks.amazonaws.com/nlb';

/** As Kubernetes takes it: the name after a domain. */
const CLASS = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;

/** Which nodes pods are for, where a cluster has several kinds. */
const ON_HYBRID_NODES = { 'eks.amazonaws.com/compute-type': 'hybrid' };

interface NodesOfTarget {
  /** Absent where there are no load balancers. */
  readonly loadBalancerClass?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Whether `CloudCluster` has looked at the network already. */
  readonly isOurs?: boolean;
}

/** A plane runs on an Amazon EKS cluster. */
export class EksTarget extends GatewayTarget {
  /** On a cluster that this library made. It has everything that a plane needs. */
  public static cluster(cluster: CloudCluster, options: EksTargetOptions = {}): EksTarget {
    return new EksTarget(cluster.cluster, cluster._ready, options, { loadBalancerClass: cluster._loadBalancerClass, isOurs: true });
  }

  /**
   * On any other cluster, imported or made with CDK. It has to have: a kubectl provider or a `kubectlLayer` here, the add-on `aws-secrets-store-csi-driver-provider`, the Pod Identity agent (Auto Mode
   * carries it), and a controller for Network Load Balancers. An import has to name what planes need: always `vpc` and `clusterSecurityGroupId` for control planes and for data planes with `logs` or `cache`.
   *
   * @throws Error when `kubectlLayer` does not fit the import; what else an import lacks is refused where a plane needs it
   */
  public static existingCluster(cluster: eks.ICluster, options: ExistingEksTargetOptions = {}): EksTarget {
    const loadBalancerClass = options.loadBalancerClass ?? AUTO_MODE_LOAD_BALANCERS;
    if (!CLASS.test(loadBalancerClass)) {
      throw new Error(`EksTarget.existingCluster: loadBalancerClass: got ${shown(loadBalancerClass)}, expected a domain and a name, such as service.k8s.aws/nlb`);
    }
    if (!options.kubectlLayer) return new EksTarget(cluster, [], options, { loadBalancerClass });
    const { kubectlLayer } = options;
    const access = within('EksTarget.existingCluster', () => KubectlAccess.to(cluster, kubectlLayer));
    return new EksTarget(access.cluster, access.ready, options, { loadBalancerClass });
  }

  /**
   * On machines outside AWS that are nodes of a cluster of this library, and on no others. For data planes. Images and secrets come from AWS with the machines' and the plane's own roles.
   */
  public static hybridNodes(nodes: HybridNodes, options: HybridNodesTargetOptions = {}): EksTarget {
    const { cluster, _ready } = nodes._cluster;
    return new EksTarget(cluster, _ready, { exposure: Exposure.nodePort(), ...options }, { nodeSelector: ON_HYBRID_NODES, isOurs: true });
  }

  /** @internal */
  public readonly _cluster: eks.ICluster;

  /** @internal */
  public readonly _ready: readonly IDependable[];

  /** @internal */
  public readonly _options: EksTargetOptions;

  private constructor(cluster: eks.ICluster, ready: readonly IDependable[], options: EksTargetOptions, private readonly nodes: NodesOfTarget) {
    super();
    this._cluster = cluster;
    this._ready = ready;
    this._options = options;
  }

  /**
   * Refuses a cluster that lacks what a plane needs.
   *
   * @param plane that findings belong to
   * @throws Error that names what is missing
   * @internal
   */
  public _require(plane: Construct, needs: ClusterNeeds): void {
    if (!this.nodes.isOurs) watchNodes(plane, this._cluster);
    requireParts(this._cluster, { ...needs, kubectlProvider: 'manifests are applied through it' });
  }

  /**
   * A Service that is reached through a Network Load Balancer.
   *
   * @internal
   */
  public _loadBalancer(sourceCidrs?: readonly string[]): ServiceReach {
    if (this.nodes.loadBalancerClass === undefined) throw new Error('target: got hybridNodes, which have no load balancers of AWS, expected a cluster: use EksTarget.cluster() for a control plane');
    return { kind: 'network-load-balancer', loadBalancerClass: this.nodes.loadBalancerClass, sourceCidrs };
  }

  /**
   * How the cluster's controller is told to keep the target group of a load balancer that CloudFormation makes.
   *
   * @throws Error when there is no such controller
   * @internal
   */
  public get _targetBinding(): TargetBinding {
    if (this.nodes.loadBalancerClass === undefined) throw new Error('target: got hybridNodes, which load balancers of AWS do not reach, expected a cluster: use EksTarget.cluster(), or AdminExposure.clusterIp()');
    return targetBinding(this.nodes.loadBalancerClass);
  }

  /** @internal */
  public get _takesCharts(): boolean {
    return true;
  }

  /**
   * Manifests are applied from a stack in the region of the cluster: its functions are there.
   *
   * @internal
   */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return planeScope(controlPlane, this._cluster);
  }

  /** @internal */
  public _image(scope: Construct, placement: DataPlanePlacement): string {
    return placement.engine._image(scope).uri;
  }

  /** @internal */
  public _place(scope: Construct, placed: PlacedDataPlane): void {
    const { logs, cache } = placed;
    const reach = this.proxyReach();
    if (reach.kind === 'node-port') claimNodePorts(scope, this._cluster, reach.nodePorts);
    this._require(scope, logs || cache ? { vpc: 'logs and cache are reached in it', clusterSecurityGroup: 'logs and cache let it in' } : {});
    const plane = { ...onKubernetes(scope, placed.plane, this._options), ...this.nodes.nodeSelector && { nodeSelector: this.nodes.nodeSelector } };
    const resource = new EksPlane(scope, 'Resource', {
      cluster: this._cluster,
      plane,
      services: [{ suffix: 'proxy', ports: PROXY_PORTS, reach }],
      ready: this._ready,
      contents: placed.contents,
      controlPlane: placed.controlPlane,
    });
    logs?._grantWrite(scope, resource.role, this._cluster.clusterSecurityGroup, this._cluster.vpc);
    cache?._admit(scope, this._cluster.clusterSecurityGroup, this._cluster.vpc);
  }

  private proxyReach(): ServiceReach {
    const choice = (this._options.exposure ?? Exposure.internalLoadBalancer())._choice;
    if (choice.kind === 'cluster') return choice;
    if (choice.kind === 'network-load-balancer' && this.nodes.loadBalancerClass !== undefined) return this._loadBalancer(choice.sourceCidrs);
    if (choice.kind === 'node-port' && this.nodes.loadBalancerClass === undefined) return choice;
    const offered = this.nodes.loadBalancerClass ? 'clusterIp, internalLoadBalancer or internetLoadBalancer, which EKS has' : 'clusterIp or nodePort, which hybrid nodes have';
    throw new Error(`exposure: got ${choice.kind}, expected ${offered}`);
  }
}
