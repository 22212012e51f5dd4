import { X509Certificate } from 'node:crypto';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EksTarget, GatewayDatabase, GatewayEngine } from '../../src';
import { environment, only, testApp, testCluster, testControlPlane, testStack, writtenManifests } from './sample';

describe('Aurora serverless', () => {
  const stack = testStack();
  testControlPlane(stack);
  const template = Template.fromStack(stack);

  it('is encrypted, protected, backed up, logged, and private', () => {
    template.hasResource('AWS::RDS::DBCluster', {
      Properties: {
        Engine: 'aurora-postgresql',
        EngineVersion: '17.7',
        StorageEncrypted: true,
        DeletionProtection: true,
        BackupRetentionPeriod: 7,
        EnableIAMDatabaseAuthentication: true,
        EnableCloudwatchLogsExports: ['postgresql'],
        CopyTagsToSnapshot: true,
        Port: 5432,
        ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      },
      DeletionPolicy: 'Snapshot',
    });
    template.resourceCountIs('AWS::RDS::DBInstance', 2);
    template.allResourcesProperties('AWS::RDS::DBInstance', { PubliclyAccessible: false, DBInstanceClass: 'db.serverless' });
  });

  it('accepts connections with TLS only, from the pods of the cluster only', () => {
    template.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
      Family: 'aurora-postgresql17',
      Parameters: { 'rds.force_ssl': '1' },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Cluster'), 'ClusterSecurityGroupId'] },
    });
  });

  it('has a generated password, which the template refers to and does not hold', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'hybridge/Cloud/control-plane/database',
      GenerateSecretString: Match.objectLike({ GenerateStringKey: 'password' }),
    });
    const [{ Properties }] = Object.values<any>(template.findResources('AWS::RDS::DBCluster'));
    expect(JSON.stringify(Properties.MasterUserPassword)).toMatch(/\{\{resolve:secretsmanager:/);
  });

  it('is verified by the authorities of its region', () => {
    const { data } = only(writtenManifests(stack, 'control-plane'), 'ConfigMap', 'control-plane-authorities');
    const subjects = data!['authorities.pem']
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem).subject.split('\n').find((line) => line.startsWith('CN='))!);
    expect(subjects.sort()).toEqual(['ECC384', 'RSA2048', 'RSA4096'].map((kind) => `CN=Amazon RDS eu-central-1 Root CA ${kind} G1`));
  });
});

it('is encrypted but not verified in a stack without a region, and says so', () => {
  const stack = new Stack(testApp(), 'Cloud');
  testControlPlane(stack);
  expect(only(writtenManifests(stack, 'control-plane'), 'Deployment').spec.template.spec.containers[0].env).not.toContainEqual(
    expect.objectContaining({ name: 'KONG_PG_SSL_VERIFY' }),
  );
  Annotations.fromStack(stack).hasWarning(
    '/Cloud/ControlPlane/Database',
    Match.stringLikeRegexp('its certificate is not verified.+give the stack env.region'),
  );
});

it('accepts a capacity and standby instances, and can be deleted with the stack', () => {
  const stack = testStack();
  testControlPlane(stack, {
    database: GatewayDatabase.auroraServerless({
      minCapacity: 0,
      maxCapacity: 16,
      standbyInstances: 0,
      removalPolicy: RemovalPolicy.DESTROY,
      deletionProtection: false,
    }),
  });
  const template = Template.fromStack(stack);
  template.hasResource('AWS::RDS::DBCluster', {
    Properties: { DeletionProtection: false, ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 16 } },
    DeletionPolicy: 'Delete',
  });
  template.resourceCountIs('AWS::RDS::DBInstance', 1);
});

