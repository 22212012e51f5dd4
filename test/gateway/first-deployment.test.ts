/** What a first deployment creates before what, so that no plane starts before what it needs is there. */
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayEngine,
  Handoff,
  Trust,
} from '../../src';
import type { GatewayTarget } from '../../src';
import { createdBefore, idsOf } from './depends-on';
import { only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const VALUE = 'Custom::AWSCDK-EKS-KubernetesObjectValue';
const MANIFEST = 'Custom::AWSCDK-EKS-KubernetesResource';
const imageRepository = 'registry.acme.example/hybridge';

/** A control plane and one data plane in one stack. */
function withPlane(target: (stack: Stack, cluster: ReturnType<typeof testCluster>) => GatewayTarget, engine = GatewayEngine.packaged()) {
  const stack = testStack();
  const cluster = testCluster(stack);
  testControlPlane(stack, { target: EksTarget.cluster(cluster), engine }).addDataPlane('Edge', { target: target(stack, cluster) });
  return Template.fromStack(stack);
}

const kong = () => GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
const factory = (stack: Stack) => testFactory(stack.node.root as App);
const site = (stack: Stack) => new Handoff(stack, 'Handoff').addSite('Plant');

function rolloutOf(template: Template): string {
  const [{ Properties }] = Object.values<any>(template.findResources(VALUE, { Properties: { ObjectType: 'deployment' } }));
  return JSON.stringify(Properties.Rollout);
}

describe('a ready control plane', () => {
  const stack = testStack();
  testControlPlane(stack);
  const template = Template.fromStack(stack);
  const [ready] = idsOf(template, VALUE, 'Ready');

  it('is a resource that waits until the last rollout is complete', () => {
    template.hasResource(VALUE, {
      Properties: {
        ObjectType: 'deployment',
        ObjectName: 'control-plane',
        ObjectNamespace: 'control-plane',
        JsonPath: '.status.conditions[?(@.reason=="NewReplicaSetAvailable")].status',
        TimeoutSeconds: 780,
      },
      Metadata: { 'hybridge:waitsFor': Match.stringLikeRegexp('pods of control-plane are ready') },
    });
  });

  it.each([
    ['the writer of the database', 'AWS::RDS::DBInstance', 'Writer'],
    ['the migrations', VALUE, 'Migrated'],
    ['the certificate of the tunnels', 'Custom::HybridgeTunnelCertificate', ''],
    ['the load balancer of the tunnel', VALUE, 'TunnelHost'],
    ['the load balancer of telemetry', VALUE, 'TelemetryHost'],
    ['the identity of the pods', 'AWS::EKS::PodIdentityAssociation', 'ControlPlane'],
    ['the rights of the pods', 'AWS::IAM::Policy', 'ControlPlaneRole'],
    ['the driver that mounts secrets', 'AWS::EKS::Addon', 'SecretsProvider'],
  ])('comes after %s', (_, type, part) => {
    const needed = idsOf(template, type, part);
    expect(needed).toHaveLength(1);
    expect(createdBefore(template, ready)).toContain(needed[0]);
  });

  it('has its load balancers before its pods, for readiness gates to be injected', () => {
    const [pods] = idsOf(template, MANIFEST, 'Workload');
    for (const host of ['TunnelHost', 'TelemetryHost']) expect(createdBefore(template, pods)).toContain(idsOf(template, VALUE, host)[0]);
  });

  it.each<[string, object]>([
    ['settings', { settings: { KONG_LOG_LEVEL: 'debug' } }],
    ['replicas', { replicas: 3 }],
  ])('is waited for again when a rollout brings other %s', (_, change) => {
    const rollout = (props: object) => {
      const other = testStack();
      testControlPlane(other, props);
      return rolloutOf(Template.fromStack(other));
    };
    expect(rollout({})).toBe(rollout({}));
    expect(rollout(change)).not.toBe(rollout({}));
  });

  it('changes with the values that CloudFormation puts into the rollout', () => {
    expect(rolloutOf(template)).toContain('"Endpoint.Address"');
  });

  it('is the release of Kong, and then its pods', () => {
    const other = testStack();
    testControlPlane(other, { engine: kong() });
    const kongs = Template.fromStack(other);
    const [release] = idsOf(kongs, 'Custom::AWSCDK-EKS-HelmChart', 'ControlPlane');
    expect(createdBefore(kongs, idsOf(kongs, VALUE, 'Ready')[0])).toContain(release);
  });
});

describe('a data plane in the stack of its control plane', () => {
  it.each<[string, string, string, Parameters<typeof withPlane>[0], GatewayEngine?]>([
    ['pods on EKS', MANIFEST, 'EdgeWorkload', (_, cluster) => EksTarget.cluster(cluster)],
    ['the release of Kong on EKS', 'Custom::AWSCDK-EKS-HelmChart', 'EdgeWorkload', (_, cluster) => EksTarget.cluster(cluster), kong()],
    ['tasks on Fargate', 'AWS::ECS::Service', 'Edge', (_, { vpc }) => EcsTarget.fargate(vpc)],
    ['instances', 'AWS::AutoScaling::AutoScalingGroup', 'Edge', (_, { vpc }) => AutoScalingGroupTarget.vpc(vpc)],
    [
      'parameters that a site reads', 'AWS::SSM::Parameter', 'Edge',
      (stack) => EksAnywhereTarget.cluster(factory(stack), { imageRepository, exposure: Exposure.nodePort() }),
    ],
    [
      'files that a site gets', 'Custom::HybridgeHandoffFiles', '',
      (stack) => EksAnywhereTarget.cluster(factory(stack), { imageRepository, exposure: Exposure.nodePort(), site: site(stack) }),
    ],
    ['parameters that a machine with Docker reads', 'AWS::SSM::Parameter', 'Edge', () => DockerTarget.compose({ imageRepository })],
    [
      'files that a machine with Docker gets', 'Custom::HybridgeHandoffFiles', '',
      (stack) => DockerTarget.compose({ imageRepository, site: site(stack) }),
    ],
  ])('starts after it: %s', (_, type, part, target, engine) => {
    const template = withPlane(target, engine);
    const starters = idsOf(template, type, part);
    expect(starters.length).toBeGreaterThan(0);
    const [ready] = idsOf(template, VALUE, 'ControlPlaneReady');
    for (const id of starters) expect(createdBefore(template, id)).toContain(ready);
  });
});

it('a data plane in another stack waits for the whole stack of its control plane', () => {
  const cloud = testStack();
  const controlPlane = testControlPlane(cloud);
  const ireland = testStack('eu-west-1', cloud.node.root as App, 'Ireland');
  const vpc = new ec2.Vpc(ireland, 'Network', { maxAzs: 2 });
  controlPlane.addDataPlane('Edge', { target: AutoScalingGroupTarget.vpc(vpc) });
  (cloud.node.root as App).synth();
  expect(ireland.dependencies).toContain(cloud);
});

describe('the time for the first configuration', () => {
  function external(target: (vpc: ec2.IVpc) => GatewayTarget) {
    const stack = testStack();
    const service = GatewayControlPlane.fromAttributes(stack, 'Service', {
      tunnelEndpoint: 'cp.acme.example:8005',
      telemetryEndpoint: 'cp.acme.example:8006',
      trust: Trust.existing(Secret.fromSecretNameV2(stack, 'Tunnel', 'gateways/tunnel')),
    });
    service.addDataPlane('Edge', { target: target(new ec2.Vpc(stack, 'Network', { maxAzs: 2 })) });
    return Template.fromStack(stack);
  }
  const ownTasks = () => withPlane((_, { vpc }) => EcsTarget.fargate(vpc));
  const ownInstances = () => withPlane((_, { vpc }) => AutoScalingGroupTarget.vpc(vpc));
  const otherTasks = () => external((vpc) => EcsTarget.fargate(vpc));
  const otherInstances = () => external((vpc) => AutoScalingGroupTarget.vpc(vpc));

  it.each<[string, () => Template, number]>([
    ['ten minutes after a control plane that serves', ownTasks, 600],
    ['half an hour where the control plane may be on its own first deployment', otherTasks, 1800],
  ])('of tasks is %s', (_, template, seconds) => {
    template().hasResourceProperties('AWS::ECS::Service', { HealthCheckGracePeriodSeconds: seconds });
  });

  it.each<[string, () => Template, number, string]>([
    ['of the app', ownInstances, 600, 'PT27M'],
    ['of another app', otherInstances, 1800, 'PT47M'],
  ])('of instances fits in what waits for their signal: control plane %s', (_, make, seconds, timeout) => {
    const template = make();
    const [group] = Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(group.CreationPolicy.ResourceSignal.Timeout).toBe(timeout);
    expect(group.UpdatePolicy.AutoScalingRollingUpdate.PauseTime).toBe(timeout);
    const minutes = Number(/PT(\d+)M/.exec(timeout)![1]);
    expect(group.Properties.HealthCheckGracePeriod).toBeGreaterThan(minutes * 60);
    const [{ Properties }] = Object.values<any>(template.findResources('AWS::EC2::LaunchTemplate'));
    expect(JSON.stringify(Properties.LaunchTemplateData.UserData)).toContain(`timeout ${seconds} bash`);
    // Seven minutes for the load balancer.
    expect(seconds + 420).toBeLessThan(minutes * 60);
  });

  it('on sites has no end: Flux installs the chart until the control plane answers', () => {
    const stack = testStack();
    const target = EksAnywhereTarget.cluster(factory(stack), { imageRepository, exposure: Exposure.nodePort() });
    testControlPlane(stack, { engine: kong() }).addDataPlane('Edge', { target });
    expect(only(writtenManifests(stack, 'edge'), 'HelmRelease').spec).toMatchObject({
      timeout: '15m', install: { remediation: { retries: -1 } },
    });
  });
});

describe('what starts in a network', () => {
  const stack = testStack();
  const network = new ec2.Vpc(stack, 'Network', { maxAzs: 2 });
  const service = GatewayControlPlane.fromAttributes(stack, 'Service', {
    tunnelEndpoint: 'cp.acme.example:8005',
    telemetryEndpoint: 'cp.acme.example:8006',
    trust: Trust.existing(Secret.fromSecretNameV2(stack, 'Tunnel', 'gateways/tunnel')),
  });
  service.addDataPlane('Tasks', { target: EcsTarget.fargate(network) });
  service.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(network) });
  const template = Template.fromStack(stack);
  const routes = [...idsOf(template, 'AWS::EC2::Route', 'Private'), ...idsOf(template, 'AWS::EC2::SubnetRouteTableAssociation', 'Private')];

  it.each(['AWS::ECS::Service', 'AWS::AutoScaling::AutoScalingGroup'])('has its way out first: %s', (type) => {
    expect(routes).toHaveLength(4);
    const before = createdBefore(template, idsOf(template, type)[0]);
    for (const route of routes) expect(before).toContain(route);
  });

  it('may pull the image and read secrets first', () => {
    const [policy] = idsOf(template, 'AWS::IAM::Policy', 'TasksTaskExecutionRole');
    expect(createdBefore(template, idsOf(template, 'AWS::ECS::Service')[0])).toContain(policy);
  });
});

