import { Stack, Token } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { requirePercent, requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireTwoZones } from '../private/network/two-zones';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import { refuseExternalDns } from './private/consumers/refusals';
import { EcsPlane } from './private/ecs/ecs-plane';
import { requireFargateSize } from './private/ecs/fargate-sizes';
import type { CacheOffer } from './private/fallback/cache-offer';
import { readStatements } from './private/fallback/fallback-access';
import { requireCertificateFor } from './private/load-balancers/certificate-names';
import { requireLoadBalancerRegion } from './private/load-balancers/certificate-region';
import { consumerLoadBalancer, trustingLoadBalancer } from './private/load-balancers/consumer-load-balancer';
import { refusePlaneCertificate } from './private/manifests/plane-certificate-objects';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import { addToTopology } from './private/plane/plane-entry';
import { planeScope } from './private/plane/plane-scope';
import type { PlaneNetwork } from './private/plane/tunnel-reach';

/** Target groups of a service, without the two for HTTP. */
const MAX_STREAMS = 3;

/** Options of all `EcsTarget` factories. */
export interface EcsTargetOptions {
  /**
   * How consumers reach the proxy: `internalLoadBalancer` or `internetLoadBalancer`.
   *
   * @default - Exposure.internalLoadBalancer()
   */
  readonly exposure?: Exposure;

  /**
   * As `certificate: ProxyCertificate.acm()` of the data plane, which every target takes.
   *
   * @default - a Network Load Balancer passes TLS through to the nodes
   *
   * @deprecated use `certificate` of the data plane
   */
  readonly certificate?: acm.ICertificate;

  /**
   * CPU of each node, in units of 1/1024 vCPU. Fargate supports certain sizes only.
   *
   * @default 1024
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
   */
  readonly cpu?: number;

  /**
   * Memory of each node, in MiB. Fargate supports certain sizes only.
   *
   * @default 2048
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
   */
  readonly memoryMib?: number;

  /**
   * Maximum number of nodes; the plane's `replicas` are the minimum.
   *
   * @default - twice the replicas
   */
  readonly maxReplicas?: number;

  /**
   * Target CPU utilization for scaling, in percent, 10 to 90.
   *
   * @default 60
   */
  readonly cpuPercent?: number;

  /**
   * Target number of requests per minute and node, for scaling in addition to `cpuPercent`. Needs a data plane with a
   * certificate of ACM: a Network Load Balancer does not count requests.
   *
   * @default - scaling uses the CPU only
   */
  readonly requestsPerReplica?: number;

  /**
   * Whether AWS refuses to delete the load balancer. Set it to false before you delete the stack.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

interface Place {
  readonly vpc: ec2.IVpc;
  /** The plane creates a cluster where there is none. */
  readonly cluster?: ecs.ICluster;
  readonly capacityProvider?: string;
}

/**
 * A data plane runs as a service on Amazon ECS: tasks in private subnets behind a load balancer, spread over zones,
 * with a read-only root file system and an unprivileged user. A deployment that does not become ready is rolled back.
 * Certificate, key and the identity provider's secret are ECS secrets: ECS reads them from Secrets Manager when a task
 * starts, and the template contains only their ARNs.
 */
export class EcsTarget extends GatewayTarget {
  /**
   * Fargate, in a new cluster with Container Insights.
   *
   * @example
   * const target = EcsTarget.fargate(vpc, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 });
   */
  public static fargate(vpc: ec2.IVpc, options: EcsTargetOptions = {}): EcsTarget {
    return atPlace('EcsTarget.fargate', () => new EcsTarget({ vpc }, options));
  }

  /**
   * Fargate, in an existing cluster. You decide whether that has Container Insights.
   *
   * @example
   * const target = EcsTarget.fargateCluster(new ecs.Cluster(stack, 'Containers', { vpc }));
   */
  public static fargateCluster(cluster: ecs.ICluster, options: EcsTargetOptions = {}): EcsTarget {
    return atPlace('EcsTarget.fargateCluster', () => new EcsTarget({ vpc: cluster.vpc, cluster }, options));
  }

  /**
   * EC2 instances of an existing cluster.
   *
   * @param capacityProvider name of the capacity provider of the cluster that has linux/amd64 instances
   *
   * @example
   * const target = EcsTarget.ec2Cluster(ecsCluster, 'gateways');
   */
  public static ec2Cluster(cluster: ecs.ICluster, capacityProvider: string, options: EcsTargetOptions = {}): EcsTarget {
    return atPlace('EcsTarget.ec2Cluster', () => {
      if (!Token.isUnresolved(capacityProvider) && (capacityProvider === '' || /^(FARGATE|aws|ecs|fargate)/.test(capacityProvider))) {
        throw new Error(
          `capacityProvider: got ${JSON.stringify(capacityProvider)}, expected the name of one with EC2 instances: use `
            + 'EcsTarget.fargateCluster for Fargate',
        );
      }
      return new EcsTarget({ vpc: cluster.vpc, cluster, capacityProvider }, options);
    });
  }

