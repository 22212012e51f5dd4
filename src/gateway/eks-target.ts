import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { Construct, IDependable } from 'constructs';
import type { CloudCluster } from '../eks/cloud-cluster';
import type { HybridNodes } from '../eks/hybrid-nodes';
import { KubectlAccess, requireParts, watchNodes, vpcOf } from '../eks/private/existing-cluster';
import type { ClusterNeeds } from '../eks/private/existing-cluster';
import { askOwner } from '../eks/private/stated-cluster';
import { shown, atPlace } from '../private/input/place';
import { networkLoadBalancerRecord } from '../private/network/host-record';
import { requirePublicSubnets } from '../private/network/public-subnets';
import type { EksTargetOptions, ExistingEksTargetOptions, HybridNodesTargetOptions } from './eks-target-options';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import { EksPlane } from './private/clusters/eks-plane';
import { onKubernetes } from './private/clusters/kubernetes-plane';
import { claimNodePorts } from './private/clusters/node-ports';
import type { ConsumerAccess } from './private/consumers/consumer-access';
import {
  refuseLoadBalancerCertificate, refuseRecord, refuseStreamsOnNodePorts, requireExternalExposure,
} from './private/consumers/refusals';
import type { CacheOffer } from './private/fallback/cache-offer';
import { readStatements } from './private/fallback/fallback-access';
import { targetBinding } from './private/load-balancers/target-binding';
import type { TargetBinding } from './private/load-balancers/target-binding';
import { proxyPorts } from './private/manifests/services';
import type { NetworkLoadBalancerReach, ServiceReach } from './private/manifests/services';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import { planeScope } from './private/plane/plane-scope';
import type { PlaneNetwork } from './private/plane/tunnel-reach';

const AUTO_MODE_LOAD_BALANCERS = 'eks.amazonaws.com/nlb';

/** A domain and a name, as Kubernetes expects. */
const CLASS = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;

/** Node labels for pods, where a cluster has several kinds of nodes. */
const ON_HYBRID_NODES = { 'eks.amazonaws.com/compute-type': 'hybrid' };

interface NodesOfTarget {
  /** Absent without load balancers. */
  readonly loadBalancerClass?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Whether `CloudCluster` has checked the network already. */
  readonly isOurs?: boolean;
  /** Of the nodes, in addition to the cluster's. */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
  /** Whether NetworkPolicy objects take effect, as the owner of the cluster states. */
  readonly enforcesPolicies?: boolean;
}

/** A plane runs on an Amazon EKS cluster. */
export class EksTarget extends GatewayTarget {
  /**
   * A `CloudCluster`, which has everything that a plane needs.
   *
   * @example
   * const target = EksTarget.cluster(cluster, { exposure: Exposure.internalLoadBalancer() });
   */
  public static cluster(cluster: CloudCluster, options: EksTargetOptions = {}): EksTarget {
    return new EksTarget(cluster.cluster, cluster._ready, options, { loadBalancerClass: cluster._loadBalancerClass, isOurs: true });
  }

  /**
   * Any other cluster, imported or created with CDK. Prerequisites: a kubectl provider or a `kubectlLayer` here,
   * the add-on `aws-secrets-store-csi-driver-provider`, the Pod Identity agent (part of Auto Mode), and a controller
   * for Network Load Balancers. An import must name what planes need: always `vpc`, and `clusterSecurityGroupId` for
   * control planes and for data planes with `logs` or `cache`.
   *
   * @throws Error when `kubectlLayer` does not match the import. A plane that needs anything else that an import lacks
   * throws as well.
   *
   * @example
   * const target = EksTarget.existingCluster(existingCluster, { kubectlLayer: new KubectlV35Layer(stack, 'Kubectl') });
   */
  public static existingCluster(cluster: eks.ICluster, options: ExistingEksTargetOptions = {}): EksTarget {
    const loadBalancerClass = options.loadBalancerClass ?? AUTO_MODE_LOAD_BALANCERS;
    if (!CLASS.test(loadBalancerClass)) {
      throw new Error(
        `EksTarget.existingCluster: loadBalancerClass: got ${shown(loadBalancerClass)}, expected a domain and a name, `
          + 'such as service.k8s.aws/nlb',
      );
    }
    requireStatements(options);
    const nodes = {
      loadBalancerClass, securityGroups: options.nodeSecurityGroups, enforcesPolicies: options.networkPoliciesEnforced === true,
    };
    askOwner(cluster as unknown as Construct, options);
    if (!options.kubectlLayer) return new EksTarget(cluster, [], options, nodes);
    const { kubectlLayer } = options;
    const access = atPlace('EksTarget.existingCluster', () => KubectlAccess.to(cluster, kubectlLayer));
    return new EksTarget(access.cluster, access.ready, options, nodes);
  }

