import type { Construct } from 'constructs';
import type { EksAnywhereCluster } from '../eks-anywhere/eks-anywhere-cluster';
import { parameterPath } from '../private/gateway/handoff-names';
import { requireRepository } from '../private/gateway/image-repository';
import { onKubernetes } from '../private/gateway/kubernetes-plane';
import { metalLbObjects } from '../private/gateway/metal-lb';
import type { DataPlanePlacement, PlacedDataPlane } from '../private/gateway/placement';
import type { PlaneDescription } from '../private/gateway/plane';
import { PROXY_PORTS } from '../private/gateway/services';
import type { ServiceReach } from '../private/gateway/services';
import { SiteHosting } from '../private/gateway/site-hosting';
import { SitePlane } from '../private/gateway/site-plane';
import type { KubernetesObject } from '../private/kubernetes/manifest-chart';
import { requireObjectName } from '../private/kubernetes/names';
import { requireAddressRange } from '../private/network/address-range';
import { addressNumber } from '../private/network/cidr-text';
import type { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import type { KubernetesTargetOptions } from './kubernetes-target-options';

/** Options of `EksAnywhereTarget.cluster()`. */
export interface EksAnywhereTargetOptions extends KubernetesTargetOptions {
  /** How consumers reach the proxy: `nodePort`, `metalLb`, `kubeVip` or `clusterIp`. */
  readonly exposure: Exposure;

  /**
   * Repository that the site pulls the gateway's image from, without a tag, such as `registry.acme.example/hybridge`. The account's own
   * registry is of no use to a site: its passwords end after twelve hours. The tag follows from the image's content; `topology.json` shows it.
   */
  readonly imageRepository: string;

  /**
   * Secret of type `kubernetes.io/dockerconfigjson` in the plane's namespace that opens the repository.
   *
   * @default - the nodes may pull without one
   */
  readonly imagePullSecret?: string;

  /**
   * ClusterSecretStore of the External Secrets Operator on the site that reads AWS Secrets Manager in the control plane's region.
   *
   * @default 'aws-secrets-manager'
   */
  readonly secretStore?: string;

  /**
   * ClusterSecretStore of the External Secrets Operator on the site that reads the SSM Parameter Store in the control plane's region.
   *
   * @default 'aws-parameter-store'
   */
  readonly parameterStore?: string;
}

/**
 * A plane runs on an EKS Anywhere cluster. Its manifests are written to `cdk.out/hybridge/<plane>/`, to be applied on site; they hold no
 * token and no secret. Needed on the site: the External Secrets Operator 0.16 or later with the two stores that the options name, and MetalLB for
 * `Exposure.metalLb()`.
 */
export class EksAnywhereTarget extends GatewayTarget {
  /** On a cluster that this app declares. */
  public static cluster(cluster: EksAnywhereCluster, options: EksAnywhereTargetOptions): EksAnywhereTarget {
    return new EksAnywhereTarget(cluster, options);
  }

  private constructor(private readonly cluster: EksAnywhereCluster, private readonly options: EksAnywhereTargetOptions) {
    super();
    requireRepository(options.imageRepository);
    for (const property of ['imagePullSecret', 'secretStore', 'parameterStore'] as const) {
      const name = options[property];
      if (name !== undefined) requireObjectName(property, name);
    }
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return controlPlane;
  }

  /** @internal */
  public _image(scope: Construct, placement: DataPlanePlacement): string {
    return `${this.options.imageRepository}:${placement.engine._image(scope).tag}`;
  }

  /** @internal */
  public _place(scope: Construct, placed: PlacedDataPlane): void {
    const { controlPlane, logs, cache } = placed;
    const plane = onKubernetes(placed.plane, this.options);
    if (logs) throw new Error('logs: a site has no role in AWS to sign requests with, expected on planes on EKS only: leave it out here');
    if (cache) throw new Error(`cache: ${cache.node.path} lets in its own VPC only, expected a plane on EKS, ECS or an Auto Scaling group there: leave it out here, and give plugins a Redis or Valkey server of the site`);
    this.refuseEndpoint();
    this.claimAddresses(scope);
    const { secretStore = 'aws-secrets-manager', parameterStore = 'aws-parameter-store', imagePullSecret } = this.options;
    new SitePlane(scope, 'Resource', {
      plane,
      hosting: new SiteHosting(parameterPath(scope, plane.name), { secretStore, parameterStore }, imagePullSecret),
      services: [{ suffix: 'proxy', ports: PROXY_PORTS, reach: this.reach(plane) }],
      addresses: this.addresses(plane),
      target: 'eks-anywhere',
      cluster: this.cluster.clusterName,
      controlPlane,
    });
  }

  /** MetalLB would answer for the address of the cluster's API, and the cluster would be gone. */
  private refuseEndpoint() {
    const choice = this.options.exposure._choice;
    const endpoint = addressNumber(this.cluster.endpoint ?? '');
    if (choice.kind !== 'metal-lb' || endpoint === undefined) return;
    const { first, last } = requireAddressRange('exposure', choice.range);
    if (endpoint < first || endpoint > last) return;
    throw new Error(`exposure: the range ${choice.range} holds ${this.cluster.endpoint}, the endpoint of cluster ${this.cluster.clusterName}: choose addresses that nothing has`);
  }

  /** The other addresses of the site are compared at synthesis, when all machines and planes are known. */
  private claimAddresses(scope: Construct) {
    const choice = this.options.exposure._choice;
    if (choice.kind === 'metal-lb') this.cluster._claimAddresses(`${scope.node.path}: exposure`, choice.range);
    if (choice.kind !== 'kube-vip') return;
    const absence = this.cluster._kubeVipAbsence();
    if (absence) throw new Error(`exposure: kubeVip has nobody to answer for ${choice.address} on cluster ${this.cluster.clusterName}, because ${absence}: use metalLb or nodePort`);
    this.cluster._claimAddresses(`${scope.node.path}: exposure`, `${choice.address}-${choice.address}`);
  }

  private addresses(plane: PlaneDescription): readonly KubernetesObject[] {
    const choice = this.options.exposure._choice;
    return choice.kind === 'metal-lb' ? metalLbObjects(plane, choice.range) : [];
  }

  private reach(plane: PlaneDescription): ServiceReach {
    const choice = this.options.exposure._choice;
    switch (choice.kind) {
      case 'cluster':
      case 'node-port':
        return choice;
      case 'metal-lb':
        return { kind: 'site-load-balancer', addressPool: plane.name };
      case 'kube-vip':
        return { kind: 'site-address', address: choice.address };
      default:
        throw new Error('exposure: got a load balancer of AWS, expected nodePort, metalLb, kubeVip or clusterIp: there is no AWS network on a site');
    }
  }
}