describe('tasks on instances of an ECS cluster', () => {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Network', { maxAzs: 2 });
  const cluster = new ecs.Cluster(stack, 'Company', { vpc });
  const autoScalingGroup = new autoscaling.AutoScalingGroup(stack, 'Group', {
    vpc,
    launchTemplate: new ec2.LaunchTemplate(stack, 'Instances', {
      machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
      instanceType: new ec2.InstanceType('m6i.large'),
      securityGroup: new ec2.SecurityGroup(stack, 'InstancesGroup', { vpc }),
      role: new iam.Role(stack, 'InstancesRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
      userData: ec2.UserData.forLinux(),
    }),
  });
  const capacity = new ecs.AsgCapacityProvider(stack, 'Capacity', { autoScalingGroup });
  cluster.addAsgCapacityProvider(capacity);
  GatewayControlPlane.fromAttributes(stack, 'Service', {
    tunnelEndpoint: 'cp.acme.example:8005',
    telemetryEndpoint: 'cp.acme.example:8006',
    trust: Trust.existing(Secret.fromSecretNameV2(stack, 'Tunnel', 'gateways/tunnel')),
  }).addDataPlane('Tasks', { target: EcsTarget.ec2Cluster(cluster, capacity.capacityProviderName) });
  const template = Template.fromStack(stack);

  it('start when the cluster has their capacity provider, and are gone before it loses it', () => {
    const [association] = idsOf(template, 'AWS::ECS::ClusterCapacityProviderAssociations');
    expect(association).toBeDefined();
    expect(createdBefore(template, idsOf(template, 'AWS::ECS::Service')[0])).toContain(association);
  });
});

describe('the connector of AWS Private CA', () => {
  const stack = testStack();
  const addons = [{ name: 'aws-privateca-connector-for-kubernetes' }, { name: 'cert-manager' }];
  const cluster = testCluster(stack, { addons });
  testControlPlane(stack, { target: EksTarget.cluster(cluster), trust: Trust.privateCa() });
  const template = Template.fromStack(stack);
  const [connector] = idsOf(template, 'AWS::EKS::Addon', 'privateca');

  it('has its identity and the kinds of cert-manager before its pods start', () => {
    const [association] = idsOf(template, 'AWS::EKS::PodIdentityAssociation', 'PrivateCaConnector');
    const [certManager] = idsOf(template, 'AWS::EKS::Addon', 'certmanager');
    expect(createdBefore(template, connector)).toContain(association);
    expect(createdBefore(template, connector)).toContain(certManager);
  });

  it('may have certificates signed before the first is asked for', () => {
    const [policy] = idsOf(template, 'AWS::IAM::Policy', 'IssuerAccess');
    const [requests] = idsOf(template, MANIFEST, 'ControlPlaneFoundation');
    expect(createdBefore(template, requests)).toContain(policy);
    template.resourcePropertiesCountIs('AWS::EKS::PodIdentityAssociation', { ServiceAccount: 'aws-privateca-issuer' }, 1);
  });
});
