/** What nodes with an empty disk have: manifests and templates for each target, and what is refused. */
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  AutoScalingGroupTarget,
  ConfigurationCache,
  ConfigurationFallback,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayEngine,
} from '../../src';
import { testApp, testCluster, testControlPlane, testFactory, testStack } from './sample';

const REGISTRY = 'registry.acme.example/hybridge';

/** Objects that the stack applies, by kind. */
function applied(template: Template, kind: string): any[] {
  return Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource'))
    .flatMap(({ Properties }) => {
      const text = typeof Properties.Manifest === 'string' ? Properties.Manifest : Properties.Manifest['Fn::Join'][1]
        .map((part: unknown) => (typeof part === 'string' ? part : 'token')).join('');
      return JSON.parse(text) as any[];
    })
    .filter((object) => object.kind === kind);
}

/** Statements of the roles that name S3 or KMS, as action and resource. */
function statements(template: Template): string[] {
  return Object.values<any>(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as any[])
    .filter(({ Action }) => /^(s3|kms):/.test(String(Action)))
    .map(({ Action, Resource, Condition }) => `${Action} ${JSON.stringify(Resource)} ${JSON.stringify(Condition ?? null)}`);
}

describe('the fallback in S3', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const controlPlane = testControlPlane(stack, {
    target: EksTarget.cluster(cluster), configurationFallback: ConfigurationFallback.s3(),
  });
  const configurationCache = ConfigurationCache.s3Fallback();
  controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster), configurationCache });
  controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc), configurationCache });
  controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc), configurationCache });
  const template = Template.fromStack(stack);

  it('is in a versioned bucket that is never reached in plain text, encrypted with a key of its own that is rotated', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{
            BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Match.anyValue() },
          }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
        },
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('is written by the control plane, and read by each plane, that one object only', () => {
    const found = statements(template).filter((text) => text.includes('fallback') || text.includes('Fallback'));
    const actions = found.map((text) => text.split(' ', 1)[0]).sort();
    const read = (action: string) => Array(3).fill(action) as string[];
    expect(actions).toEqual([...read('kms:Decrypt'), 'kms:GenerateDataKey', ...read('s3:GetObject'), 's3:PutObject']);
    for (const text of found.filter((each) => each.startsWith('s3:'))) expect(text).toMatch(/control-plane\/3\.9\.1\/config"/);
    for (const text of found.filter((each) => each.startsWith('kms:'))) expect(text).toMatch(/"kms:ViaService":.*s3\.eu-central-1\./);
  });

  it('reaches pods as settings, and lets the control plane out to S3 and to the agent that gives it its role', () => {
    const environment = (name: string) => {
      const [pods] = applied(template, 'Deployment').filter(({ metadata }) => metadata.name === name);
      return Object.fromEntries(pods.spec.template.spec.containers[0].env.map((each: any) => [each.name, each.value]));
    };
    expect(environment('control-plane')).toMatchObject({
      KONG_CLUSTER_FALLBACK_CONFIG_EXPORT: 'on',
      KONG_CLUSTER_FALLBACK_CONFIG_STORAGE: expect.stringMatching(/^s3:\/\/hybridge-fallback-.*\/control-plane$/),
      AWS_REGION: 'eu-central-1',
    });
    expect(environment('pods')).toMatchObject({
      KONG_CLUSTER_FALLBACK_CONFIG_IMPORT: 'on',
      KONG_CLUSTER_FALLBACK_CONFIG_STORAGE: expect.stringMatching(/^s3:\/\/hybridge-fallback-.*\/control-plane$/),
    });
    const [policy] = applied(template, 'NetworkPolicy').filter(({ metadata }) => metadata.name === 'control-plane');
    expect(policy.spec.egress).toEqual(expect.arrayContaining([
      expect.objectContaining({ ports: [{ protocol: 'TCP', port: 443 }] }),
      { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: [{ protocol: 'TCP', port: 80 }] },
    ]));
  });

  it('reaches tasks as settings', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({
        Environment: Match.arrayWith([{ Name: 'KONG_CLUSTER_FALLBACK_CONFIG_IMPORT', Value: 'on' }]),
      })],
    });
  });

  it('is fetched by an instance before its node starts, which may fail', () => {
    const [{ Properties }] = Object.values<any>(template.findResources('AWS::EC2::LaunchTemplate'));
    const text = JSON.stringify(Properties.LaunchTemplateData.UserData);
    expect(text).toContain('KONG_CLUSTER_FALLBACK_CONFIG_STORAGE=file:///var/lib/hybridge/fallback');
    expect(text).toContain("--key 'control-plane/3.9.1/config' '/var/lib/hybridge/fallback/3.9.1/config.new'");
    expect(text).toContain('ExecStartPre=-/usr/local/sbin/hybridge-fallback');
  });

  it('in another region is named without a reference between the stacks, and its key through a parameter', () => {
    const app = testApp();
    const home = testStack('eu-central-1', app);
    const owner = testControlPlane(home, { configurationFallback: ConfigurationFallback.s3() });
    const away = new Stack(app, 'Away', { env: { region: 'us-east-1' } });
    owner.addDataPlane('Away', { target: EcsTarget.fargate(new Vpc(away, 'Vpc', { maxAzs: 2 })), configurationCache });
    const found = statements(Template.fromStack(away)).filter((text) => text.startsWith('s3:Get') || text.startsWith('kms:'));
    expect(found.join('\n')).toMatch(/s3:GetObject .*hybridge-fallback-.*-eu-central-1-/);
    expect(found.join('\n')).toMatch(/kms:Decrypt .*"Ref":"SsmParameterValue.*fallbackkey.*s3\.eu-central-1\./i);
  });
});

