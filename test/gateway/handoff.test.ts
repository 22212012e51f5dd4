import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { parseAllDocuments } from 'yaml';
import {
  CognitoIdentity,
  DockerTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  Handoff,
  HandoffSite,
  OidcIssuer,
  OpenSearchLogs,
  SecretDelivery,
} from '../../src';
import type { EksAnywhereTargetOptions, HandoffSiteOptions } from '../../src';
import { environment, only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const REPOSITORY = 'registry.acme.example/hybridge';

interface Sample {
  readonly stack: Stack;
  readonly handoff: Handoff;
  readonly site: HandoffSite;
  readonly issuer: OidcIssuer;
}

/** A control plane, a site, and one plane on it. */
function sample(target: (sample: Sample) => Partial<EksAnywhereTargetOptions>, options: HandoffSiteOptions = {}): Sample {
  const stack = testStack();
  const handoff = new Handoff(stack, 'Handoff');
  const made = {
    stack,
    handoff,
    site: handoff.addSite('Factory', options),
    issuer: new OidcIssuer(stack, 'Issuer', { bucketName: 'acme-factory-tokens' }),
  };
  testControlPlane(stack).addDataPlane('FactoryPlane', {
    target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), {
      exposure: Exposure.nodePort(),
      imageRepository: REPOSITORY,
      site: made.site,
      ...target(made),
    }),
    identity: new CognitoIdentity(stack, 'Identity'),
    hostname: 'apis.factory.acme.example',
  });
  return made;
}

/** Joined text with every expression as `<Name>` or `<Resource.Attribute>`. */
function joined(value: any): string {
  if (typeof value === 'string') return value;
  if (value['Fn::Join']) return value['Fn::Join'][1].map(joined).join('');
  return `<${value.Ref ?? value['Fn::GetAtt'].join('.')}>`;
}

function handedOver(stack: Stack) {
  const [resource] = Object.values(Template.fromStack(stack).findResources('Custom::HybridgeHandoffFiles'));
  const { Files, Index, ...rest } = resource.Properties;
  return {
    ...rest,
    index: JSON.parse(joined(Index)),
    files: Object.fromEntries(Files.map(({ Path, Text }: any) => [Path, joined(Text)])) as Record<string, string>,
  };
}

