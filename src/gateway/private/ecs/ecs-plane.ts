import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PATHS, PORTS, RUN_AS, STATUS_PATHS } from '../../../private/contract';
import { wayOut } from '../../../private/network/way-out';
import type { SecretMount } from '../../../private/secrets/mount';
import { requireSameAccount } from '../../../private/secrets/same-account';
import { refuseSecret } from '../../../private/secrets/secret-text';
import { STOP_SECONDS } from '../load-balancers/network-targets';
import { admitLoadBalancer } from '../load-balancers/proxy-load-balancer';
import type { ProxyLoadBalancer } from '../load-balancers/proxy-load-balancer';
import { TlsLoadBalancer } from '../load-balancers/tls-load-balancer';
import type { DataPlaneSpec } from '../plane/data-plane-spec';
import type { StreamAddress } from '../plane/plane';
import { splitEnvironment } from '../plane/secret-environment';
import { TaskRenewal } from './task-renewal';

interface EcsPlaneProps {
  readonly spec: DataPlaneSpec;
  readonly cluster: ecs.ICluster;
  /** Capacity provider of EC2 instances; Fargate without it. */
  readonly capacityProvider?: string;
  readonly cpu: number;
  readonly memoryMib: number;
  readonly loadBalancer: ProxyLoadBalancer | TlsLoadBalancer;
  readonly scaling: EcsScaling;
}

interface EcsScaling {
  readonly maxReplicas: number;
  readonly cpuPercent: number;
  /** Requests a minute; needs a load balancer that counts them. */
  readonly requestsPerReplica?: number;
}

const PROTOCOLS: Readonly<Record<StreamAddress['transport'], ecs.Protocol>> = { TCP: ecs.Protocol.TCP, UDP: ecs.Protocol.UDP };

const CONTAINER = 'gateway';
const PREFIX_VOLUME = 'prefix';