  private constructor(private readonly place: Place, private readonly options: EcsTargetOptions) {
    super();
    const { cpu = 1024, memoryMib = 2048, cpuPercent = 60, requestsPerReplica } = options;
    requireTwoZones('vpc', place.vpc);
    requirePercent('cpuPercent', cpuPercent);
    requireWhole('cpu', cpu, { min: 128 });
    requireWhole('memoryMib', memoryMib, { min: 256 });
    if (!place.capacityProvider) requireFargateSize(cpu, memoryMib);
    if (requestsPerReplica !== undefined) requireWhole('requestsPerReplica', requestsPerReplica, { min: 1 });
  }

  /** @internal */
  public override get _showsNodeCertificate(): boolean {
    return !this.options.certificate;
  }

  /** @internal */
  public get _network(): PlaneNetwork {
    return { kind: 'vpc', vpc: this.place.vpc };
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return planeScope(controlPlane, this.place.cluster ?? this.place.vpc);
  }

  /** @internal */
  public _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string {
    return engine._image(scope).uri;
  }

  /** @internal */
  public get _configurationCaches(): CacheOffer {
    return { target: 'ECS', volume: false, fallback: 'role', otherwise: 'tasks get their configuration from the control plane' };
  }

  /** @internal */
  public _place(scope: Construct, given: DataPlaneSpec): void {
    const { exposure = Exposure.internalLoadBalancer(), cpu = 1024, memoryMib = 2048, cpuPercent = 60, requestsPerReplica } = this.options;
    const { vpc } = this.place;
    const consumers = { ...given.consumers, certificate: this.certificate(scope, given) };
    const spec = trustingLoadBalancer(given, consumers.certificate, vpc);
    const { plane } = spec;
    refusePlaneCertificate('ECS', plane);
    refuseExternalDns('ECS', 'use hostedZone, which makes an alias of the load balancer', consumers);
    if (requestsPerReplica !== undefined && !consumers.certificate) {
      throw new Error(
        'requestsPerReplica: a Network Load Balancer does not count requests, expected a certificate as well: add '
          + 'certificate: ProxyCertificate.acm() to the data plane for an Application Load Balancer, or scale by cpuPercent',
      );
    }
    if ((plane.streams ?? []).length > MAX_STREAMS) {
      throw new Error(
        `streamPorts: got ${plane.streams!.length}, expected at most ${MAX_STREAMS} on ECS, whose services have five target groups: `
          + 'leave some out',
      );
    }
    const maxReplicas = this.options.maxReplicas ?? plane.replicas * 2;
    requireWhole('maxReplicas', maxReplicas, { min: plane.replicas, floor: 'the replicas of the plane' });
    const cluster =
      this.place.cluster ?? new ecs.Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
    const loadBalancer = consumerLoadBalancer(scope, {
      vpc,
      plane: plane.name,
      sourceCidrs: exposure._cloudSources('ECS'),
      deletionProtection: this.options.deletionProtection ?? true,
      ...plane.streams && { streams: plane.streams },
      consumers,
    });
    const resource = new EcsPlane(scope, 'Resource', {
      spec,
      cluster,
      capacityProvider: this.place.capacityProvider,
      cpu,
      memoryMib,
      loadBalancer,
      scaling: { maxReplicas, cpuPercent, requestsPerReplica },
    });
    if (spec.fallback) readStatements(spec.fallback, scope).forEach((statement) => resource.taskRole.addToPrincipalPolicy(statement));
    spec.logs?._grantWrite(scope, resource.taskRole, resource.securityGroup, vpc);
    spec.cache?._admit(scope, resource.securityGroup, vpc);
    addToTopology(scope, { target: 'ecs', plane: spec.plane, controlPlane: spec.controlPlane, region: Stack.of(scope).region });
  }

  private certificate(scope: Construct, { consumers }: DataPlaneSpec): acm.ICertificate | undefined {
    const { certificate } = this.options;
    if (!certificate) return consumers.certificate;
    if (consumers.hasCertificate) {
      throw new Error('certificate: got one for the data plane and one for its target, expected one: remove that of EcsTarget');
    }
    requireLoadBalancerRegion('certificate', certificate, scope);
    requireCertificateFor('certificate', certificate, consumers.hostname);
    return certificate;
  }
}
