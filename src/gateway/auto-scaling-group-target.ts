import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { requirePercent, requireWhole } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireTwoZones } from '../private/network/two-zones';
import { Exposure } from './exposure';
import { GatewayTarget } from './gateway-target';
import { ProxyLoadBalancer } from './private/load-balancers/proxy-load-balancer';
import { InstancePlane } from './private/machines/instance-plane';
import { refuseLeaf } from './private/manifests/leaf-objects';
import type { DataPlanePlacement, PlacedDataPlane } from './private/plane/placement';
import { describeCloudPlane } from './private/plane/plane-entry';
import { planeScope } from './private/plane/plane-scope';

/** Options of `AutoScalingGroupTarget.vpc()`. */
export interface AutoScalingGroupTargetOptions {
  /**
   * How consumers reach the proxy: `internalLoadBalancer` or `internetLoadBalancer`, each a Network Load Balancer.
   *
   * @default - Exposure.internalLoadBalancer()
   */
  readonly exposure?: Exposure;

  /**
   * Type of the instances, with an x86 processor, which the image is built for.
   *
   * @default - c6i.large
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Image of the machines: Amazon Linux 2023, or one that is made from it.
   *
   * @default - the newest Amazon Linux 2023 at the time of the deployment; a newer one replaces the instances one by one
   */
  readonly machineImage?: ec2.IMachineImage;

  /**
   * How many instances at most. The plane's `replicas` are the least; one more is needed, because updates start the new instance before they end the old one.
   *
   * @default - twice the replicas
   */
  readonly maxReplicas?: number;

  /**
   * Average use of the processors that scaling aims at, in percent, 10 to 90.
   *
   * @default 60
   */
  readonly cpuPercent?: number;

  /**
   * Whether AWS refuses to delete the load balancer until this is taken back.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/**
 * A data plane runs on Amazon EC2 instances of an Auto Scaling group, one node on each, in private subnets behind a Network Load Balancer.
 *
 * A systemd unit runs the same image as everywhere else, from the account's registry, with Docker from the repositories of Amazon Linux; nothing comes from Docker Hub. Certificate and key are fetched
 * from Secrets Manager whenever the unit starts, into memory, for the gateway's user only. Updates replace one instance after the other, each when its node is ready. IMDSv2 with one
 * hop, encrypted disks, no key pairs: access is by Session Manager.
 */
export class AutoScalingGroupTarget extends GatewayTarget {
  /** @param vpc needs private subnets with a way to the internet in at least two availability zones */
  public static vpc(vpc: ec2.IVpc, options: AutoScalingGroupTargetOptions = {}): AutoScalingGroupTarget {
    return within('AutoScalingGroupTarget.vpc', () => new AutoScalingGroupTarget(vpc, options));
  }

  private constructor(private readonly network: ec2.IVpc, private readonly options: AutoScalingGroupTargetOptions) {
    super();
    const { cpuPercent = 60, instanceType } = options;
    requireTwoZones('vpc', network);
    requirePercent('cpuPercent', cpuPercent);
    if (instanceType?.architecture === ec2.InstanceArchitecture.ARM_64) {
      throw new Error(`instanceType: got ${instanceType}, which has an Arm processor, expected an x86 one such as c6i.large, because the image is built for linux/amd64`);
    }
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return planeScope(controlPlane, this.network);
  }

  /** @internal */
  public _image(scope: Construct, placement: DataPlanePlacement): string {
    return placement.engine._image(scope).uri;
  }

  /** @internal */
  public _place(scope: Construct, placed: PlacedDataPlane): void {
    const { exposure = Exposure.internalLoadBalancer(), cpuPercent = 60, deletionProtection = true } = this.options;
    const { plane, logs } = placed;
    refuseLeaf('an Auto Scaling group', plane);
    if (logs) throw new Error('logs: the nodes cannot reach the role of their instance, expected logs with an ingest, which takes a token: set ingest: true on them');
    const maxReplicas = this.options.maxReplicas ?? plane.replicas * 2;
    requireWhole('maxReplicas', maxReplicas, { least: plane.replicas + 1, floor: 'one more than the replicas of the plane' });
    const sourceCidrs = exposure._cloudSources('an Auto Scaling group');
    const loadBalancer = new ProxyLoadBalancer(scope, 'LoadBalancer', { vpc: this.network, plane: plane.name, sourceCidrs, deletionProtection });
    new InstancePlane(scope, 'Resource', {
      placed,
      vpc: this.network,
      instanceType: this.options.instanceType ?? ec2.InstanceType.of(ec2.InstanceClass.C6I, ec2.InstanceSize.LARGE),
      machineImage: this.options.machineImage ?? ec2.MachineImage.latestAmazonLinux2023(),
      maxReplicas,
      cpuPercent,
      loadBalancer,
    });
    describeCloudPlane(scope, 'auto-scaling-group', placed);
  }
}