  /**
   * Machines outside AWS that are nodes of a `CloudCluster`, and no other nodes. For data planes only. The machines
   * pull images, and the plane reads secrets, with their own IAM roles.
   *
   * @example
   * const target = EksTarget.hybridNodes(plant, { exposure: Exposure.nodePort({ http: 30080 }) });
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

  private constructor(
    cluster: eks.ICluster,
    ready: readonly IDependable[],
    options: EksTargetOptions,
    private readonly nodes: NodesOfTarget,
  ) {
    super();
    this._cluster = cluster;
    this._ready = ready;
    this._options = options;
  }

  /**
   * Throws for a cluster that lacks what a plane needs.
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
   * Checks that a load balancer on the internet finds public subnets.
   *
   * @throws Error that names the property
   * @internal
   */
  public _requirePublic(plane: Construct, property: string): void {
    const vpc = vpcOf(this._cluster);
    if (vpc) requirePublicSubnets(plane, property, vpc, false);
  }

  /**
   * Security groups that the pods have: that of the cluster and those of its nodes.
   *
   * @internal
   */
  public get _pods(): ec2.IConnectable {
    const { clusterSecurityGroup } = this._cluster;
    const { securityGroups = [] } = this.nodes;
    if (securityGroups.length === 0) return clusterSecurityGroup;
    return new ec2.Connections({ securityGroups: [clusterSecurityGroup, ...securityGroups] });
  }

  /**
   * Whether the Admin API may listen where other pods reach it: NetworkPolicy objects say which may.
   *
   * @internal
   */
  public get _enforcesPolicies(): boolean {
    return this.nodes.isOurs === true || this.nodes.enforcesPolicies === true;
  }

  /**
   * Services of the tunnel, behind Network Load Balancers.
   *
   * @internal
   */
  public _tunnelLoadBalancer(sourceCidrs?: readonly string[]): NetworkLoadBalancerReach {
    // Pods of data planes on the same machine connect through it.
    return this.loadBalancer(sourceCidrs, false);
  }

  private loadBalancer(sourceCidrs: readonly string[] | undefined, preservesClients: boolean): NetworkLoadBalancerReach {
    if (this.nodes.loadBalancerClass === undefined) {
      throw new Error(
        'target: got hybridNodes, which have no load balancers of AWS, expected a cluster: use EksTarget.cluster() for a control plane',
      );
    }
    return { kind: 'network-load-balancer', loadBalancerClass: this.nodes.loadBalancerClass, sourceCidrs, preservesClients };
  }

  /**
   * The object that makes the cluster's controller fill the target group of a load balancer that CloudFormation
   * creates.
   *
   * @throws Error when there is no such controller
   * @internal
   */
  public get _targetBinding(): TargetBinding {
    if (this.nodes.loadBalancerClass === undefined) {
      throw new Error(
        'target: got hybridNodes, which load balancers of AWS do not reach, expected a cluster: use '
          + 'EksTarget.cluster(), or AdminExposure.clusterIp()',
      );
    }
    return targetBinding(this.nodes.loadBalancerClass);
  }

  /**
   * Hybrid nodes are on a site that is connected with the VPC of their cluster.
   *
   * @internal
   */
  public get _network(): PlaneNetwork {
    const vpc = vpcOf(this._cluster);
    return vpc && this.nodes.loadBalancerClass !== undefined ? { kind: 'vpc', vpc } : { kind: 'unknown' };
  }

  /** @internal */
  public get _takesCharts(): boolean {
    return true;
  }

  /** @internal */
  public override get _showsNodeCertificate(): boolean {
    return this._options.exposure?._choice.kind !== 'cluster';
  }

