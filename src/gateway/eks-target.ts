import { Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Construct, IDependable } from 'constructs';
import type { CloudCluster } from '../eks/cloud-cluster';
import { EksPlane } from '../private/gateway/eks-plane';
import { onKubernetes } from '../private/gateway/kubernetes-plane';
import type { DataPlanePlacement, PlacedDataPlane } from '../private/gateway/placement';
import { PROXY_PORTS } from '../private/gateway/services';
import type { ServiceReach } from '../private/gateway/services';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
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
   * Class of the controller that makes Network Load Balancers in the cluster: `eks.amazonaws.com/nlb` in Auto Mode,
   * `service.k8s.aws/nlb` with the AWS Load Balancer Controller.
   *
   * @default 'eks.amazonaws.com/nlb'
   */
  readonly loadBalancerClass?: string;
}

const AUTO_MODE_LOAD_BALANCERS = 'eks.amazonaws.com/nlb';

/** A plane runs on an Amazon EKS cluster. */
export class EksTarget extends GatewayTarget {
  /** On a cluster that this library made. It has everything that a plane needs. */
  public static cluster(cluster: CloudCluster, options: EksTargetOptions = {}): EksTarget {
    return new EksTarget(cluster.cluster, cluster._ready, cluster._loadBalancerClass, options);
  }

  /**
   * On any other cluster. It has to have: a kubectl provider, the add-on `aws-secrets-store-csi-driver-provider`, the Pod Identity agent
   * (Auto Mode carries it), and a controller for Network Load Balancers.
   */
  public static existingCluster(cluster: eks.ICluster, options: ExistingEksTargetOptions = {}): EksTarget {
    return new EksTarget(cluster, [], options.loadBalancerClass ?? AUTO_MODE_LOAD_BALANCERS, options);
  }

  /** @internal */
  public readonly _cluster: eks.ICluster;

  /** @internal */
  public readonly _ready: readonly IDependable[];

  /** @internal */
  public readonly _options: EksTargetOptions;

  private readonly loadBalancerClass: string;

  private constructor(cluster: eks.ICluster, ready: readonly IDependable[], loadBalancerClass: string, options: EksTargetOptions) {
    super();
    this._cluster = cluster;
    this._ready = ready;
    this.loadBalancerClass = loadBalancerClass;
    this._options = options;
  }

  /**
   * A Service that is reached through a Network Load Balancer.
   *
   * @internal
   */
  public _loadBalancer(sourceCidrs?: readonly string[]): ServiceReach {
    return { kind: 'network-load-balancer', loadBalancerClass: this.loadBalancerClass, sourceCidrs };
  }

  /**
   * Manifests are applied from the stack that the cluster is in: its functions are in that region.
   *
   * @internal
   */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    const stack = Stack.of(this._cluster);
    return stack === Stack.of(controlPlane) ? controlPlane : stack;
  }

  /** @internal */
  public _image(scope: Construct, placement: DataPlanePlacement): string {
    return placement.engine._image(scope).uri;
  }

  /** @internal */
  public _place(scope: Construct, placed: PlacedDataPlane): void {
    const plane = onKubernetes(placed.plane, this._options);
    const resource = new EksPlane(scope, 'Resource', {
      cluster: this._cluster,
      plane,
      services: [{ suffix: 'proxy', ports: PROXY_PORTS, reach: this.proxyReach() }],
      ready: this._ready,
      contents: placed.contents,
      controlPlane: placed.controlPlane,
    });
    placed.logs?._grantWrite(resource.role, this._cluster.clusterSecurityGroup, this._cluster.vpc);
    placed.cache?._admit(this._cluster.clusterSecurityGroup, this._cluster.vpc);
  }

  private proxyReach(): ServiceReach {
    const choice = (this._options.exposure ?? Exposure.internalLoadBalancer())._choice;
    switch (choice.kind) {
      case 'cluster': return choice;
      case 'network-load-balancer': return this._loadBalancer(choice.sourceCidrs);
      default: throw new Error(`exposure: got ${choice.kind}, expected clusterIp, internalLoadBalancer or internetLoadBalancer, which EKS has`);
    }
  }
}
