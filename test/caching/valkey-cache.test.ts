import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayCache,
  ValkeyCache,
  ValkeyCapacity,
} from '../../src';
import type { ValkeyCacheProps } from '../../src';
import { only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from '../gateway/sample';

function network(stack: Stack, id = 'Vpc'): ec2.Vpc {
  return new ec2.Vpc(stack, id, { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
}

function cache(props: Partial<ValkeyCacheProps> = {}): { readonly stack: Stack; readonly template: Template; readonly made: ValkeyCache } {
  const stack = testStack();
  const made = new ValkeyCache(stack, 'Cache', { vpc: network(stack), ...props });
  return { stack, template: Template.fromStack(stack), made };
}

describe('nodes', () => {
  const { stack, template, made } = cache();

  it('stand by in another zone, are encrypted on disk and on the wire, and keep snapshots', () => {
    template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      EngineVersion: '8.1',
      CacheNodeType: 'cache.t4g.small',
      NumNodeGroups: 1,
      ReplicasPerNodeGroup: 1,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      SnapshotRetentionLimit: 15,
      Port: 6380,
    });
    template.hasResourceProperties('AWS::ElastiCache::SubnetGroup', {
      SubnetIds: [{ Ref: Match.stringLikeRegexp('VpcPrivate') }, { Ref: Match.stringLikeRegexp('VpcPrivate') }],
    });
  });

  it('know one user, who may not administer the server, with a password that the template does not hold', () => {
    template.hasResourceProperties('AWS::ElastiCache::User', {
      Engine: 'valkey',
      UserName: 'gateway',
      UserId: Match.stringLikeRegexp('^[a-z][a-z0-9-]{0,39}$'),
      AccessString: 'on ~* &* +@all -@dangerous +info',
      AuthenticationMode: {
        Type: 'password',
        Passwords: [
          {
            'Fn::Join': [
              '',
              ['{{resolve:secretsmanager:', { Ref: Match.stringLikeRegexp('^CachePassword') }, ':SecretString:password::}}'],
            ],
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::ElastiCache::UserGroup', {
      Engine: 'valkey',
      UserIds: [{ Ref: Match.stringLikeRegexp('^CacheUser') }],
    });
    template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      UserGroupIds: [{ Ref: Match.stringLikeRegexp('^CacheUsers') }],
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'hybridge/Cloud/cache/cache',
      GenerateSecretString: Match.objectLike({ GenerateStringKey: 'password', PasswordLength: 64 }),
    });
  });

  it('admit no client by default', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Cache that gateways share',
      SecurityGroupIngress: Match.absent(),
    });
  });

  it('are what the redis block of a plugin names, with verified TLS and a reference for the password', () => {
    const primary = { 'Fn::GetAtt': [expect.stringMatching(/^Cache/), 'PrimaryEndPoint.Address'] };
    expect(stack.resolve(made.redisConfig())).toEqual({
      host: primary,
      port: 6380,
      username: 'gateway',
      password: '{vault://env/cache-password}',
      ssl: true,
      ssl_verify: true,
      server_name: primary,
      database: 0,
    });
  });
});

it('accepts a node type, replicas, an encryption key, and no snapshots', () => {
  const stack = testStack();
  const encryptionKey = new kms.Key(stack, 'Key');
  new ValkeyCache(stack, 'Cache', {
    vpc: network(stack),
    capacity: ValkeyCapacity.nodes({ nodeType: 'cache.m7g.large', replicas: 2 }),
    encryptionKey,
    snapshotDays: 0,
  });
  Template.fromStack(stack).hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
    CacheNodeType: 'cache.m7g.large',
    ReplicasPerNodeGroup: 2,
    SnapshotRetentionLimit: 0,
    KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
  });
});

it('has another name in other subnets where it is serverless: CloudFormation creates it beside the old one', () => {
  const nameIn = (networkId: string) => {
    const stack = testStack();
    new ValkeyCache(stack, 'Cache', { vpc: new ec2.Vpc(stack, networkId, { maxAzs: 2 }), capacity: ValkeyCapacity.serverless() });
    const [found] = Object.values(Template.fromStack(stack).findResources('AWS::ElastiCache::ServerlessCache'));
    return found.Properties.ServerlessCacheName;
  };
  expect(nameIn('Network')).toBe(nameIn('Network'));
  expect(nameIn('Other')).not.toBe(nameIn('Network'));
});

it('is serverless on demand, with bounds and the same user', () => {
  const { stack, template, made } = cache({ capacity: ValkeyCapacity.serverless({ maxStorageGb: 10 }) });
  template.resourceCountIs('AWS::ElastiCache::ReplicationGroup', 0);
  template.hasResourceProperties('AWS::ElastiCache::ServerlessCache', {
    Engine: 'valkey',
    MajorEngineVersion: '8',
    ServerlessCacheName: Match.stringLikeRegexp('^[a-z][a-z0-9-]{0,39}$'),
    UserGroupId: { Ref: Match.stringLikeRegexp('^CacheUsers') },
    CacheUsageLimits: { DataStorage: { Maximum: 10, Unit: 'GB' }, ECPUPerSecond: { Maximum: 5000 } },
    SnapshotRetentionLimit: 15,
  });
  expect(stack.resolve(made.redisConfig())).toMatchObject({
    host: { 'Fn::GetAtt': [expect.anything(), 'Endpoint.Address'] },
    port: 6379,
    username: 'gateway',
  });
});

