/** Secrets that a plane gets by name. What reaches the nodes of each target is compared in every-target.test.ts. */
import type { App, Stack } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  CognitoIdentity,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayEngine,
  Handoff,
  PlaneSecret,
  SecretDelivery,
} from '../../src';
import type { GatewayDataPlaneOptions } from '../../src';
import { only, testCluster, testControlPlane, testFactory, testStack, topologyEntry, writtenManifests } from './sample';

function plane(options: (cloud: Stack) => Partial<GatewayDataPlaneOptions>) {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const given = options(cloud);
  testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Edge', { target: EksTarget.cluster(cluster), ...given });
  return cloud;
}

const named = (cloud: Stack, name: string) => Secret.fromSecretNameV2(cloud, name.replace(/\W/g, ''), name);

describe('a named secret', () => {
  it('may be encrypted with a key of its own: the role may read this secret, by this key, and nothing else', () => {
    const cloud = plane((stack) => ({
      secrets: {
        'partner-key': PlaneSecret.fromSecretsManager(
          new Secret(stack, 'Own', { secretName: 'partners/own', encryptionKey: new Key(stack, 'Key') }), { field: 'apiKey' }),
      },
    }));
    const policies = Template.fromStack(cloud).findResources('AWS::IAM::Policy');
    const [, policy] = Object.entries<any>(policies).find(([id]) => /^ControlPlaneEdge.*Role/.test(id))!;
    const statements = policy.Properties.PolicyDocument.Statement
      .map(({ Action, Resource, Condition }: any) => ({ Action, Resource, Condition }));
    expect(statements).toEqual([
      { Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: expect.anything() },
      { Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: { Ref: expect.stringMatching(/^Own/) } },
      {
        Action: 'kms:Decrypt',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
      },
    ]);
    // The stack makes the secret: pods start after it.
    const resources = Object.entries<any>(Template.fromStack(cloud).toJSON().Resources);
    const [, workload] = resources.find(([id]) => id.startsWith('ControlPlaneEdgeWorkload'))!;
    expect(workload.DependsOn).toContainEqual(expect.stringMatching(/^Own/));
  });

  it('is a file of its own folder in pods, with a field whose name needs quotes', () => {
    const cloud = plane((stack) => ({
      secrets: { 'partner-key': PlaneSecret.fromSecretsManager(named(stack, 'a/b'), { field: 'api-key' }) },
    }));
    const manifests = writtenManifests(cloud, 'edge');
    const { parameters } = only(manifests, 'SecretProviderClass', 'edge-secret-partner-key').spec;
    expect(JSON.parse(parameters.objects)[0].jmesPath).toEqual([{ path: '"api-key"', objectAlias: 'value' }]);
    const { containers: [{ volumeMounts }], volumes } = only(manifests, 'Deployment').spec.template.spec;
    expect(volumeMounts).toContainEqual({ name: 'secret-partner-key', mountPath: '/etc/hybridge/secrets/partner-key', readOnly: true });
    expect(volumes).toContainEqual(expect.objectContaining({
      name: 'secret-partner-key', csi: expect.objectContaining({ volumeAttributes: { secretProviderClass: 'edge-secret-partner-key' } }),
    }));
  });

  it('is read where it is: the secrets of one plane may be in two regions', () => {
    const cloud = testStack();
    const ohio = testStack('us-east-2', cloud.node.root as App, 'Ohio');
    const near = PlaneSecret.fromSecretsManager(Secret.fromSecretNameV2(ohio, 'Near', 'near'));
    testControlPlane(cloud).addDataPlane('Far', { target: EksTarget.cluster(testCluster(ohio)), secrets: { near } });
    const classes = writtenManifests(cloud, 'far').filter(({ kind }) => kind === 'SecretProviderClass');
    expect(classes.map(({ metadata, spec }) => [metadata.name, spec.parameters.region])).toEqual([
      ['far-tunnel', 'eu-central-1'], ['far-secret-near', undefined],
    ]);
  });

  it('is an environment variable with Kong\'s chart, under the name that references look for', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const controlPlane = testControlPlane(cloud, {
      target: EksTarget.cluster(cluster), engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
    });
    controlPlane.addDataPlane('Kong', {
      target: EksTarget.cluster(cluster),
      secrets: { 'partner-key': PlaneSecret.fromSecretsManager(named(cloud, 'a/b'), { field: 'apiKey' }) },
    });
    const charts = Object.values<any>(Template.fromStack(cloud).findResources('Custom::AWSCDK-EKS-HelmChart'));
    const values = charts.map(({ Properties }) => JSON.stringify(Properties.Values)).find((text) => text.includes('partner_key'))!;
    expect(values.replace(/\\/g, '')).toContain(
      '"partner_key":{"valueFrom":{"secretKeyRef":{"name":"kong-secret-partner-key","key":"value"}}}',
    );
    expect(only(writtenManifests(cloud, 'kong'), 'SecretProviderClass', 'kong-secret-partner-key').spec.secretObjects[0].data)
      .toEqual([{ objectName: 'value', key: 'value' }]);
  });

  it('that changes by schedule replaces the tasks of ECS twice as often', () => {
    const rates = (days: number) => {
      const cloud = testStack();
      const cluster = testCluster(cloud);
      testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Tasks', {
        target: EcsTarget.fargate(cluster.vpc),
        secrets: {
          often: PlaneSecret.fromSecretsManager(named(cloud, 'often'), { rotateEvery: Duration.days(days) }),
          seldom: PlaneSecret.fromSecretsManager(named(cloud, 'seldom'), { rotateEvery: Duration.days(365) }),
          never: PlaneSecret.fromSecretsManager(named(cloud, 'never')),
        },
      });
      const schedules = Object.values<any>(Template.fromStack(cloud).findResources('AWS::Scheduler::Schedule'));
      return schedules.map(({ Properties }) => Properties.ScheduleExpression);
    };
    expect([1, 2, 3, 30].map(rates)).toEqual([['rate(12 hours)'], ['rate(1 day)'], ['rate(1 day)'], ['rate(15 days)']]);
  });

  it('is pulled as a whole, or by its field, where a person fetches secrets', () => {
    const cloud = testStack();
    const site = new Handoff(cloud, 'Handoff').addSite('Factory');
    testControlPlane(cloud).addDataPlane('Site', {
      target: EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), {
        imageRepository: 'registry.acme.example/hybridge', exposure: Exposure.nodePort(), site, delivery: SecretDelivery.pull(),
      }),
      secrets: {
        whole: PlaneSecret.fromSecretsManager(named(cloud, 'a/whole')),
        part: PlaneSecret.fromSecretsManager(named(cloud, 'a/part'), { field: 'x' }),
      },
    });
    const [files] = Object.values<any>(Template.fromStack(cloud).findResources('Custom::HybridgeHandoffFiles'));
    const { planes: [{ secrets }] } = JSON.parse(JSON.stringify(files.Properties.Index).includes('Fn::Join')
      ? files.Properties.Index['Fn::Join'][1].filter((part: unknown) => typeof part === 'string').join('') : files.Properties.Index);
    expect(secrets.slice(1)).toEqual([
      expect.objectContaining({ name: 'site-secret-whole', secretName: 'a/whole', entries: [{ key: 'value', property: '' }] }),
      expect.objectContaining({ name: 'site-secret-part', secretName: 'a/part', entries: [{ key: 'value', property: 'x' }] }),
    ]);
  });

  it('is in the topology, with the name and never a value', () => {
    const cloud = plane((stack) => ({
      secrets: {
        'partner-key': PlaneSecret.fromSecretsManager(named(stack, 'a/b'), { field: 'apiKey' }),
        'signing': PlaneSecret.fromSecretsManager(named(stack, 'c')),
      },
    }));
    expect(topologyEntry(cloud, 'edge').secrets).toEqual([
      { reference: '{vault://env/partner-key}', name: 'a/b', field: 'apiKey', region: 'eu-central-1' },
      { reference: '{vault://env/signing}', name: 'c', region: 'eu-central-1' },
    ]);
  });
});

