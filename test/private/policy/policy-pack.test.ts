/** Every rule broken alone by an escape hatch: synthesis refuses, and names construct and fix. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, CloudFormationValidatePlugin, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { TEMPLATE_RULES } from '../../../src/private/policy/templates/template-rules';
import { testCluster } from '../../gateway/sample';

const validation = process.env.CDK_VALIDATION;
const folders: string[] = [];
beforeAll(() => {
  process.env.CDK_VALIDATION = 'true';
});
afterAll(() => {
  process.env.CDK_VALIDATION = validation;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Violation {
  readonly ruleName: string;
  readonly suggestedFix?: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

function appOf(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out'));
  folders.push(outdir);
  // In memory, a failed validation is an error with the report.
  return new App({ outdir, context: { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:app-mode': 'inmemory', ...context } });
}

function watchedStack(app = appOf()): Stack {
  const stack = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });
  testCluster(stack);
  return stack;
}

/** What synthesis says when it refuses; nothing when it does not. */
function refusal(app: App): string | undefined {
  try {
    app.synth();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Report {
  readonly pluginName: string;
  readonly violations: readonly Violation[];
}

function reports(app: App): readonly Report[] {
  return JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')).pluginReports;
}

function findings(app: App): readonly Violation[] {
  return reports(app).find(({ pluginName }) => pluginName === 'Hybridge')?.violations ?? [];
}

const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((Type) => ({ Type }));
const EKS = {
  EncryptionConfig: [{ Provider: { KeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1' }, Resources: ['secrets'] }],
  Logging: { ClusterLogging: { EnabledTypes: LOGS } },
  ResourcesVpcConfig: { SubnetIds: ['subnet-1'], EndpointPrivateAccess: true, EndpointPublicAccess: false },
};
const statement = (part: object) => ({
  PolicyName: 'p',
  Roles: ['r'],
  PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*', ...part }] },
});
const template = (data: object) => ({ LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' }, ...data } });
const ingress = (source: object, from: number, to: number) => ({ IpProtocol: 'tcp', FromPort: from, ToPort: to, ...source });
const joined = (policy: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${policy}`]] });
const EVERYBODY = { CidrIp: '0.0.0.0/0' };

type Case = readonly [type: string, broken: object, whole: object];

/** Properties that break the rule and no other, and the same made good. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  EKS_AMAZON_LINUX_2: [
    ['AWS::EKS::Nodegroup', { AmiType: 'AL2_x86_64' }, { AmiType: 'AL2023_x86_64_STANDARD' }],
    ['AWS::EKS::Nodegroup', { Labels: {} }, { LaunchTemplate: { Id: 'lt-1' } }],
  ],
  EKS_HYBRID_ENDPOINT: [
    [
      'AWS::EKS::Cluster',
      {
        ...EKS,
        RemoteNetworkConfig: { RemoteNodeNetworks: [{ Cidrs: ['10.0.0.0/16'] }] },
        ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: true, PublicAccessCidrs: ['198.51.100.0/24'] },
      },
      { ...EKS, RemoteNetworkConfig: { RemoteNodeNetworks: [{ Cidrs: ['10.0.0.0/16'] }] } },
    ],
  ],
  EKS_OPEN_ENDPOINT: [
    [
      'AWS::EKS::Cluster',
      { ...EKS, ResourcesVpcConfig: { EndpointPublicAccess: true, PublicAccessCidrs: ['0.0.0.0/0'] } },
      { ...EKS, ResourcesVpcConfig: { EndpointPublicAccess: true, PublicAccessCidrs: ['198.51.100.0/24'] } },
    ],
    ['AWS::EKS::Cluster', { ...EKS, ResourcesVpcConfig: { EndpointPrivateAccess: true } }, EKS],
  ],
  EKS_LOGS: [['AWS::EKS::Cluster', { ...EKS, Logging: { ClusterLogging: { EnabledTypes: LOGS.slice(1) } } }, EKS]],
  EKS_SECRETS_KEY: [['AWS::EKS::Cluster', { ...EKS, EncryptionConfig: undefined }, EKS]],
  EC2_METADATA_TOKENS: [
    ['AWS::EC2::LaunchTemplate', { LaunchTemplateData: { MetadataOptions: { HttpTokens: 'optional' } } }, template({})],
  ],
  EC2_UNENCRYPTED_VOLUME: [
    [
      'AWS::EC2::LaunchTemplate',
      template({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }] }),
      template({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, Encrypted: true } }] }),
    ],
    ['AWS::EC2::Volume', { Size: 20 }, { Size: 20, Encrypted: true }],
  ],
  EC2_OPEN_ADMIN_PORT: [
    [
      'AWS::EC2::SecurityGroup',
      { SecurityGroupIngress: [ingress(EVERYBODY, 8000, 8100)] },
      { SecurityGroupIngress: [ingress(EVERYBODY, 443, 443), ingress({ CidrIp: '10.0.0.0/8' }, 8001, 8001)] },
    ],
    ['AWS::EC2::SecurityGroup', { SecurityGroupIngress: [{ CidrIpv6: '::/0', IpProtocol: '-1' }] }, {}],
  ],
  EC2_OPEN_ADMIN_INGRESS: [
    [
      'AWS::EC2::SecurityGroupIngress',
      { GroupId: 'sg-1', ...ingress(EVERYBODY, 5432, 5432) },
      { GroupId: 'sg-1', ...ingress({ SourceSecurityGroupId: 'sg-2' }, 5432, 5432) },
    ],
  ],
  ELB_PUBLIC_ADMIN: [
    [
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { Scheme: 'internet-facing', Tags: [{ Key: 'hybridge:admin-api', Value: 'control-plane' }] },
      { Scheme: 'internal', Tags: [{ Key: 'hybridge:admin-api', Value: 'control-plane' }] },
    ],
    [
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { Tags: [{ Key: 'hybridge:admin-api', Value: 'control-plane' }] },
      { Scheme: 'internet-facing', Tags: [{ Key: 'team', Value: 'apis' }] },
    ],
  ],
  RDS_UNENCRYPTED: [
    ['AWS::RDS::DBCluster', { Engine: 'aurora-postgresql' }, { Engine: 'aurora-postgresql', StorageEncrypted: true }],
    ['AWS::RDS::DBInstance', { StorageEncrypted: false }, { DBClusterIdentifier: 'c' }],
  ],
  RDS_PUBLIC: [
    [
      'AWS::RDS::DBInstance',
      { DBClusterIdentifier: 'c', PubliclyAccessible: true },
      { DBClusterIdentifier: 'c', PubliclyAccessible: false },
    ],
  ],
  OPENSEARCH_UNENCRYPTED: [
    [
      'AWS::OpenSearchService::Domain',
      { EncryptionAtRestOptions: { Enabled: true }, NodeToNodeEncryptionOptions: { Enabled: true } },
      {
        EncryptionAtRestOptions: { Enabled: true },
        NodeToNodeEncryptionOptions: { Enabled: true },
        DomainEndpointOptions: { EnforceHTTPS: true },
      },
    ],
  ],
  CACHE_UNENCRYPTED: [
    [
      'AWS::ElastiCache::ReplicationGroup',
      { AtRestEncryptionEnabled: true },
      { AtRestEncryptionEnabled: true, TransitEncryptionEnabled: true },
    ],
  ],
  S3_PUBLIC: [
    ['AWS::S3::Bucket', { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }, {}],
    ['AWS::S3::Bucket', { AccessControl: 'PublicRead' }, { AccessControl: 'Private' }],
  ],
  LAMBDA_PLAINTEXT_SECRET: [
    ['AWS::Lambda::Function', { Environment: { Variables: { DB_PASSWORD: 'x' } } }, { Environment: { Variables: { SECRET_ARN: 'x' } } }],
  ],
  ECS_PLAINTEXT_SECRET: [
    [
      'AWS::ECS::TaskDefinition',
      { ContainerDefinitions: [{ Environment: [{ Name: 'KONG_PG_PASSWORD', Value: 'x' }] }] },
      { ContainerDefinitions: [{ Environment: [{ Name: 'KONG_PG_PASSWORD_FILE', Value: 'x' }] }, {}] },
    ],
  ],
  SSM_PLAINTEXT_SECRET: [
    [
      'AWS::SSM::Parameter',
      { Type: 'String', Name: '/gateway/db-password', Value: 'x' },
      { Type: 'String', Name: '/gateway/host', Value: 'x' },
    ],
  ],
  SECRET_IN_TEMPLATE: [['AWS::SecretsManager::Secret', { SecretString: 'x' }, { GenerateSecretString: {} }]],
  IAM_WILDCARD_ACTION: [
    ['AWS::IAM::Policy', statement({ Action: ['s3:GetObject', 's3:*'] }), statement({ Action: ['s3:Get*'] })],
    ['AWS::IAM::Policy', statement({ NotAction: 'iam:*' }), statement({ Effect: 'Deny', Action: '*' })],
  ],
  IAM_ADMINISTRATOR: [
    ['AWS::IAM::Role', { ManagedPolicyArns: [joined('AdministratorAccess')] }, { ManagedPolicyArns: [joined('ReadOnlyAccess')] }],
    ['AWS::IAM::Role', { Policies: [statement({ Action: '*' })] }, { Policies: [statement({ Action: 'ec2:DescribeVpcs' })] }],
  ],
};

const rows = Object.entries(CASES).flatMap(([id, cases]) =>
  cases.map(([type, broken, whole], at) => ({ id, type, broken, whole, path: `${id.replaceAll('_', '')}${at}` })),
);

describe('the policy', () => {
  /** One synthesis for all: CDK's engine takes most of the time. */
  let message = '';
  let found: readonly Violation[] = [];
  beforeAll(() => {
    const app = appOf();
    const stack = watchedStack(app);
    for (const { type, broken, whole, path } of rows) {
      new CfnResource(stack, `${path}Broken`, { type, properties: broken });
      new CfnResource(stack, `${path}Whole`, { type, properties: whole });
    }
    message = refusal(app) ?? '';
    found = findings(app);
  }, 60_000);

  it('has a case for each rule', () => {
    expect(Object.keys(CASES).sort()).toEqual(TEMPLATE_RULES.map(({ id }) => id).sort());
  });

  it.each(rows)('refuses $type that breaks $id, alone, and names construct and fix ($path)', ({ id, path }) => {
    const broken = found.filter(({ violatingConstructs }) =>
      violatingConstructs.some(({ constructPath }) => constructPath === `Cloud/${path}Broken`),
    );
    expect(broken.map(({ ruleName }) => ruleName)).toEqual([id]);
    expect(message).toContain(`Cloud/${path}Broken`);
    expect(message).toContain(TEMPLATE_RULES.find((rule) => rule.id === id)!.fix.slice(0, 40));
  });

  it.each(rows)('accepts the corrected resource, and clusters of this library ($path)', ({ path }) => {
    const paths = found.flatMap(({ violatingConstructs }) => violatingConstructs.map(({ constructPath }) => constructPath));
    expect(paths).not.toContain(`Cloud/${path}Whole`);
    expect(paths.filter((each) => each.startsWith('Cloud/Cluster'))).toEqual([]);
  });
});

describe('the policy in an app', () => {
  const parameter = (stack: Stack) =>
    new CfnResource(stack, 'Password', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Name: 'password', Value: 'x' } });

  it('accepts a finding that is acknowledged with a reason, and leaves stacks alone that hold nothing of this library', () => {
    const app = appOf();
    Validations.of(parameter(watchedStack(app))).acknowledge({
      id: 'Hybridge::SSM_PLAINTEXT_SECRET',
      reason: 'holds the name of a secret',
    });
    parameter(new Stack(app, 'Other'));
    expect(refusal(app)).toBeUndefined();
  }, 30_000);

  it('can be switched off by context', () => {
    const stack = watchedStack(appOf({ 'cdk-hybridge:policy': false }));
    parameter(stack);
    expect(refusal(stack.node.root as App)).toBeUndefined();
  }, 30_000);

  it('works beside a plugin of the app for templates', () => {
    const stack = watchedStack();
    parameter(stack);
    const app = stack.node.root as App;
    Validations.of(app).addPlugins(new CloudFormationValidatePlugin());
    expect(refusal(app)).toContain('SSM_PLAINTEXT_SECRET');
  }, 30_000);

  it('leaves CDK its own validation, once, and gives no engine rules to parse', () => {
    const stack = watchedStack();
    const app = stack.node.root as App;
    const properties = { AvailabilityZone: 'eu-central-1a', Size: 'large', Encrypted: true };
    new CfnResource(stack, 'Volume', { type: 'AWS::EC2::Volume', properties });
    refusal(app);
    expect(app._validationPlugins.map(({ name }) => name)).toEqual(['Hybridge']);
    expect(app._validationPlugins.filter((plugin) => plugin instanceof CloudFormationValidatePlugin)).toEqual([]);
    const builtin = reports(app).filter(({ pluginName }) => pluginName === 'CloudFormation Validate');
    expect(builtin).toHaveLength(1);
    expect(builtin[0].violations.flatMap(({ violatingConstructs }) => violatingConstructs.map(({ constructPath }) => constructPath)))
      .toContain('Cloud/Volume');
  }, 30_000);

  it('looks into nested stacks and stages, and finds acknowledgements there', () => {
    const app = appOf();
    const cloud = new Stack(new Stage(app, 'Production'), 'Cloud', { env: { region: 'eu-central-1' } });
    testCluster(cloud);
    const nested = new NestedStack(cloud, 'Nested');
    const inner = new NestedStack(nested, 'Inner');
    parameter(inner);
    expect(refusal(app)).toContain('Production/Cloud/Nested/Inner/Password');
    expect(findings(app).map(({ ruleName }) => ruleName)).toEqual(['SSM_PLAINTEXT_SECRET']);

    const accepted = appOf();
    const outer = watchedStack(accepted);
    Validations.of(parameter(new NestedStack(outer, 'Nested'))).acknowledge({
      id: 'Hybridge::SSM_PLAINTEXT_SECRET',
      reason: 'holds the name of a secret',
    });
    expect(refusal(accepted)).toBeUndefined();
  }, 30_000);

  it('does not run where CDK validates nothing', () => {
    process.env.CDK_VALIDATION = 'false';
    const stack = watchedStack();
    parameter(stack);
    expect(refusal(stack.node.root as App)).toBeUndefined();
    process.env.CDK_VALIDATION = 'true';
  });

  it('is one for the app, however many clusters there are', () => {
    const app = appOf();
    watchedStack(app);
    testCluster(new Stack(app, 'Second', { env: { region: 'us-east-1' } }));
    expect(app.node.children.filter(({ node }) => node.id === 'HybridgePolicy')).toHaveLength(1);
  });
});
