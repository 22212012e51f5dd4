import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { CognitoIdentity, EcsTarget, EksTarget, Exposure, OpenSearchLogs } from '../../src';
import type { EcsTargetOptions } from '../../src';
import { testApp, testCluster, testControlPlane, testStack, topologyEntry } from './sample';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000';

function topology(options: EcsTargetOptions = {}) {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
  controlPlane.addDataPlane('Containers', {
    target: EcsTarget.fargate(cluster.vpc, options),
    identity: new CognitoIdentity(cloud, 'Identity'),
    hostname: 'apis.acme.example',
    labels: { tier: 'edge' },
  });
  return { cloud, template: Template.fromStack(cloud) };
}

function container(template: Template): any {
  const [task] = Object.values<any>(template.findResources('AWS::ECS::TaskDefinition'));
  return task.Properties.ContainerDefinitions[0];
}

describe('on Fargate', () => {
  const { cloud, template } = topology();
  const gateway = container(template);
  const environment = Object.fromEntries(gateway.Environment.map(({ Name, Value }: any) => [Name, Value]));
  const secrets = Object.fromEntries(gateway.Secrets.map(({ Name, ValueFrom }: any) => [Name, JSON.stringify(ValueFrom)]));

  it('has the settings of any plane, with certificate and key as secrets', () => {
    expect(environment).toMatchObject({
      KONG_ROLE: 'data_plane',
      KONG_DATABASE: 'off',
      KONG_CLUSTER_MTLS: 'shared',
      KONG_CLUSTER_DP_LABELS: 'tier:edge',
    });
    expect(Object.keys(secrets)).toEqual([
      'KONG_CLUSTER_CERT',
      'KONG_CLUSTER_CERT_KEY',
      'IDENTITY_ISSUER',
      'IDENTITY_CLIENT_ID',
      'IDENTITY_CLIENT_SECRET',
      'IDENTITY_SESSION_SECRET',
    ]);
    expect(secrets.KONG_CLUSTER_CERT).toContain(':certificate::');
    expect(secrets.KONG_CLUSTER_CERT_KEY).toContain(':privateKey::');
    for (const name of Object.keys(secrets)) expect(environment).not.toHaveProperty(name);
    expect(Object.keys({ ...environment, ...secrets })).toEqual(
      expect.arrayContaining(Object.keys(topologyEntry(cloud, 'containers').settings)),
    );
  });

  it('lets ECS, not the node, read exactly these secrets', () => {
    const policies = Object.entries<any>(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.includes('TaskExecutionRole'));
    const reading = policies[0][1].Properties.PolicyDocument.Statement.filter(({ Action }: any) =>
      Action.includes('secretsmanager:GetSecretValue'),
    );
    expect(reading.map(({ Resource }: any) => Resource.Ref)).toEqual([
      expect.stringContaining('TunnelSecret'),
      expect.stringContaining('WebClientSecret'),
    ]);
    expect(Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => id.includes('TaskTaskRole'))).toEqual([]);
  });

  it('runs unprivileged, within the memory of its task, with one writable folder', () => {
    expect(gateway).toMatchObject({
      User: '10001:10001', ReadonlyRootFilesystem: true, Privileged: false, StopTimeout: 120, Memory: 2048,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      MountPoints: [{ ContainerPath: '/var/lib/hybridge', ReadOnly: false, SourceVolume: 'prefix' }],
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Volumes: [{ Name: 'prefix' }],
      Cpu: '1024',
      Memory: '2048',
      NetworkMode: 'awsvpc',
    });
  });

  it('is replaced without a gap, and goes back when the new one does not become ready', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: Match.absent(),
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      LoadBalancers: [{ ContainerPort: 8000 }, { ContainerPort: 8443 }].map((port) => Match.objectLike(port)),
    });
    template.hasResourceProperties('AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }] });
  });

  it('starts after the secrets hold their content', () => {
    const [service] = Object.values<any>(template.findResources('AWS::ECS::Service'));
    expect(service.DependsOn).toEqual(
      expect.arrayContaining([expect.stringContaining('TunnelCertificate'), expect.stringContaining('IdentityWebClientSecretSecretCopy')]),
    );
  });

  it('is reached through a Network Load Balancer that asks for readiness', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network', Scheme: 'internal' });
    for (const [port, nodePort] of [[80, 8000], [443, 8443]]) {
      template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: port, Protocol: 'TCP' });
      template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
        Port: nodePort,
        Protocol: 'TCP',
        TargetType: 'ip',
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: '8100',
        HealthCheckPath: '/status/ready',
        TargetGroupAttributes: Match.arrayWith([{ Key: 'preserve_client_ip.enabled', Value: 'true' }]),
      });
    }
  });

  it('admits the load balancer only', () => {
    const rules = Object.values<any>(template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => Properties)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes('ContainersSecurityGroup'));
    expect(rules.map(({ FromPort }) => FromPort).sort()).toEqual([8000, 8100, 8443]);
    for (const rule of rules) expect(JSON.stringify(rule.SourceSecurityGroupId)).toContain('LoadBalancerSecurityGroup');
  });

  it('grows with the use of its processors, to twice its replicas', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 4 });
    template.resourcePropertiesCountIs(
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      {
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 60,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        },
      },
      1,
    );
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 1);
  });

  it('is in the topology', () => {
    expect(topologyEntry(cloud, 'containers')).toMatchObject({
      target: 'ecs',
      region: 'eu-central-1',
      controlPlane: 'control-plane',
      manifests: [],
    });
  });
});