describe('is refused:', () => {
  const secret = (stack: Stack) => PlaneSecret.fromSecretsManager(named(stack, 'a'));

  it.each([
    ['Partner', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['partner_key', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['1st', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['a--b', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['a/b', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['', "expected 1 to 40 lower-case letters, digits and '-'"],
    ['x'.repeat(41), "expected 1 to 40 lower-case letters, digits and '-'"],
    ['kong-pg-password', 'got the name of the variable KONG_PG_PASSWORD'],
    ['hybridge-token', 'got the name of the variable HYBRIDGE_TOKEN'],
    ['node-options', 'got the name of the variable NODE_OPTIONS'],
    ['aws-region', 'got the name of the variable AWS_REGION'],
    ['path', 'got the name of the variable PATH'],
    ['https-proxy', 'got the name of the variable HTTPS_PROXY'],
  ])('the name %j', (name, message) => {
    expect(() => plane((stack) => ({ secrets: { [name]: secret(stack) } }))).toThrow(`secrets[${JSON.stringify(name)}]: `);
    expect(() => plane((stack) => ({ secrets: { [name]: secret(stack) } }))).toThrow(message);
  });

  it('more than twenty', () => {
    expect(() => plane((stack) => {
      const one = secret(stack);
      return { secrets: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`s${at}`, one])) };
    })).toThrow('secrets: got 21, expected at most 20');
  });

  it('more than the script of an instance has room for', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const one = PlaneSecret.fromSecretsManager(named(cloud, 'a'.repeat(500)));
    expect(() => testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Machines', {
      target: AutoScalingGroupTarget.vpc(cluster.vpc),
      secrets: Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`s${at}`, one])),
    })).toThrow(/secrets: the script that starts an instance has \d+ bytes with them, expected at most 15000/);
  });

  it('rotateEvery with Kong, whose nodes read secrets at start', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const controlPlane = testControlPlane(cloud, {
      target: EksTarget.cluster(cluster), engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
    });
    const rotated = PlaneSecret.fromSecretsManager(named(cloud, 'a'), { rotateEvery: Duration.days(30) });
    expect(() => controlPlane.addDataPlane('Kong', { target: EksTarget.cluster(cluster), secrets: { rotated } }))
      .toThrow('secrets["rotated"]: rotateEvery needs nodes that re-read secrets');
  });

  it('secrets of two regions where one store reads them', () => {
    const cloud = testStack();
    const ohio = testStack('us-east-2', cloud.node.root as App, 'Ohio');
    const far = PlaneSecret.fromSecretsManager(Secret.fromSecretNameV2(ohio, 'Far', 'far'));
    expect(() => testControlPlane(cloud).addDataPlane('Site', {
      target: EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), {
        imageRepository: 'registry.acme.example/hybridge', exposure: Exposure.nodePort(),
      }),
      secrets: { far },
    })).toThrow('one SecretStore reads one region; expected one (hybridge/Cloud/control-plane/tunnel in eu-central-1, far in us-east-2)');
  });

  it('a name that the identity of the plane has already', () => {
    expect(() => plane((stack) => ({
      identity: new CognitoIdentity(stack, 'Identity'),
      hostname: 'apis.acme.example',
      secrets: { 'identity-client-secret': secret(stack) },
    }))).toThrow('secrets["identity-client-secret"]: got a name that the secret identity/client_secret of this plane has already');
  });
});