/** A data plane as a service on ECS: task definition, roles, log, load balancing, scaling. */
export class EcsPlane extends Construct {
  readonly taskRole: iam.IRole;
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, private readonly props: EcsPlaneProps) {
    super(scope, id);
    const { cluster, spec: { plane, prerequisites }, loadBalancer } = props;
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: `Nodes of the gateway plane ${plane.name}`,
      allowAllOutbound: true,
    });
    admitLoadBalancer(this.securityGroup, loadBalancer);
    const task = this.taskDefinition();
    this.taskRole = task.taskRole;
    const service = this.service(task);
    // ECS pulls the image and reads secrets with the execution role: its policy comes before the first task.
    service.node.addDependency(task.obtainExecutionRole(), ...wayOut(cluster.vpc), ...prerequisites);
    if (plane.rereadDays !== undefined) new TaskRenewal(this, 'Renewal', { cluster, service, days: plane.rereadDays });
    this.balance(service);
  }

  private taskDefinition(): ecs.TaskDefinition {
    const { spec: { plane, engine }, capacityProvider, cpu, memoryMib } = this.props;
    const task = new ecs.TaskDefinition(this, 'Task', {
      compatibility: capacityProvider ? ecs.Compatibility.EC2 : ecs.Compatibility.FARGATE,
      networkMode: ecs.NetworkMode.AWS_VPC,
      cpu: String(cpu),
      memoryMiB: String(memoryMib),
      // Instances say themselves what they are.
      ...(!capacityProvider && {
        runtimePlatform: { operatingSystemFamily: ecs.OperatingSystemFamily.LINUX, cpuArchitecture: ecs.CpuArchitecture.X86_64 },
      }),
      // The image declares the folder as a volume: ECS gives it the owner that it has there.
      volumes: [{ name: PREFIX_VOLUME }],
    });
    engine._image(this).repository?.grantPull(task.obtainExecutionRole());
    [task.taskRole, task.obtainExecutionRole()].forEach((role) => trustOnlyThisAccount(role));
    const container = task.addContainer(CONTAINER, {
      image: ecs.ContainerImage.fromRegistry(plane.image),
      // Everything that the task has: the gateway is its only container.
      memoryLimitMiB: memoryMib,
      ...this.environment(),
      portMappings: [
        ...[PORTS.proxy, PORTS.proxyTls, PORTS.status].map((containerPort) => ({ containerPort })),
        ...(plane.streams ?? []).map(({ port, transport }) => ({ containerPort: port, protocol: PROTOCOLS[transport] })),
      ],
      user: `${RUN_AS.user}:${RUN_AS.group}`,
      readonlyRootFilesystem: true,
      privileged: false,
      linuxParameters: this.linuxParameters(),
      healthCheck: HEALTH_CHECK,
      // ECS asks a task to stop when its deregistration is over; a task ends by itself long before.
      stopTimeout: Duration.seconds(STOP_SECONDS),
      logging: this.logging(),
      ulimits: [{ name: ecs.UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 }],
    });
    container.addMountPoints({ sourceVolume: PREFIX_VOLUME, containerPath: PATHS.prefix, readOnly: false });
    return task;
  }

  private environment() {
    const { plain, secrets } = splitEnvironment(this.props.spec.plane);
    for (const [name, value] of Object.entries(plain)) refuseSecret(name, value);
    for (const { mount } of secrets) requireSameAccount('cluster', mount.secret, this);
    return {
      environment: plain,
      secrets: Object.fromEntries(
        secrets.map(({ name, mount, property }) => [name, ecs.Secret.fromSecretsManager(this.secretHere(mount), property)]),
      ),
    };
  }

  /** ECS finds secrets of other regions by their full ARN, which the other region makes. */
  private secretHere({ name, secret }: SecretMount): secretsmanager.ISecret {
    const isMadeHere = Stack.of(secret).region === Stack.of(this).region;
    if (isMadeHere || !(secret instanceof secretsmanager.Secret)) return secret;
    const id = `Secret-${name}`;
    return this.node.tryFindChild(id) as secretsmanager.ISecret | undefined
      ?? secretsmanager.Secret.fromSecretCompleteArn(this, id, this.props.spec.regionalValue(`${name}-secret`, secret.secretArn));
  }

  private linuxParameters(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: false });
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  private logging(): ecs.LogDriver {
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    // A log that is slow to take lines must not hold up requests.
    return ecs.LogDrivers.awsLogs({ logGroup, streamPrefix: this.props.spec.plane.name, mode: ecs.AwsLogDriverMode.NON_BLOCKING });
  }

  private service(taskDefinition: ecs.TaskDefinition): ecs.FargateService | ecs.Ec2Service {
    const { cluster, capacityProvider, spec } = this.props;
    const options = {
      cluster,
      taskDefinition,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [this.securityGroup],
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      // A task without a configuration is not ready: ended in the first minutes, three of them would trip the circuit breaker.
      healthCheckGracePeriod: Duration.minutes(spec.firstConfigurationMinutes),
      enableECSManagedTags: true,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    };
    if (!capacityProvider) return new ecs.FargateService(this, 'Service', { ...options, assignPublicIp: false });
    const service = new ecs.Ec2Service(this, 'Service', {
      ...options,
      capacityProviderStrategies: [{ capacityProvider, weight: 1 }],
      placementStrategies: [
        ecs.PlacementStrategy.spreadAcross(ecs.BuiltInAttributes.AVAILABILITY_ZONE),
        ecs.PlacementStrategy.spreadAcrossInstances(),
      ],
    });
    // ECS refuses a provider that the cluster does not have yet, and does not give up one that a service still uses.
    service.node.addDependency(cluster);
    return service;
  }

  private balance(service: ecs.FargateService | ecs.Ec2Service) {
    const { spec: { plane }, loadBalancer, scaling } = this.props;
    const target = (containerPort: number, transport: StreamAddress['transport'] = 'TCP') => (
      service.loadBalancerTarget({ containerName: CONTAINER, containerPort, protocol: PROTOCOLS[transport] }));
    const count = service.autoScaleTaskCount({ minCapacity: plane.replicas, maxCapacity: scaling.maxReplicas });
    // Away slowly: a node that goes takes its connections with it.
    const cooldown = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(5) };
    count.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: scaling.cpuPercent, ...cooldown });
    if (!(loadBalancer instanceof TlsLoadBalancer)) {
      loadBalancer.forward(target);
      return;
    }
    const targetGroup = loadBalancer.forward(target);
    if (scaling.requestsPerReplica) {
      count.scaleOnRequestCount('Requests', { requestsPerTarget: scaling.requestsPerReplica, targetGroup, ...cooldown });
    }
  }
}

/** Is it alive, not is it ready: ECS replaces what fails this one. The image has no shell to rely on. */
const HEALTH_CHECK: ecs.HealthCheck = {
  command: [
    'CMD',
    'node',
    '-e',
    `fetch('http://127.0.0.1:${PORTS.status}${STATUS_PATHS.live}').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`,
  ],
  interval: Duration.seconds(10),
  timeout: Duration.seconds(5),
  retries: 3,
  startPeriod: Duration.seconds(15),
};

/** CDK lets ECS assume the roles of a task for whatever account. */
function trustOnlyThisAccount(role: iam.IRole): void {
  const stack = Stack.of(role);
  (role.node.defaultChild as iam.CfnRole).addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition', {
    StringEquals: { 'aws:SourceAccount': stack.account },
    ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'ecs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME }) },
  });
}