it.each([
  [{ minCapacity: 0.7 }, 'minCapacity: got 0.7, expected a multiple of 0.5 from 0 to 256'],
  [{ maxCapacity: 300 }, 'maxCapacity: got 300, expected a multiple of 0.5 from 1 to 256'],
  [{ minCapacity: 8 }, 'minCapacity: got 8, which is more than maxCapacity, 4'],
  [{ standbyInstances: 16 }, 'standbyInstances: got 16, expected a whole number, 0 to 15'],
  [{ backupDays: 0 }, 'backupDays: got 0, expected a whole number, 1 to 35'],
])('refuses %j', (options, message) => {
  expect(() => GatewayDatabase.auroraServerless(options)).toThrow(message);
});

describe('RDS', () => {
  const stack = testStack();
  testControlPlane(stack, { database: GatewayDatabase.rds() });
  const template = Template.fromStack(stack);

  it('is PostgreSQL with a standby in another zone, encrypted, protected, backed up, watched and private', () => {
    template.hasResource('AWS::RDS::DBInstance', {
      Properties: {
        Engine: 'postgres',
        EngineVersion: '17.7',
        DBInstanceClass: 'db.t4g.medium',
        MultiAZ: true,
        StorageType: 'gp3',
        AllocatedStorage: '20',
        MaxAllocatedStorage: 100,
        StorageEncrypted: true,
        DeletionProtection: true,
        BackupRetentionPeriod: 7,
        AutoMinorVersionUpgrade: true,
        PubliclyAccessible: false,
        EnableIAMDatabaseAuthentication: true,
        CopyTagsToSnapshot: true,
        EnablePerformanceInsights: true,
        DatabaseInsightsMode: 'standard',
        MonitoringInterval: 60,
        EnableCloudwatchLogsExports: ['postgresql', 'upgrade'],
      },
      DeletionPolicy: 'Snapshot',
    });
  });

  it('accepts connections with TLS only, from the pods of the cluster only', () => {
    template.hasResourceProperties('AWS::RDS::DBParameterGroup', { Family: 'postgres17', Parameters: { 'rds.force_ssl': '1' } });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Cluster'), 'ClusterSecurityGroupId'] },
    });
    template.resourceCountIs('AWS::RDS::DBCluster', 0);
  });

  it('writes the metrics of its machine with a role that can do nothing else', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      ManagedPolicyArns: Match.absent(),
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'monitoring.rds.amazonaws.com' } })] },
    });
    const group = { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('log-group:RDSOSMetrics')])] };
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Action: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'], Resource: group }),
          Match.objectLike({ Resource: group }),
        ],
      },
    });
  });

  it('is reached by its endpoint, verified by the authorities of its region, with the password from a file', () => {
    const env = environment(only(writtenManifests(stack, 'control-plane'), 'Deployment'));
    expect(env).toMatchObject({
      KONG_PG_HOST: { value: expect.stringContaining('Endpoint.Address') },
      KONG_PG_PORT: { value: '5432' },
      KONG_PG_SSL: { value: 'on' },
      KONG_PG_SSL_VERIFY: { value: 'on' },
      HYBRIDGE_PG_PASSWORD_FILE: { value: '/etc/hybridge/database/password' },
      KONG_LUA_SSL_TRUSTED_CERTIFICATE: { value: 'system,/etc/hybridge/ca/authorities.pem' },
    });
  });
});