describe('a plane with a cache', () => {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
  const valkey = new ValkeyCache(cloud, 'Cache', { vpc: cluster.vpc });
  controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster), cache: valkey });
  controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc), cache: valkey });
  controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc), cache: valkey });
  const template = Template.fromStack(cloud);

  it('gets through to it from pods, tasks and instances', () => {
    const rules = Object.values<any>(
      template.findResources('AWS::EC2::SecurityGroupIngress', {
        Properties: { Description: 'what gateways share', FromPort: 6380, ToPort: 6380 },
      }),
    );
    const sources = rules.map(({ Properties }) => Properties.SourceSecurityGroupId['Fn::GetAtt'][0]);
    expect(sources).toEqual([
      expect.stringMatching(/^Cluster/),
      expect.stringMatching(/^ControlPlaneTasks/),
      expect.stringMatching(/^ControlPlaneMachines/),
    ]);
  });

  it('has the password as a file in pods and as a secret in tasks', () => {
    const provider = only(writtenManifests(cloud, 'pods'), 'SecretProviderClass', 'pods-cache');
    expect(JSON.parse(provider.spec.parameters.objects)).toEqual([
      {
        objectName: 'hybridge/Cloud/cache/cache',
        objectType: 'secretsmanager',
        objectAlias: 'cache.json',
        jmesPath: [{ path: 'password', objectAlias: 'password' }],
      },
    ]);
    const [container] = only(writtenManifests(cloud, 'pods'), 'Deployment').spec.template.spec.containers;
    expect(container.volumeMounts).toContainEqual({ name: 'cache', mountPath: '/etc/hybridge/cache', readOnly: true });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: Match.arrayWith([Match.objectLike({ Name: 'CACHE_PASSWORD' })]) })],
    });
  });
});

describe('a cache elsewhere', () => {
  it('is taken with its name, port, user and secret, and opened to planes', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const existing = GatewayCache.existing(cloud, 'Cache', {
      host: 'redis.acme.example',
      vpc: cluster.vpc,
      securityGroup: ec2.SecurityGroup.fromSecurityGroupId(cloud, 'Group', 'sg-0123456789abcdef0'),
      secret: secretsmanager.Secret.fromSecretNameV2(cloud, 'Secret', 'acme/redis'),
    });
    testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Pods', {
      target: EksTarget.cluster(cluster),
      cache: existing,
    });
    expect(existing.redisConfig()).toEqual({
      host: 'redis.acme.example',
      port: 6379,
      password: '{vault://env/cache-password}',
      ssl: true,
      ssl_verify: true,
      server_name: 'redis.acme.example',
      database: 0,
    });
    const template = Template.fromStack(cloud);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0', FromPort: 6379 });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            Resource: {
              'Fn::Join': [
                '',
                [Match.anyValue(), { Ref: 'AWS::Partition' }, Match.anyValue(), { Ref: 'AWS::AccountId' }, ':secret:acme/redis-??????'],
              ],
            },
          }),
        ]),
      },
    });
  });

  it('needs a secret whose name is known', () => {
    const stack = testStack();
    const made = {
      host: 'redis.acme.example',
      vpc: network(stack),
      securityGroup: new ec2.SecurityGroup(stack, 'Group', { vpc: network(stack, 'Other') }),
    };
    const secret = new secretsmanager.Secret(stack, 'Secret');
    expect(() => GatewayCache.existing(stack, 'Cache', { ...made, secret })).toThrow(
      "secret: the secret's name is known only after deployment, expected a literal: import it with Secret.fromSecretNameV2",
    );
    expect(() => GatewayCache.existing(stack, 'Other Cache', { ...made, secret, port: 70_000 })).toThrow(
      'port: got 70000, expected a port, 1 to 65535',
    );
  });
});

describe('refused', () => {
  it.each<[() => unknown, string]>([
    [
      () => ValkeyCapacity.nodes({ nodeType: 't4g.small' }),
      'nodeType: got "t4g.small", expected a type of ElastiCache such as cache.t4g.small',
    ],
    [() => ValkeyCapacity.nodes({ replicas: 0 }), 'replicas: got 0, expected a whole number, 1 to 5'],
    [() => ValkeyCapacity.serverless({ maxStorageGb: 0.5 }), 'maxStorageGb: got 0.5, expected a whole number, 1 to 5000'],
    [() => ValkeyCapacity.serverless({ maxEcpuPerSecond: 10 }), 'maxEcpuPerSecond: got 10, expected a whole number, 1000 to 15000000'],
    [() => cache({ snapshotDays: 36 }), 'snapshotDays: got 36, expected a whole number, 0 to 35'],
  ])('is %s', (make, message) => expect(make).toThrow(message));

  it('is a plane in another VPC or region, and a plane outside AWS', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
    const imageRepository = 'registry.acme.example/hybridge';
    const add =
      (id: string, target: any, vpc: ec2.IVpc = cluster.vpc) =>
        () =>
          controlPlane.addDataPlane(id, { target, cache: new ValkeyCache(cloud, `Cache${id}`, { vpc }) });
    expect(add('One', EksTarget.cluster(cluster), network(cloud))).toThrow(
      'cache: Cloud/CacheOne is in another VPC than the plane, expected the same VPC',
    );
    const other = testStack('us-east-1', cloud.node.root as App, 'Virginia');
    expect(add('Two', EksTarget.cluster(testCluster(other)))).toThrow(
      'cache: Cloud/CacheTwo is in another region, eu-central-1, than the plane',
    );
    expect(
      add('Three', EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), { imageRepository, exposure: Exposure.nodePort() })),
    ).toThrow(
      'cache: Cloud/CacheThree lets in its own VPC only, expected a plane on EKS, ECS or an Auto Scaling group '
        + 'there: leave it out here, and give plugins a Redis',
    );
    expect(add('Four', DockerTarget.compose({ imageRepository }))).toThrow('cache: Cloud/CacheFour lets in its own VPC only');
  });
});
