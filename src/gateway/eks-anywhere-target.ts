import type { Construct } from 'constructs';
import type { EksAnywhereCluster } from '../eks-anywhere/eks-anywhere-cluster';
import { atPlace } from '../private/input/place';
import { requireObjectName } from '../private/kubernetes/names';
import type { KubernetesObject } from '../private/kubernetes/object';
import { addressNumber } from '../private/network/cidr-text';
import { addressRecord } from '../private/network/host-record';
import { requireIpv4Range } from '../private/network/ipv4-range';
import { parameterPath } from '../private/secrets/names';
import type { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import type { HandoffSite } from './handoff-site';
import type { KubernetesTargetOptions } from './kubernetes-target-options';
import { onKubernetes } from './private/clusters/kubernetes-plane';
import { claimNodePorts } from './private/clusters/node-ports';
import { SiteHosting } from './private/clusters/site-hosting';
import { SitePlane } from './private/clusters/site-plane';
import type { ConsumerAccess } from './private/consumers/consumer-access';
import {
  refuseLoadBalancerCertificate, refuseRecord, refuseStreamsOnNodePorts, requireExternalExposure,
} from './private/consumers/refusals';
import type { CacheOffer } from './private/fallback/cache-offer';
import { PLANE_STORE, planeStore, requireOneRegion } from './private/handoff/plane-store';
import { metalLbObjects } from './private/manifests/metal-lb';
import type { PlaneService, ServiceReach } from './private/manifests/services';
import { proxyPorts } from './private/manifests/services';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import { requireRepository } from './private/plane/image-repository';
import type { PlaneDescription } from './private/plane/plane';
import { SecretDelivery } from './secret-delivery';

/** Options of `EksAnywhereTarget.cluster()`. */
export interface EksAnywhereTargetOptions extends KubernetesTargetOptions {
  /** How consumers reach the proxy: `nodePort`, `metalLb`, `kubeVip` or `clusterIp`. */
  readonly exposure: Exposure;

  /**
   * Repository that the site pulls the gateway's image from, without a tag, such as `registry.acme.example/hybridge`.
   * A site cannot use the account's own registry: its passwords expire after twelve hours. The tag follows from the
   * image's content; `topology.json` shows it.
   */
  readonly imageRepository: string;

  /**
   * Secret of type `kubernetes.io/dockerconfigjson` in the plane's namespace with the credentials for the
   * repository.
   *
   * @default - nodes pull without credentials
   */
  readonly imagePullSecret?: string;

  /**
   * Site of a `Handoff` (`Handoff.addSite()`) that delivers the plane's files with all values.
   *
   * @default - the files in `cdk.out/hybridge/<plane>/` are applied as synthesized, and the site reads values from the
   * SSM Parameter Store
   */
  readonly site?: HandoffSite;

  /**
   * How certificates and passwords reach the site.
   *
   * @default SecretDelivery.externalSecrets()
   */
  readonly delivery?: SecretDelivery;
}

/**
 * A plane runs on an EKS Anywhere cluster. Its manifests are written to `cdk.out/hybridge/<plane>/`, without a token
 * or a secret: apply them on site, or let `site` deliver them. The site needs MetalLB for `Exposure.metalLb()` and,
 * unless `delivery` says otherwise, the External Secrets Operator 0.16 or later with two stores.
 */
export class EksAnywhereTarget extends GatewayTarget {
  /**
   * A cluster that this app declares.
   *
   * @example
   * const target = EksAnywhereTarget.cluster(factory, {
   *   exposure: Exposure.metalLb('10.20.0.100-10.20.0.120'),
   *   imageRepository: 'registry.acme.example/hybridge',
   * });
   */
  public static cluster(cluster: EksAnywhereCluster, options: EksAnywhereTargetOptions): EksAnywhereTarget {
    return atPlace('EksAnywhereTarget.cluster', () => new EksAnywhereTarget(cluster, options));
  }

  private readonly delivery: SecretDelivery['_choice'];

  private constructor(private readonly cluster: EksAnywhereCluster, private readonly options: EksAnywhereTargetOptions) {
    super();
    requireRepository(options.imageRepository);
    if (options.imagePullSecret !== undefined) requireObjectName('imagePullSecret', options.imagePullSecret);
    this.delivery = (options.delivery ?? SecretDelivery.externalSecrets())._choice;
    if (options.site) return;
    if (this.delivery.kind === 'pull') {
      throw new Error(
        'delivery: got pull() without a site, expected both: the command line starts from the index of the site; give '
          + 'site: handoff.addSite(...)',
      );
    }
    if (this.delivery.issuer) {
      throw new Error(
        "delivery: got an issuer without a site, expected both: the role is known only after deployment, and a site's "
          + 'files get its ARN; give site: handoff.addSite(...)',
      );
    }
  }

  /** @internal */
  public get _takesCharts(): boolean {
    return true;
  }

  /** @internal */
  public override get _showsNodeCertificate(): boolean {
    return this.options.exposure._choice.kind !== 'cluster';
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return controlPlane;
  }

  /** @internal */
  public _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string {
    return `${this.options.imageRepository}:${engine._image(scope).tag}`;
  }

  /** @internal */
  public get _configurationCaches(): CacheOffer {
    return { target: 'EKS Anywhere', volume: true, otherwise: 'pods get their configuration from the control plane' };
  }

  /** @internal */
  public _place(scope: Construct, spec: DataPlaneSpec): void {
    const { controlPlane, logs, cache, consumers, prerequisites } = spec;
    const plane = onKubernetes(spec.plane, this.options);
    if (logs) {
      throw new Error(
        'logs: a site has no role in AWS to sign requests with, expected logs with an ingest, which takes a token: set '
          + 'ingest: true on them',
      );
    }
    if (cache) {
      throw new Error(
        `cache: ${cache.node.path} lets in its own VPC only, expected a plane on EKS, ECS or an Auto Scaling group `
          + 'there: leave it out here, and give plugins a Redis or Valkey server of the site',
      );
    }
    refuseLoadBalancerCertificate('a site has none', consumers);
    this.refuseEndpoint();
    refuseStreamsOnNodePorts(this.options.exposure._choice.kind, plane);
    this.claimAddresses(scope);
    this.record(scope, consumers);
    const { site } = this.options;
    new SitePlane(scope, 'Resource', {
      plane,
      site,
      hosting: this.hosting(scope, plane),
      store: this.delivery.kind === 'external-secrets' && this.delivery.issuer ? planeStore(scope, plane, this.delivery.issuer) : [],
      services: [{ suffix: 'proxy', ports: proxyPorts(plane), reach: this.reach(plane), ...this.externalDns(consumers) }],
      addresses: this.addresses(plane),
      target: 'eks-anywhere',
      cluster: this.cluster,
      controlPlane,
      prerequisites,
    });
  }

  private hosting(scope: Construct, plane: PlaneDescription): SiteHosting {
    const { delivery, options: { site, imagePullSecret } } = this;
    if (delivery.kind === 'pull') return new SiteHosting({ imagePullSecret });
    const { issuer, secretStore, parameterStore, refreshInterval } = delivery;
    requireOneRegion(scope, plane);
    return new SiteHosting({
      imagePullSecret,
      refreshInterval,
      secrets: issuer ? { kind: 'SecretStore', name: PLANE_STORE } : { kind: 'ClusterSecretStore', name: secretStore },
      ...!site && { parameters: { path: parameterPath(scope, plane.name), store: { kind: 'ClusterSecretStore', name: parameterStore } } },
    });
  }

  /** MetalLB would announce the address of the cluster's API and make the cluster unreachable. */
  private refuseEndpoint() {
    const choice = this.options.exposure._choice;
    const endpoint = addressNumber(this.cluster.endpoint ?? '');
    if (choice.kind !== 'metal-lb' || endpoint === undefined) return;
    const { first, last } = requireIpv4Range('exposure', choice.range);
    if (endpoint < first || endpoint > last) return;
    throw new Error(
      `exposure: the range ${choice.range} holds ${this.cluster.endpoint}, the endpoint of cluster `
        + `${this.cluster.clusterName}: choose unused addresses`,
    );
  }

  /** Synthesis compares the other addresses of the site, when it knows all machines and planes. */
  private claimAddresses(scope: Construct) {
    const choice = this.options.exposure._choice;
    if (choice.kind === 'metal-lb') this.cluster._claimAddresses(`${scope.node.path}: exposure`, choice.range);
    if (choice.kind === 'node-port') claimNodePorts(scope, this.cluster, choice.nodePorts);
    if (choice.kind !== 'kube-vip') return;
    const absence = this.cluster._kubeVipAbsence();
    if (absence) {
      throw new Error(
        `exposure: kubeVip has no machine to announce ${choice.address} on cluster ${this.cluster.clusterName}, `
          + `because ${absence}: use metalLb or nodePort`,
      );
    }
    this.cluster._claimAddresses(`${scope.node.path}: exposure`, `${choice.address}-${choice.address}`);
  }

  /** kube-vip announces one address, which is known here; the others are for the site to know. */
  private record(scope: Construct, consumers: ConsumerAccess) {
    const { hostname, hostedZone } = consumers;
    const choice = this.options.exposure._choice;
    if (choice.kind !== 'kube-vip') {
      refuseRecord(
        'the address of this exposure is not known here', 'use externalDns: true, or Exposure.kubeVip(), or make the record yourself',
        consumers,
      );
    } else if (hostname !== undefined && hostedZone) {
      addressRecord(scope, 'Name', { hostname, hostedZone }, choice.address);
    }
  }

  private externalDns({ hostname, externalDns }: ConsumerAccess): Pick<PlaneService, 'externalDnsName'> {
    if (!externalDns) return {};
    requireExternalExposure(this.options.exposure._choice.kind);
    return { externalDnsName: hostname };
  }

  private addresses(plane: PlaneDescription): readonly KubernetesObject[] {
    const choice = this.options.exposure._choice;
    return choice.kind === 'metal-lb' ? metalLbObjects(plane, choice.range) : [];
  }

  private reach(plane: PlaneDescription): ServiceReach {
    const { exposure: { _choice: choice }, preserveClientAddresses: preservesClients = true } = this.options;
    switch (choice.kind) {
      case 'cluster':
        return choice;
      case 'node-port':
        return { ...choice, preservesClients };
      case 'metal-lb':
        return { kind: 'site-load-balancer', addressPool: plane.name, preservesClients };
      case 'kube-vip':
        return { kind: 'site-address', address: choice.address, preservesClients: preservesClients && this.cluster._kubeVipIsBesidePods() };
      default:
        throw new Error(
          'exposure: got a load balancer of AWS, expected nodePort, metalLb, kubeVip or clusterIp: there is no AWS network on a site',
        );
    }
  }
}
