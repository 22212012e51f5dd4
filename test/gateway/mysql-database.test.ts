import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { GatewayDatabase, GatewayEngine } from '../../src';
import { environment, only, testApp, testControlPlane, testStack, writtenManifests } from './sample';

const EXISTING = { host: 'g.cluster-abc.eu-central-1.rds.amazonaws.com', database: 'gateways', user: 'gateway' };
const POD_IDENTITY = expect.objectContaining({ to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: [{ protocol: 'TCP', port: 80 }] });

const controlPlaneOn = (database: GatewayDatabase) => {
  const stack = testStack();
  testControlPlane(stack, { database });
  return { template: Template.fromStack(stack), manifests: writtenManifests(stack, 'control-plane') };
};

describe('Aurora MySQL serverless', () => {
  const { template, manifests } = controlPlaneOn(GatewayDatabase.auroraMysqlServerless({ minCapacity: 0, standbyInstances: 0 }));

  it('is encrypted, protected, backed up, logged, and admits TLS only', () => {
    template.hasResource('AWS::RDS::DBCluster', {
      Properties: {
        Engine: 'aurora-mysql', EngineVersion: '8.0.mysql_aurora.3.10.1', StorageEncrypted: true, DeletionProtection: true,
        BackupRetentionPeriod: 7, EnableIAMDatabaseAuthentication: true, EnableCloudwatchLogsExports: ['error', 'slowquery'], Port: 3306,
        ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 4 },
      },
      DeletionPolicy: 'Snapshot',
    });
    template.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
      Family: 'aurora-mysql8.0', Parameters: { require_secure_transport: 'ON' },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 3306, ToPort: 3306 });
  });

  it('is what nodes and migrations connect to, verified, with the password from its file', () => {
    const settings = environment(only(manifests, 'Deployment'));
    expect(settings).toMatchObject({
      KONG_DATABASE: { value: 'mysql' },
      HYBRIDGE_MYSQL_PORT: { value: '3306' },
      HYBRIDGE_MYSQL_DATABASE: { value: 'hybridge' },
      HYBRIDGE_MYSQL_USER: { value: 'hybridge' },
      HYBRIDGE_MYSQL_PASSWORD_FILE: { value: '/etc/hybridge/database/password' },
      HYBRIDGE_MYSQL_SSL: { value: 'on' },
      HYBRIDGE_MYSQL_SSL_VERIFY: { value: 'on' },
    });
    expect(Object.keys(settings).filter((name) => /PG_|IAM/.test(name))).toEqual([]);
    expect(only(manifests, 'NetworkPolicy', 'control-plane-migrations').spec.egress).toContainEqual(
      expect.objectContaining({ ports: [{ protocol: 'TCP', port: 3306 }] }),
    );
    expect(JSON.stringify(manifests)).not.toContain('169.254.170.23');
  });
});

describe('MySQL on RDS', () => {
  it('has a standby in another zone, and is encrypted, protected, backed up, watched and private', () => {
    const { template } = controlPlaneOn(GatewayDatabase.rdsMysql({ rotatesPassword: true }));
    template.hasResource('AWS::RDS::DBInstance', {
      Properties: {
        Engine: 'mysql', EngineVersion: '8.4.7', MultiAZ: true, StorageEncrypted: true, DeletionProtection: true, PubliclyAccessible: false,
        BackupRetentionPeriod: 7, EnableCloudwatchLogsExports: ['error', 'slowquery'], ManageMasterUserPassword: true,
      },
      DeletionPolicy: 'Snapshot',
    });
    template.hasResourceProperties('AWS::RDS::DBParameterGroup', { Family: 'mysql8.4', Parameters: { require_secure_transport: '1' } });
  });
});