describe('a persistent volume', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
  controlPlane.addDataPlane('Kept', {
    target: EksTarget.cluster(cluster, { maxReplicas: 5 }),
    configurationCache: ConfigurationCache.persistentVolume({ storageClass: 'gp3', sizeGib: 2 }),
  });
  const template = Template.fromStack(stack);

  it('belongs to each pod of a StatefulSet, and comes back with it', () => {
    const [set] = applied(template, 'StatefulSet');
    expect(set).toMatchObject({
      metadata: { name: 'kept', namespace: 'kept' },
      spec: {
        serviceName: 'kept-nodes',
        podManagementPolicy: 'Parallel',
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
        volumeClaimTemplates: [{
          metadata: { name: 'prefix' },
          spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '2Gi' } } },
        }],
      },
    });
    const { volumes, containers: [{ volumeMounts }] } = set.spec.template.spec;
    expect(volumes.map(({ name }: any) => name)).not.toContain('prefix');
    expect(volumeMounts).toContainEqual({ name: 'prefix', mountPath: '/var/lib/hybridge' });
    expect(applied(template, 'Deployment').map(({ metadata }) => metadata.name)).toEqual(['control-plane']);
  });

  it('is followed by the Service that a StatefulSet needs, and by the autoscaler', () => {
    const [service] = applied(template, 'Service').filter(({ metadata }) => metadata.name === 'kept-nodes');
    expect(service.spec).toMatchObject({ clusterIP: 'None' });
    const [{ spec: { scaleTargetRef } }] = applied(template, 'HorizontalPodAutoscaler');
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'kept' });
  });
});

describe('refused', () => {
  const app = testApp();
  const stack = testStack('eu-central-1', app);
  const cluster = testCluster(stack);
  const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
  const factory = testFactory(app);
  const volume = ConfigurationCache.persistentVolume();
  const fallback = ConfigurationCache.s3Fallback();

  it.each<[string, () => unknown, string]>([
    ['a volume on ECS', () => controlPlane.addDataPlane('A', { target: EcsTarget.fargate(cluster.vpc), configurationCache: volume }),
      'configurationCache: got a persistent volume, which ECS does not have, expected ConfigurationCache.s3Fallback()'],
    ['a volume on instances',
      () => controlPlane.addDataPlane('B', { target: AutoScalingGroupTarget.vpc(cluster.vpc), configurationCache: volume }),
      'which an Auto Scaling group does not have, expected ConfigurationCache.s3Fallback()'],
    ['a volume with Docker',
      () => controlPlane.addDataPlane('C', { target: DockerTarget.compose({ imageRepository: REGISTRY }), configurationCache: volume }),
      'a machine with Docker does not have, expected nothing: the machine keeps it in the folder state'],
    ['the fallback on a site',
      () => controlPlane.addDataPlane('D', {
        target: EksAnywhereTarget.cluster(factory, { imageRepository: REGISTRY, exposure: Exposure.nodePort() }),
        configurationCache: fallback,
      }),
      'which EKS Anywhere cannot read without a role in AWS, expected ConfigurationCache.persistentVolume()'],
    ['the fallback with Docker',
      () => controlPlane.addDataPlane('E', { target: DockerTarget.compose({ imageRepository: REGISTRY }), configurationCache: fallback }),
      'cannot read without a role in AWS, expected nothing'],
    ['the fallback of a control plane that leaves none',
      () => controlPlane.addDataPlane('F', { target: EcsTarget.fargate(cluster.vpc), configurationCache: fallback }),
      'set configurationFallback: ConfigurationFallback.s3() on the GatewayControlPlane'],
    ['a size of nothing', () => ConfigurationCache.persistentVolume({ sizeGib: 0 }), 'ConfigurationCache.persistentVolume: sizeGib: got 0'],
    ['a class that is no name', () => ConfigurationCache.persistentVolume({ storageClass: 'GP 3' }), 'storageClass: got "GP 3"'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('are both with the engine of Kong', () => {
    const other = testStack();
    const kong = testCluster(other);
    const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
    expect(() => testControlPlane(other, { target: EksTarget.cluster(kong), engine, configurationFallback: ConfigurationFallback.s3() }))
      .toThrow('configurationFallback: Kong writes none without a licence');
  });
});