it('accepts a size, a storage limit and one zone, and can be deleted with the stack', () => {
  const stack = testStack();
  testControlPlane(stack, {
    database: GatewayDatabase.rds({
      instanceType: new ec2.InstanceType('m7g.large'),
      storageGib: 100,
      maxStorageGib: 200,
      multiAz: false,
      backupDays: 14,
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  Template.fromStack(stack).hasResource('AWS::RDS::DBInstance', {
    Properties: {
      DBInstanceClass: 'db.m7g.large',
      AllocatedStorage: '100',
      MaxAllocatedStorage: 200,
      MultiAZ: false,
      BackupRetentionPeriod: 14,
      DeletionProtection: false,
    },
    DeletionPolicy: 'Delete',
  });
});

describe.each([
  ['Aurora', 'AWS::RDS::DBCluster', GatewayDatabase.auroraServerless({ rotatesPassword: true })],
  ['RDS', 'AWS::RDS::DBInstance', GatewayDatabase.rds({ rotatesPassword: true })],
])('a password that %s changes', (_, type, database) => {
  const stack = testStack();
  testControlPlane(stack, { database });
  const template = Template.fromStack(stack);
  const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ControlPlaneDatabase'), 'MasterUserSecret.SecretArn'] };

  it('is in a secret of RDS', () => {
    template.hasResourceProperties(type, {
      ManageMasterUserPassword: true,
      MasterUsername: 'hybridge',
      MasterUserPassword: Match.absent(),
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('made by RDS');
    template.resourcePropertiesCountIs('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/control-plane/database' }, 0);
  });

  it('is mounted by the address of that secret, which the pods may read', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: arn }),
        ]),
      },
    });
    const provider = only(writtenManifests(stack, 'control-plane'), 'SecretProviderClass', 'control-plane-database');
    expect(JSON.parse(provider.spec.parameters.objects)[0]).toMatchObject({
      objectName: expect.stringMatching(/^\$\{.+\.MasterUserSecret\.SecretArn\}$/),
      objectAlias: 'database.json',
    });
  });
});

describe('a database elsewhere', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

  it('is taken with its address, user, secret and authorities, and opened to the pods', () => {
    const stack = testStack();
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0');
    const database = GatewayDatabase.existing({
      host: 'pg.acme.example',
      port: 6432,
      database: 'gateway',
      user: 'gateway',
      secret: Secret.fromSecretNameV2(stack, 'Secret', 'acme/pg'),
      securityGroup,
      certificateAuthorities: PEM,
    });
    testControlPlane(stack, { database, target: EksTarget.cluster(testCluster(stack)) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::RDS::DBCluster', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0', FromPort: 6432, ToPort: 6432 });
    const manifests = writtenManifests(stack, 'control-plane');
    expect(environment(only(manifests, 'Deployment'))).toMatchObject({
      KONG_PG_HOST: { value: 'pg.acme.example' },
      KONG_PG_PORT: { value: '6432' },
      KONG_PG_USER: { value: 'gateway' },
      KONG_PG_DATABASE: { value: 'gateway' },
    });
    expect(only(manifests, 'ConfigMap', 'control-plane-authorities').data).toEqual({ 'authorities.pem': PEM });
    expect(JSON.parse(only(manifests, 'SecretProviderClass', 'control-plane-database').spec.parameters.objects)[0].objectName).toBe(
      'acme/pg',
    );
    expect(only(manifests, 'NetworkPolicy', 'control-plane-migrations').spec.egress).toContainEqual(
      expect.objectContaining({ ports: [{ protocol: 'TCP', port: 6432 }] }),
    );
  });

  it.each([
    [{ port: 0 }, 'port: got 0, expected a port, 1 to 65535'],
    [{ certificateAuthorities: 'ca.pem' }, 'certificateAuthorities: got no certificate, expected PEM text'],
  ])('is refused with %j', (options, message) => {
    const secret = Secret.fromSecretNameV2(testStack(), 'Secret', 'acme/pg');
    expect(() => GatewayDatabase.existing({ host: 'pg.acme.example', database: 'gateway', user: 'gateway', secret, ...options })).toThrow(
      message,
    );
  });
});

it.each([
  [{ storageGib: 10 }, 'storageGib: got 10, expected a whole number, 20 to 65536'],
  [{ storageGib: 100, maxStorageGib: 105 }, 'maxStorageGib: got 105, expected a whole number, 110 to 65536'],
])('refuses an instance with %j', (options, message) => {
  expect(() => GatewayDatabase.rds(options)).toThrow(message);
});

it('refuses a password that changes where Kong runs, which would not notice', () => {
  const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
  expect(() => testControlPlane(testStack(), { engine, database: GatewayDatabase.rds({ rotatesPassword: true }) })).toThrow(
    'database: rotatesPassword needs nodes that re-read the password',
  );
});