function objects(text: string): any[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Statements of the policies of a role, by the action they begin with. */
function statements(stack: Stack, role: iam.IRole): any[] {
  const { Ref: id } = stack.resolve((role.node.defaultChild as iam.CfnRole).ref);
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    Properties.Roles.some(({ Ref }: any) => Ref === id),
  );
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('a plane whose secrets are fetched by a person', () => {
  const { stack, site } = sample(() => ({ delivery: SecretDelivery.pull() }), {
    readers: [new iam.ArnPrincipal('arn:aws:iam::444455556666:role/factory-operators')],
  });
  const { index, files, Prefix } = handedOver(stack);
  const template = Template.fromStack(stack);

  it('is handed over with the values that CloudFormation knows, below a prefix of the site', () => {
    expect(Prefix).toBe('Cloud/factory/');
    const deployment = only(objects(files['planes/factory-plane/3-plane.k8s.yaml']), 'Deployment');
    expect(environment(deployment).KONG_CLUSTER_CONTROL_PLANE).toEqual({
      value: expect.stringMatching(/^<ControlPlane\w*TunnelHost\w+\.Value>:8005$/),
    });
  });

  it('has the files of its cluster beside it, with places for secrets only', () => {
    expect(Object.keys(files).filter((path) => path.startsWith('clusters/'))).toEqual([
      'clusters/Factory/cluster.yaml',
      'clusters/Factory/hardware.csv',
    ]);
    expect(files['clusters/Factory/hardware.csv']).toContain('${env:BMC_PASSWORD}');
  });

  it('has an index that maps each Secret to its secrets in Secrets Manager', () => {
    expect(index).toEqual({
      version: 1,
      site: 'factory',
      clusters: [{ name: 'Factory', folder: 'clusters/Factory' }],
      fluxFiles: [],
      planes: [
        {
          name: 'factory-plane',
          folder: 'planes/factory-plane',
          secrets: [
            expect.objectContaining({
              name: 'factory-plane-tunnel',
              type: 'kubernetes.io/tls',
              secretName: 'hybridge/Cloud/control-plane/tunnel',
              region: 'eu-central-1',
              entries: [
                { key: 'tls.crt', property: 'certificate' },
                { key: 'tls.key', property: 'privateKey' },
              ],
            }),
            expect.objectContaining({ name: 'factory-plane-identity', type: 'Opaque', secretName: 'hybridge/Cloud/identity/login' }),
          ],
        },
      ],
    });
  });

  it('needs no operator on the site and no parameter for each value', () => {
    const kinds = Object.entries<string>(files)
      .filter(([path]) => path.startsWith('planes/'))
      .flatMap(([, text]) => objects(text))
      .map(({ kind }) => kind);
    expect(kinds).not.toContain('ExternalSecret');
    template.resourcePropertiesCountIs('AWS::SSM::Parameter', { Name: Match.stringLikeRegexp('^/hybridge/Cloud/factory-plane/') }, 0);
  });

  it('is read in cdk.out with the names of values in their places', () => {
    expect(environment(only(writtenManifests(stack, 'factory-plane'), 'Deployment')).KONG_CLUSTER_CONTROL_PLANE).toEqual({
      value: expect.stringMatching(/^\$\{ControlPlane\w+\.Value\}:8005$/),
    });
  });

  it('is found by one parameter, which holds the digest of what was written', () => {
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/hybridge/Cloud/factory/handoff' });
    const [{ Properties }] = Object.values(
      template.findResources('AWS::SSM::Parameter', { Properties: { Name: '/hybridge/Cloud/factory/handoff' } }),
    );
    expect(JSON.parse(joined(Properties.Value))).toEqual({
      bucket: expect.stringMatching(/^<HandoffBucket/),
      region: 'eu-central-1',
      prefix: 'Cloud/factory/',
      digest: expect.stringMatching(/^<HandoffFactoryFiles\w*\.Digest>$/),
    });
  });

  it('lets readers of another account fetch that, and nothing else', () => {
    const role = site.readerRole!;
    expect(stack.resolve((role as iam.Role).assumeRolePolicy).Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:role/factory-operators' } },
    ]);
    const given = statements(stack, role).map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
    expect(given).toEqual([
      ['ssm:GetParameter', expect.stringContaining(':parameter/hybridge/Cloud/factory/handoff"')],
      ['s3:GetObject', expect.stringContaining('"/Cloud/factory/*"')],
      [['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], expect.stringMatching(/ControlPlaneTunnelSecret/)],
      [['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], expect.stringMatching(/Identity\w*Secret/)],
    ]);
  });

  it('is a private, encrypted, versioned bucket that requires TLS', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        BucketEncryption: Match.anyValue(),
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } })] },
      }),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: Match.stringLikeRegexp('^HandoffBucket') },
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]),
      },
    });
  });

  it('says how to fetch it, and as whom', () => {
    const values = Object.values(template.findOutputs('*')).map(({ Value }) => Value);
    expect(values).toContain('hybridge handoff pull --site Cloud/factory --region eu-central-1');
    expect(values).toContainEqual(stack.resolve(site.readerRole!.roleArn));
  });
});