  /**
   * Manifests are applied from a stack in the region of the cluster, where its functions are.
   *
   * @internal
   */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return planeScope(controlPlane, this._cluster);
  }

  /** @internal */
  public _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string {
    return engine._image(scope).uri;
  }

  /** @internal */
  public get _configurationCaches(): CacheOffer {
    return { target: 'EKS', volume: true, fallback: 'role', otherwise: 'pods get their configuration from the control plane' };
  }

  /** @internal */
  public _place(scope: Construct, spec: DataPlaneSpec): void {
    const { logs, cache, consumers } = spec;
    const reach = this.proxyReach(consumers);
    if (reach.kind === 'network-load-balancer' && reach.sourceCidrs) this._requirePublic(scope, 'exposure');
    refuseStreamsOnNodePorts(reach.kind, spec.plane);
    if (reach.kind === 'node-port') claimNodePorts(scope, this._cluster, reach.nodePorts);
    this._require(
      scope,
      logs || cache ? { vpc: 'logs and cache are reached in it', clusterSecurityGroup: 'logs and cache let it in' } : {},
    );
    const plane = {
      ...onKubernetes(spec.plane, this._options),
      ...(this.nodes.nodeSelector && { nodeSelector: this.nodes.nodeSelector }),
    };
    const resource = new EksPlane(scope, 'Resource', {
      cluster: this._cluster,
      plane,
      services: [{ suffix: 'proxy', ports: proxyPorts(plane), reach, ...consumers.externalDns && { externalDnsName: consumers.hostname } }],
      ready: this._ready,
      prerequisites: spec.prerequisites,
      controlPlane: spec.controlPlane,
    });
    if (spec.fallback) readStatements(spec.fallback, scope).forEach((statement) => resource.role.addToPolicy(statement));
    logs?._grantWrite(scope, resource.role, this._pods, this._cluster.vpc);
    cache?._admit(scope, this._pods, this._cluster.vpc);
    const { hostname, hostedZone } = consumers;
    if (hostname !== undefined && hostedZone) networkLoadBalancerRecord(scope, 'Name', { hostname, hostedZone }, resource.proxyHost!());
  }

  private proxyReach(consumers: ConsumerAccess): ServiceReach {
    const choice = (this._options.exposure ?? Exposure.internalLoadBalancer())._choice;
    const { preserveClientAddresses: preservesClients = true } = this._options;
    if (consumers.externalDns) requireExternalExposure(choice.kind);
    if (choice.kind === 'network-load-balancer' && this.nodes.loadBalancerClass !== undefined) {
      const { certificate } = consumers;
      return {
        ...this.loadBalancer(choice.sourceCidrs, preservesClients),
        ...certificate && { certificateArn: certificate.certificateArn },
      };
    }
    const place = `${choice.kind === 'cluster' ? 'Exposure.clusterIp()' : 'this exposure'} has none`;
    refuseLoadBalancerCertificate(place, consumers);
    refuseRecord(place.replace('none', 'no load balancer'), 'make the record yourself', consumers);
    if (choice.kind === 'cluster') return choice;
    if (choice.kind === 'node-port' && this.nodes.loadBalancerClass === undefined) return { ...choice, preservesClients };
    const offered = this.nodes.loadBalancerClass
      ? 'clusterIp, internalLoadBalancer or internetLoadBalancer, which EKS has'
      : 'clusterIp or nodePort, which hybrid nodes have';
    throw new Error(`exposure: got ${choice.kind}, expected ${offered}`);
  }
}

function requireStatements({ ipFamily, nodeSecurityGroups }: ExistingEksTargetOptions) {
  if (ipFamily !== undefined && String(ipFamily) !== 'ipv4') {
    throw new Error(
      `EksTarget.existingCluster: ipFamily: got ${shown(ipFamily)}, expected ipv4: planes listen on IPv4 addresses, which pods of an `
        + 'IPv6 cluster do not have: use a cluster with IPv4',
    );
  }
  if (nodeSecurityGroups?.some((group) => group?.securityGroupId === undefined)) {
    throw new Error(
      `EksTarget.existingCluster: nodeSecurityGroups: got ${nodeSecurityGroups.length} of which one has no id, expected security groups: `
        + 'use SecurityGroup.fromSecurityGroupId()',
    );
  }
}
