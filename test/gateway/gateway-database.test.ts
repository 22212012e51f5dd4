import { X509Certificate } from 'node:crypto';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { GatewayDatabase } from '../../src';
import { only, testApp, testControlPlane, testStack, writtenManifests } from './sample';

describe('Aurora serverless', () => {
  const stack = testStack();
  testControlPlane(stack);
  const template = Template.fromStack(stack);

  it('is encrypted, protected, backed up, logged, and private', () => {
    template.hasResource('AWS::RDS::DBCluster', {
      Properties: {
        Engine: 'aurora-postgresql', EngineVersion: '17.7', StorageEncrypted: true, DeletionProtection: true, BackupRetentionPeriod: 7, EnableIAMDatabaseAuthentication: true,
        EnableCloudwatchLogsExports: ['postgresql'], CopyTagsToSnapshot: true, Port: 5432, ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      },
      DeletionPolicy: 'Snapshot',
    });
    template.resourceCountIs('AWS::RDS::DBInstance', 2);
    template.allResourcesProperties('AWS::RDS::DBInstance', { PubliclyAccessible: false, DBInstanceClass: 'db.serverless' });
  });

  it('takes connections over TLS only, from the pods of the cluster only', () => {
    template.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', { Family: 'aurora-postgresql17', Parameters: { 'rds.force_ssl': '1' } });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Cluster'), 'ClusterSecurityGroupId'] },
    });
  });

  it('has a generated password, which the template refers to and does not hold', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/control-plane/database', GenerateSecretString: Match.objectLike({ GenerateStringKey: 'password' }) });
    const [{ Properties }] = Object.values<any>(template.findResources('AWS::RDS::DBCluster'));
    expect(JSON.stringify(Properties.MasterUserPassword)).toMatch(/\{\{resolve:secretsmanager:/);
  });

  it('is verified by the authorities of its region', () => {
    const { data } = only(writtenManifests(stack, 'control-plane'), 'ConfigMap', 'control-plane-authorities');
    const subjects = data!['rds.pem'].split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem).subject.split('\n').find((line) => line.startsWith('CN='))!);
    expect(subjects.sort()).toEqual(['ECC384', 'RSA2048', 'RSA4096'].map((kind) => `CN=Amazon RDS eu-central-1 Root CA ${kind} G1`));
  });
});

it('is encrypted but not verified in a stack without a region, and says so', () => {
  const stack = new Stack(testApp(), 'Cloud');
  testControlPlane(stack);
  expect(only(writtenManifests(stack, 'control-plane'), 'Deployment').spec.template.spec.containers[0].env).not.toContainEqual(expect.objectContaining({ name: 'KONG_PG_SSL_VERIFY' }));
  Annotations.fromStack(stack).hasWarning('/Cloud/ControlPlane/Database', Match.stringLikeRegexp('its certificate is not verified.+give the stack env.region'));
});

it('takes capacity, standby instances, and may go with the stack', () => {
  const stack = testStack();
  testControlPlane(stack, {
    database: GatewayDatabase.auroraServerless({ minCapacity: 0, maxCapacity: 16, standbyInstances: 0, removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false }),
  });
  const template = Template.fromStack(stack);
  template.hasResource('AWS::RDS::DBCluster', {
    Properties: { DeletionProtection: false, ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 16 } }, DeletionPolicy: 'Delete',
  });
  template.resourceCountIs('AWS::RDS::DBInstance', 1);
});

it.each([
  [{ minCapacity: 0.7 }, 'minCapacity: got 0.7, expected a multiple of 0.5 from 0 to 256'],
  [{ maxCapacity: 300 }, 'maxCapacity: got 300, expected a multiple of 0.5 from 1 to 256'],
  [{ minCapacity: 8 }, 'minCapacity: got 8, which is more than maxCapacity, 4'],
  [{ standbyInstances: 16 }, 'standbyInstances: got 16, expected a whole number, 0 to 15'],
])('refuses %j', (options, message) => {
  expect(() => GatewayDatabase.auroraServerless(options)).toThrow(message);
});