describe('a plane with a store of its own', () => {
  const { stack, issuer } = sample((made) => ({ delivery: SecretDelivery.externalSecrets({ issuer: made.issuer }) }), {
    readers: [new iam.AccountPrincipal('444455556666')],
  });
  const { index, files } = handedOver(stack);
  const foundation = objects(files['planes/factory-plane/1-foundation.k8s.yaml']);

  it('signs in with a service account whose role reads the secrets of the plane', () => {
    const account = foundation.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'hybridge-secrets');
    expect(account.metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': expect.stringMatching(/^<Issuerfactoryplanesecrets\w+\.Arn>$/),
    });
    expect(only(foundation, 'SecretStore').spec).toEqual({
      provider: {
        aws: { service: 'SecretsManager', region: 'eu-central-1', auth: { jwt: { serviceAccountRef: { name: 'hybridge-secrets' } } } },
      },
    });
    const role = issuer.node.findChild('factory-plane-secrets') as iam.Role;
    expect(stack.resolve(role.assumeRolePolicy).Statement[0].Condition.StringEquals).toMatchObject({
      's3.eu-central-1.amazonaws.com/acme-factory-tokens:sub': 'system:serviceaccount:factory-plane:hybridge-secrets',
    });
    expect(statements(stack, role).map(({ Action }) => Action)).toEqual([
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    ]);
  });

  it('comes after its namespace and before what uses it', () => {
    const kinds = foundation.map(({ kind }) => kind);
    expect(kinds[0]).toBe('Namespace');
    expect(kinds.indexOf('SecretStore')).toBeLessThan(kinds.indexOf('ExternalSecret'));
  });

  it('refers to it from every ExternalSecret', () => {
    const secrets = foundation.filter(({ kind }) => kind === 'ExternalSecret');
    expect(secrets.map(({ spec }) => spec.secretStoreRef)).toEqual([
      { kind: 'SecretStore', name: 'hybridge-secrets' },
      { kind: 'SecretStore', name: 'hybridge-secrets' },
    ]);
    expect(secrets.map(({ spec }) => spec.refreshInterval)).toEqual(['5m0s', '5m0s']);
  });

  it('leaves readers of the site no secret to fetch', () => {
    expect(index.planes[0].secrets).toEqual([]);
    const [{ Properties }] = Object.values(
      Template.fromStack(stack).findResources('AWS::IAM::Policy', {
        Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^HandoffFactoryReader') }] },
      }),
    );
    expect(JSON.stringify(Properties)).not.toContain('secretsmanager');
  });
});

/** A plane on a site that nothing is handed over to. */
function byHand(options: Partial<EksAnywhereTargetOptions>): Stack {
  const stack = testStack();
  const target = EksAnywhereTarget.cluster(testFactory(stack.node.root as App), {
    exposure: Exposure.nodePort(),
    imageRepository: REPOSITORY,
    ...options,
  });
  testControlPlane(stack).addDataPlane('FactoryPlane', { target });
  return stack;
}

it('uses the stores of the site, at the given refresh interval', () => {
  const stack = byHand({
    delivery: SecretDelivery.externalSecrets({ secretStore: 'vault', parameterStore: 'values', refreshInterval: Duration.seconds(90) }),
  });
  const specs = writtenManifests(stack, 'factory-plane').filter(({ kind }) => kind === 'ExternalSecret').map(({ spec }) => spec);
  expect(specs.map(({ secretStoreRef }) => secretStoreRef)).toEqual([
    { kind: 'ClusterSecretStore', name: 'vault' },
    { kind: 'ClusterSecretStore', name: 'values' },
  ]);
  expect(specs.map(({ refreshInterval }) => refreshInterval)).toEqual(['1m30s', '1m30s']);
});

it('lets a role read that exists before the planes do, as one for certificates', () => {
  const stack = testStack();
  const site = new Handoff(stack, 'Handoff').addSite('Factory');
  const role = new iam.Role(stack, 'Admin', { assumedBy: new iam.ServicePrincipal('rolesanywhere.amazonaws.com') });
  site.grantRead(role);
  testControlPlane(stack).addDataPlane('FactoryPlane', {
    target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), {
      exposure: Exposure.nodePort(),
      imageRepository: REPOSITORY,
      site,
      delivery: SecretDelivery.pull(),
    }),
  });
  expect(statements(stack, role).flatMap(({ Action }) => Action)).toEqual([
    'ssm:GetParameter',
    's3:GetObject',
    'secretsmanager:GetSecretValue',
    'secretsmanager:DescribeSecret',
  ]);
});