describe.each([
  ['Aurora MySQL', GatewayDatabase.auroraMysqlServerless({ iamUser: 'gateway' }), 'HYBRIDGE_MYSQL', 'DBClusterResourceId'],
  ['MySQL on RDS', GatewayDatabase.rdsMysql({ iamUser: 'gateway' }), 'HYBRIDGE_MYSQL', 'DbiResourceId'],
  ['Aurora PostgreSQL', GatewayDatabase.auroraServerless({ iamUser: 'gateway' }), 'KONG_PG', 'DBClusterResourceId'],
  ['an existing MySQL', GatewayDatabase.existingMysql({ ...EXISTING, iamResourceId: 'cluster-ABC' }), 'HYBRIDGE_MYSQL', 'cluster-ABC'],
  ['an existing PostgreSQL', GatewayDatabase.existing({ ...EXISTING, iamResourceId: 'db-ABC' }), 'KONG_PG', 'db-ABC'],
] as const)('a login with IAM to %s', (_, database, prefix, resource) => {
  const { template, manifests } = controlPlaneOn(database);

  it('is a right of the pods to be one user of one server', () => {
    const statements = Object.values<any>(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }: { readonly Action: unknown }) => JSON.stringify(Action).includes('rds-db'));
    expect(statements).toEqual([{ Action: 'rds-db:connect', Effect: 'Allow', Resource: expect.anything() }]);
    const text = JSON.stringify(statements[0].Resource);
    expect(text).toMatch(/:rds-db:.+:dbuser:/);
    expect(text).toContain('/gateway');
    expect(text).not.toContain('*');
    expect(text).toContain(resource);
  });

  it('has no password, and a way to the agent that gives pods their role', () => {
    const settings = environment(only(manifests, 'Deployment'));
    expect(settings).toMatchObject({
      [`${prefix}_IAM_AUTH`]: { value: 'on' }, [`${prefix}_USER`]: { value: 'gateway' }, [`${prefix}_SSL`]: { value: 'on' },
      [`${prefix}_SSL_VERIFY`]: { value: 'on' },
    });
    expect(Object.keys(settings).filter((name) => name.includes('PASSWORD'))).toEqual([]);
    expect(JSON.stringify(manifests)).not.toContain('/etc/hybridge/database');
    for (const name of ['control-plane', 'control-plane-migrations']) {
      expect(only(manifests, 'NetworkPolicy', name).spec.egress).toContainEqual(POD_IDENTITY);
    }
  });
});

describe('a database', () => {
  const secret = () => Secret.fromSecretNameV2(testStack(), 'Secret', 'acme/mysql');

  it.each([
    [() => GatewayDatabase.existingMysql(EXISTING), 'secret: got none, and no iamResourceId, expected one of them'],
    [() => GatewayDatabase.existingMysql({ ...EXISTING, secret: secret(), iamResourceId: 'db-ABC' }), 'secret: got iamResourceId, too'],
    [() => GatewayDatabase.existing({ ...EXISTING, iamResourceId: 'gateways' }), 'iamResourceId: got "gateways", expected db-…'],
    [() => GatewayDatabase.rdsMysql({ iamUser: 'hybridge' }), 'iamUser: got "hybridge", who has the password and every right'],
    [() => GatewayDatabase.rds({ iamUser: 'gateway', rotatesPassword: true }), 'iamUser: nodes have no password then'],
    [() => GatewayDatabase.auroraMysqlServerless({ iamUser: 'a b' }), 'iamUser: got "a b", expected 1 to 63 characters'],
    [() => GatewayDatabase.auroraMysqlServerless({ maxCapacity: 300 }), 'maxCapacity: got 300, expected a multiple of 0.5 from 1 to 256'],
  ])('is refused: %#', (make, message) => {
    expect(make).toThrow(message);
  });

  it.each([
    [GatewayDatabase.rdsMysql(), 'database: Kong does not know MySQL'],
    [GatewayDatabase.rds({ iamUser: 'gateway' }), 'database: Kong logs in with IAM with a licence only'],
  ])('is refused with the engine of Kong: %#', (database, message) => {
    const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
    expect(() => testControlPlane(testStack(), { database, engine })).toThrow(message);
  });

  it('with IAM needs the region of the stack, to verify the server', () => {
    const stack = new Stack(testApp(), 'Cloud');
    expect(() => testControlPlane(stack, { database: GatewayDatabase.rdsMysql({ iamUser: 'gateway' }) })).toThrow(
      'IAM: tokens are sent to verified servers only',
    );
  });
});
