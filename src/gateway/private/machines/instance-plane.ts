import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { wayOut } from '../../../private/network/way-out';
import { secretReadStatements } from '../../../private/secrets/access';
import { readStatements } from '../fallback/fallback-access';
import { admitLoadBalancer } from '../load-balancers/proxy-load-balancer';
import type { ProxyLoadBalancer } from '../load-balancers/proxy-load-balancer';
import type { TlsLoadBalancer } from '../load-balancers/tls-load-balancer';
import type { DataPlaneSpec } from '../plane/data-plane-spec';
import { BALANCED_SECONDS, startCommands, startFiles } from './instance-start';

interface InstancePlaneProps {
  readonly spec: DataPlaneSpec;
  readonly vpc: ec2.IVpc;
  readonly instanceType: ec2.InstanceType;
  readonly machineImage: ec2.IMachineImage;
  readonly maxReplicas: number;
  readonly cpuPercent: number;
  readonly loadBalancer: ProxyLoadBalancer | TlsLoadBalancer;
}

const { ScalingProcess } = autoscaling;

/** For starting the machine, Docker's package, the secrets and the image. */
const INSTALL_MINUTES = 10;

/** While CloudFormation replaces instances, scaling processes start and end none. */
const SUSPENDED = [
  ScalingProcess.HEALTH_CHECK,
  ScalingProcess.REPLACE_UNHEALTHY,
  ScalingProcess.AZ_REBALANCE,
  ScalingProcess.ALARM_NOTIFICATION,
  ScalingProcess.SCHEDULED_ACTIONS,
];

/** A data plane as instances of an Auto Scaling group: launch template, role, log, rolling updates. */
export class InstancePlane extends Construct {
  constructor(scope: Construct, id: string, private readonly props: InstancePlaneProps) {
    super(scope, id);
    const { spec, loadBalancer } = props;
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    const role = this.role(logGroup);
    const userData = ec2.UserData.forLinux();
    const group = this.group(this.launchTemplate(role, userData));
    const targetGroups = loadBalancer.forward(() => group);
    const commands = startCommands(startFiles(this, spec.plane, logGroup.logGroupName, spec.fallback), {
      readySeconds: 60 * spec.firstConfigurationMinutes,
      region: Stack.of(this).region,
      targetGroups: [targetGroups].flat().map(({ targetGroupArn }) => targetGroupArn),
    });
    requireRoom(commands);
    userData.addCommands(...commands);
    userData.addSignalOnExitCommand(group);
    // With the listeners: a target group without one calls no instance healthy.
    group.node.addDependency(role, loadBalancer, ...wayOut(props.vpc), ...spec.prerequisites);
    group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: props.cpuPercent, estimatedInstanceWarmup: Duration.minutes(2) });
  }

  private role(logGroup: logs.LogGroup): iam.Role {
    const { plane, engine, fallback } = this.props.spec;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: `Instances of the gateway plane ${plane.name}`,
    });
    plane.secrets.flatMap((mount) => secretReadStatements('VPC', mount, this)).forEach((statement) => role.addToPolicy(statement));
    engine._image(this).repository?.grantPull(role);
    if (fallback) readStatements(fallback, this).forEach((statement) => role.addToPolicy(statement));
    logGroup.grantWrite(role);
    role.addToPolicy(sessionManager());
    // AWS knows no resources for it.
    role.addToPolicy(new iam.PolicyStatement({ actions: ['elasticloadbalancing:DescribeTargetHealth'], resources: ['*'] }));
    return role;
  }

  private launchTemplate(role: iam.Role, userData: ec2.UserData): ec2.LaunchTemplate {
    const { spec: { plane, cache }, vpc, instanceType, machineImage, loadBalancer } = this.props;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Nodes of the gateway plane ${plane.name}`,
      allowAllOutbound: true,
    });
    admitLoadBalancer(securityGroup, loadBalancer);
    cache?._admit(this, securityGroup, vpc);
    return new ec2.LaunchTemplate(this, 'LaunchTemplate', {
      machineImage,
      instanceType,
      role,
      securityGroup,
      userData,
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: ec2.BlockDeviceVolume.ebs(16, { encrypted: true, volumeType: ec2.EbsDeviceVolumeType.GP3, deleteOnTermination: true }),
        },
      ],
    });
  }

  private group(launchTemplate: ec2.LaunchTemplate): autoscaling.AutoScalingGroup {
    const { spec: { plane, firstConfigurationMinutes }, vpc, maxReplicas } = this.props;
    const timeout = Duration.minutes(INSTALL_MINUTES + firstConfigurationMinutes + Math.ceil(BALANCED_SECONDS / 60));
    return new autoscaling.AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      launchTemplate,
      minCapacity: plane.replicas,
      maxCapacity: maxReplicas,
      healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
        additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
        // Not before the signal: the group would replace the instance that still waits for its first configuration.
        gracePeriod: timeout.plus(Duration.minutes(1)),
      }),
      // An instance signals when its node is ready; without the signal the deployment goes back.
      signals: autoscaling.Signals.waitForMinCapacity({ timeout }),
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({
        minInstancesInService: plane.replicas,
        maxBatchSize: 1,
        suspendProcesses: SUSPENDED,
      }),
      groupMetrics: [autoscaling.GroupMetrics.all()],
      cooldown: Duration.minutes(5),
      // Whatever replaces an instance starts the new one first, and counts it when it serves.
      minHealthyPercentage: 100,
      maxHealthyPercentage: 200,
      defaultInstanceWarmup: Duration.minutes(5),
    });
  }
}

/** EC2 takes 16 KiB of user data. The rest is for what expressions become, and for the signal. */
const MAX_USER_DATA = 15_000;

/** @throws Error that names the properties that make the script long */
function requireRoom(commands: readonly string[]) {
  const bytes = Buffer.byteLength(commands.join('\n'));
  if (bytes <= MAX_USER_DATA) return;
  throw new Error(
    `secrets: the script that starts an instance has ${bytes} bytes with them, expected at most ${MAX_USER_DATA}, because EC2 takes `
      + '16 KiB: keep several secrets in one JSON document, whose fields references name, or leave out some of `secrets`, `settings` '
      + 'and `labels`',
  );
}

/**
 * What the SSM agent needs for sessions: part of the managed policy AmazonSSMManagedInstanceCore. AWS knows no
 * resources for these actions.
 */
function sessionManager(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [
      'ssm:UpdateInstanceInformation',
      ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((action) => `ssmmessages:${action}`),
    ],
    resources: ['*'],
  });
}