it('ends the consumers\' TLS at an Application Load Balancer that has a certificate, and counts requests there', () => {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const certificate = Certificate.fromCertificateArn(cloud, 'Certificate', CERTIFICATE);
  const target = EcsTarget.fargate(cluster.vpc, {
    certificate,
    exposure: Exposure.internetLoadBalancer('203.0.113.0/24'),
    requestsPerReplica: 30_000,
    deletionProtection: false,
  });
  testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Containers', { target });
  const template = Template.fromStack(cloud);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'application', Scheme: 'internet-facing' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: CERTIFICATE }],
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 80,
    DefaultActions: [Match.objectLike({ Type: 'redirect' })],
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    Port: 8443,
    Protocol: 'HTTPS',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: '8100',
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [80, 443].map((port) => Match.objectLike({ CidrIp: '203.0.113.0/24', FromPort: port, ToPort: port })),
  });
  template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 30_000,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' },
    },
  });
  expect(container(template).Environment).toContainEqual({
    Name: 'KONG_TRUSTED_IPS',
    Value: { 'Fn::GetAtt': [expect.stringContaining('Vpc'), 'CidrBlock'] },
  });
});

it('runs on the instances of a capacity provider, spread over zones', () => {
  const cloud = testStack();
  const eks = testCluster(cloud);
  const cluster = ecs.Cluster.fromClusterAttributes(cloud, 'Ecs', { clusterName: 'apps', vpc: eks.vpc });
  testControlPlane(cloud, { target: EksTarget.cluster(eks) }).addDataPlane('Instances', {
    target: EcsTarget.ec2Cluster(cluster, 'machines'),
    replicas: 3,
  });
  const template = Template.fromStack(cloud);
  template.hasResourceProperties('AWS::ECS::Service', {
    LaunchType: Match.absent(),
    CapacityProviderStrategy: [{ CapacityProvider: 'machines', Weight: 1 }],
    PlacementStrategies: [{ Field: 'attribute:ecs.availability-zone', Type: 'spread' }, { Field: 'instanceId', Type: 'spread' }],
  });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', { RequiresCompatibilities: ['EC2'], NetworkMode: 'awsvpc' });
  template.resourceCountIs('AWS::ECS::Cluster', 0);
});

it('gets the tunnel and the secrets from the region of the control plane', () => {
  const cloud = testStack();
  const ohio = testStack('us-east-2', cloud.node.root as App, 'Ohio');
  const added = testControlPlane(cloud).addDataPlane('Ohio', { target: EcsTarget.fargate(new ec2.Vpc(ohio, 'Vpc')) });
  expect(Stack.of(added)).toBe(ohio);
  const template = Template.fromStack(ohio);
  template.resourceCountIs('Custom::CrossRegionExportReader', 0);
  const [certificate] = container(template).Secrets;
  expect(JSON.stringify(certificate.ValueFrom)).toMatch(/SsmParameterValue\w*useast2tunnelsecret.*:certificate::/);
});

it('may write logs to a domain in its VPC', () => {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const logs = new OpenSearchLogs(cloud, 'Logs', { vpc: cluster.vpc });
  testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Containers', {
    target: EcsTarget.fargate(cluster.vpc),
    logs,
  });
  Template.fromStack(cloud).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: ['es:ESHttpPost', 'es:ESHttpPut'] })] },
    Roles: [{ Ref: Match.stringLikeRegexp('TaskRole') }],
  });
});

describe('wrong properties', () => {
  it.each<[EcsTargetOptions, string]>([
    [{ cpu: 1000 }, 'cpu: got 1000, expected one of the sizes of Fargate: 256, 512, 1024'],
    [{ cpu: 512, memoryMib: 8192 }, 'memoryMib: got 8192, expected a multiple of 1024 from 1024 to 4096, which Fargate has beside cpu 512'],
    [{ cpuPercent: 95 }, 'cpuPercent: got 95, expected a percentage from 10 to 90'],
    [{ requestsPerReplica: 1000 }, 'requestsPerReplica: a Network Load Balancer does not count requests, expected a certificate as well'],
    [{ maxReplicas: 1 }, 'maxReplicas: got 1, expected a whole number, at least 2, the replicas of the plane'],
    [{ exposure: Exposure.nodePort() }, 'exposure: got node-port, expected internalLoadBalancer or internetLoadBalancer, which ECS has'],
  ])('are refused: %j', (options, message) => {
    expect(() => topology(options)).toThrow(message);
  });

  it('are refused: a VPC without a way out', () => {
    const vpc = new ec2.Vpc(testStack(), 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Inside', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    expect(() => EcsTarget.fargate(vpc)).toThrow(
      'vpc: has private subnets with a way to the internet in 0 availability zones, expected at least 2',
    );
  });

  it('are refused: Fargate as a provider of instances', () => {
    const cloud = testStack();
    const cluster = new ecs.Cluster(cloud, 'Ecs', { vpc: new ec2.Vpc(cloud, 'Vpc') });
    expect(() => EcsTarget.ec2Cluster(cluster, 'FARGATE_SPOT')).toThrow(
      'capacityProvider: got "FARGATE_SPOT", expected the name of one with EC2 instances',
    );
  });

  it('are refused: a VPC in another account', () => {
    const app = testApp();
    const [one, two] = ['111122223333', '444455556666'].map(
      (account, at) => new Stack(app, `Stack${at}`, { env: { account, region: 'eu-central-1' } }),
    );
    for (const stack of [one, two]) {
      stack.node.setContext(`availability-zones:account=${stack.account}:region=eu-central-1`, ['eu-central-1a', 'eu-central-1b']);
    }
    const controlPlane = testControlPlane(one);
    expect(() => controlPlane.addDataPlane('Plane', { target: EcsTarget.fargate(new ec2.Vpc(two, 'Vpc')) }))
      .toThrow("target: the cluster is in account 444455556666, expected 111122223333, where the plane's secrets are");
  });
});