it('brings the token of logs with an ingest like every other secret, so that a site needs no role to send them', () => {
  const stack = testStack();
  const site = new Handoff(stack, 'Handoff').addSite('Factory', { readers: [new iam.AccountRootPrincipal()] });
  const cluster = testCluster(stack);
  const logs = new OpenSearchLogs(stack, 'Logs', { vpc: cluster.vpc, ingest: true });
  testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('FactoryPlane', {
    target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), {
      exposure: Exposure.nodePort(),
      imageRepository: REPOSITORY,
      site,
      delivery: SecretDelivery.pull(),
    }),
    logs,
  });
  const token = handedOver(stack).index.planes[0].secrets.find(({ name }: { name: string }) => name === 'factory-plane-logs');
  expect(token).toMatchObject({
    type: 'Opaque',
    secretName: expect.stringMatching(/^hybridge\/Cloud\//),
    entries: [{ key: 'token', property: 'token' }],
  });
  expect(JSON.stringify(statements(stack, site.readerRole!))).toMatch(/LogsIngest\w*Token/);
});

it('writes into the bucket with a role that may do nothing else', () => {
  const { stack } = sample(() => ({ delivery: SecretDelivery.pull() }));
  const [writer] = Object.values(
    Template.fromStack(stack).findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^HandoffWriter') }] },
    }),
  );
  expect(writer.Properties.PolicyDocument.Statement.map(({ Action, Resource }: any) => [Action, JSON.stringify(Resource)])).toEqual([
    [['logs:CreateLogStream', 'logs:PutLogEvents'], expect.stringContaining('HandoffWriterLogs')],
    [['s3:ListBucket', 's3:ListBucketVersions'], expect.stringContaining('HandoffBucket')],
    [['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'], expect.stringContaining('HandoffBucket')],
  ]);
});

it.each<[string, () => unknown, string]>([
  ['pull() without a site', () => byHand({ delivery: SecretDelivery.pull() }), 'delivery: got pull() without a site, expected both'],
  [
    'an issuer without a site',
    () =>
      byHand({
        delivery: SecretDelivery.externalSecrets({ issuer: new OidcIssuer(testStack(), 'Issuer', { bucketName: 'acme-tokens' }) }),
      }),
    'delivery: got an issuer without a site, expected both',
  ],
  [
    'an issuer beside a store',
    () =>
      SecretDelivery.externalSecrets({
        issuer: new OidcIssuer(testStack(), 'Issuer', { bucketName: 'acme-tokens' }),
        secretStore: 'vault',
      }),
    "secretStore: got 'vault' together with issuer",
  ],
  ['an invalid name of a store', () => SecretDelivery.externalSecrets({ parameterStore: 'My Store' }), 'parameterStore: got "My Store"'],
  [
    'a refresh every second',
    () => SecretDelivery.externalSecrets({ refreshInterval: Duration.seconds(1) }),
    'refreshInterval: got 1 second, expected a minute to a day',
  ],
  [
    'a site without planes',
    () => {
      const stack = testStack();
      new Handoff(stack, 'Handoff').addSite('Factory');
      (stack.node.root as App).synth();
    },
    'no plane is on the site: give it to a target',
  ],
  [
    'a stack whose name is known only after deployment',
    () => new Handoff(new NestedStack(testStack(), 'Inner'), 'Handoff').addSite('Factory'),
    "the stack's name is known only after deployment",
  ],
  [
    'a reader to which no policy can be attached',
    () => new Handoff(testStack(), 'Handoff').addSite('Factory').grantRead(new iam.ArnPrincipal('arn:aws:iam::444455556666:role/x')),
    'grantRead got a principal that takes no policies',
  ],
  [
    'a secret of another account',
    () => {
      const app = testStack().node.root as App;
      const stack = (id: string, account: string) => new Stack(app, id, { env: { account, region: 'eu-central-1' } });
      const site = new Handoff(stack('Sites', '444455556666'), 'Handoff').addSite('Factory', { readers: [new iam.AccountRootPrincipal()] });
      testControlPlane(stack('Planes', '111122223333')).addDataPlane('FactoryPlane', {
        target: EksAnywhereTarget.cluster(testFactory(app), {
          exposure: Exposure.nodePort(),
          imageRepository: REPOSITORY,
          site,
          delivery: SecretDelivery.pull(),
        }),
      });
    },
    'target: the handoff is in account 444455556666, expected 111122223333',
  ],
  [
    'more than a deployment carries',
    () => {
      const { stack, site } = sample(() => ({ delivery: SecretDelivery.pull() }));
      for (let at = 0; at < 20; at++) {
        site._addPlane(
          testFactory(new Stack() as any),
          { name: `plane${at}`, files: { 'a.yaml': 'x'.repeat(10_000) }, pulledSecrets: [] },
          [],
        );
      }
      (stack.node.root as App).synth();
    },
    'expected at most 200000: make two sites of it',
  ],
])('refuses %s', (_title, make, message) => {
  expect(make).toThrow(message);
});

