import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { requirePercent, requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireTwoZones } from '../private/network/two-zones';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import { refuseExternalDns } from './private/consumers/refusals';
import type { CacheOffer } from './private/fallback/cache-offer';
import { consumerLoadBalancer, trustingLoadBalancer } from './private/load-balancers/consumer-load-balancer';
import { InstancePlane } from './private/machines/instance-plane';
import { refusePlaneCertificate } from './private/manifests/plane-certificate-objects';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import { addToTopology } from './private/plane/plane-entry';
import { planeScope } from './private/plane/plane-scope';
import type { PlaneNetwork } from './private/plane/tunnel-reach';

/** Options of `AutoScalingGroupTarget.vpc()`. */
export interface AutoScalingGroupTargetOptions {
  /**
   * How consumers reach the proxy: `internalLoadBalancer` or `internetLoadBalancer`. A Network Load Balancer; with a
   * certificate of ACM on the data plane an Application Load Balancer.
   *
   * @default - Exposure.internalLoadBalancer()
   */
  readonly exposure?: Exposure;

  /**
   * Instance type with an x86 processor; the image is built for linux/amd64.
   *
   * @default - c6i.large
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Machine image: Amazon Linux 2023, or an image built from it.
   *
   * @default - the newest Amazon Linux 2023 at the time of the deployment; a newer one replaces the instances one by
   * one
   */
  readonly machineImage?: ec2.IMachineImage;

  /**
   * Maximum number of instances, at least one more than the plane's `replicas`, which are the minimum: an update
   * starts the new instance before it ends the old one.
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
   * Whether AWS refuses to delete the load balancer. Set it to false before you delete the stack.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/**
 * A data plane runs on Amazon EC2 instances of an Auto Scaling group, one node on each, in private subnets behind a
 * load balancer.
 *
 * A systemd unit runs the same image as everywhere else, from the account's registry, with Docker from the repositories
 * of Amazon Linux; nothing comes from Docker Hub. At every start the unit fetches certificate and key from Secrets
 * Manager into memory; only the gateway's user can read them. An update replaces one instance at a time and continues
 * when the new node is ready. IMDSv2 with one hop, encrypted disks, no key pairs: access is by Session Manager.
 */
export class AutoScalingGroupTarget extends GatewayTarget {
  /**
   * @param vpc with private subnets that have a route to the internet, in at least two availability zones
   *
   * @example
   * const target = AutoScalingGroupTarget.vpc(vpc);
   */
  public static vpc(vpc: ec2.IVpc, options: AutoScalingGroupTargetOptions = {}): AutoScalingGroupTarget {
    return atPlace('AutoScalingGroupTarget.vpc', () => new AutoScalingGroupTarget(vpc, options));
  }

  private constructor(private readonly network: ec2.IVpc, private readonly options: AutoScalingGroupTargetOptions) {
    super();
    const { cpuPercent = 60, instanceType } = options;
    requireTwoZones('vpc', network);
    requirePercent('cpuPercent', cpuPercent);
    if (instanceType?.architecture === ec2.InstanceArchitecture.ARM_64) {
      throw new Error(
        `instanceType: got ${instanceType}, which has an Arm processor, expected an x86 one such as c6i.large, because `
          + 'the image is built for linux/amd64',
      );
    }
  }

  /** @internal */
  public get _network(): PlaneNetwork {
    return { kind: 'vpc', vpc: this.network };
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return planeScope(controlPlane, this.network);
  }

  /** @internal */
  public _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string {
    return engine._image(scope).uri;
  }

  /** @internal */
  public get _configurationCaches(): CacheOffer {
    return {
      target: 'an Auto Scaling group', volume: false, fallback: 'machine', otherwise: 'an instance keeps its configuration on its own disk',
    };
  }

  /** @internal */
  public _place(scope: Construct, given: DataPlaneSpec): void {
    const { exposure = Exposure.internalLoadBalancer(), cpuPercent = 60, deletionProtection = true } = this.options;
    const { consumers } = given;
    const spec = trustingLoadBalancer(given, consumers.certificate, this.network);
    const { plane, logs } = spec;
    refusePlaneCertificate('an Auto Scaling group', plane);
    refuseExternalDns('an Auto Scaling group', 'use hostedZone, which makes an alias of the load balancer', consumers);
    if (logs) {
      throw new Error(
        'logs: the nodes cannot reach the role of their instance, expected logs with an ingest, which takes a token: '
          + 'set ingest: true on them',
      );
    }
    const maxReplicas = this.options.maxReplicas ?? plane.replicas * 2;
    requireWhole('maxReplicas', maxReplicas, { min: plane.replicas + 1, floor: 'one more than the replicas of the plane' });
    const sourceCidrs = exposure._cloudSources('an Auto Scaling group');
    const loadBalancer = consumerLoadBalancer(scope, {
      vpc: this.network,
      plane: plane.name,
      sourceCidrs,
      deletionProtection,
      ...plane.streams && { streams: plane.streams },
      consumers,
    });
    new InstancePlane(scope, 'Resource', {
      spec,
      vpc: this.network,
      instanceType: this.options.instanceType ?? ec2.InstanceType.of(ec2.InstanceClass.C6I, ec2.InstanceSize.LARGE),
      machineImage: this.options.machineImage ?? ec2.MachineImage.latestAmazonLinux2023(),
      maxReplicas,
      cpuPercent,
      loadBalancer,
    });
    addToTopology(scope, { target: 'auto-scaling-group', plane, controlPlane: spec.controlPlane, region: Stack.of(scope).region });
  }
}