describe('a plane for Docker on a site', () => {
  const stack = testStack();
  const site = new Handoff(stack, 'Handoff').addSite('Shop', { readers: [new iam.ArnPrincipal('arn:aws:iam::444455556666:role/shops')] });
  testControlPlane(stack).addDataPlane('Shop', {
    target: DockerTarget.compose({ imageRepository: REPOSITORY, site }),
    identity: new CognitoIdentity(stack, 'Identity'),
    hostname: 'apis.shop.acme.example',
  });
  const { index, files } = handedOver(stack);

  it('is handed over with its values in the env file, apart from what Flux would apply', () => {
    expect(Object.keys(files)).toEqual(['machines/shop/compose.yaml', 'machines/shop/plane.env']);
    expect(files['machines/shop/plane.env']).toMatch(/^KONG_CLUSTER_CONTROL_PLANE=<ControlPlane\w*TunnelHost\w+\.Value>:8005$/m);
    expect(files['machines/shop/plane.env']).toMatch(/^KONG_CLUSTER_CERT=\/etc\/hybridge\/cluster\/tls\.crt$/m);
    const { services: { gateway } } = objects(files['machines/shop/compose.yaml'])[0];
    expect(gateway.env_file).toEqual([{ path: 'plane.env', format: 'raw' }]);
    expect(gateway.user).toBe('${HYBRIDGE_USER:?run "hybridge handoff pull" first}');
  });

  it('has an index of the secrets that its compose file mounts, without one of them', () => {
    const { services } = objects(files['machines/shop/compose.yaml'])[0] as any;
    expect(index).toMatchObject({ planes: [], clusters: [] });
    expect(index.machines).toEqual([{ name: 'shop', folder: 'machines/shop', secrets: expect.any(Array) }]);
    const folders = new Set(index.machines[0].secrets.map(({ path }: any) => `./${path.slice(0, path.lastIndexOf('/'))}`));
    expect([...folders]).toEqual(services.gateway.volumes.slice(1).map(({ source }: any) => source));
    expect(index.machines[0].secrets.slice(0, 2)).toEqual([
      {
        path: 'secrets/tunnel/tls.crt',
        secretName: 'hybridge/Cloud/control-plane/tunnel',
        region: 'eu-central-1',
        property: 'certificate',
      },
      { path: 'secrets/tunnel/tls.key', secretName: 'hybridge/Cloud/control-plane/tunnel', region: 'eu-central-1', property: 'privateKey' },
    ]);
  });

  it('lets readers of the site read these secrets', () => {
    const resources = statements(stack, site.readerRole!)
      .filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'))
      .map(({ Resource }) => Resource.Ref);
    expect(resources).toEqual([expect.stringContaining('TunnelSecret'), expect.stringContaining('WebClientSecret')]);
  });

  it('needs no parameters of its own, and its files in cdk.out are to read', () => {
    // A cluster of the CDK has a parameter without a name.
    const names = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter')).flatMap(
      ({ Properties }) => Properties.Name ?? [],
    );
    expect(names).toEqual(['/hybridge/Cloud/shop/handoff']);
    const { directory } = (stack.node.root as App).synth();
    expect(readdirSync(join(directory, 'hybridge', 'shop')).sort()).toEqual(['compose.yaml', 'plane.env']);
    expect(readFileSync(join(directory, 'hybridge', 'shop', 'plane.env'), 'utf8')).toMatch(
      /^KONG_CLUSTER_CONTROL_PLANE=\$\{ControlPlane\w*TunnelHost\w+\.Value\}:8005$/m,
    );
  });
});
