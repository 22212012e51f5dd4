import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { testApp, testCluster, testStack } from '../gateway/sample';

describe('the cluster', () => {
  const stack = testStack();
  testCluster(stack, { adminCidrs: ['198.51.100.0/24'] });
  const template = Template.fromStack(stack);

  it('runs in Auto Mode, with access entries only and without rights for who deploys', () => {
    template.hasResourceProperties('AWS::EKS::Cluster', {
      Version: '1.35',
      ComputeConfig: { Enabled: true, NodePools: ['system', 'general-purpose'] },
      KubernetesNetworkConfig: { ElasticLoadBalancing: { Enabled: true } },
      StorageConfig: { BlockStorage: { Enabled: true } },
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
    });
  });

  it('has a private endpoint, and a public one for the networks of administrators', () => {
    template.hasResourceProperties('AWS::EKS::Cluster', {
      ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: true, PublicAccessCidrs: ['198.51.100.0/24'] },
    });
  });

  it('writes all five kinds of logs', () => {
    const types = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((Type) => ({ Type }));
    template.hasResourceProperties('AWS::EKS::Cluster', { Logging: { ClusterLogging: { EnabledTypes: types } } });
  });

  it('encrypts Secrets with a key that is rotated and kept', () => {
    template.hasResource('AWS::KMS::Key', { Properties: { EnableKeyRotation: true }, DeletionPolicy: 'RetainExceptOnCreate' });
    template.hasResourceProperties('AWS::EKS::Cluster', {
      EncryptionConfig: [{ Resources: ['secrets'], Provider: { KeyArn: Match.anyValue() } }],
    });
  });

  it('cannot be deleted by mistake', () => {
    template.hasResourceProperties('AWS::EKS::Cluster', { DeletionProtection: true });
  });

  it('mounts secrets of AWS Secrets Manager, and enforces network policies', () => {
    template.hasResourceProperties('AWS::EKS::Addon', { AddonName: 'aws-secrets-store-csi-driver-provider' });
    template.hasResourceProperties('Custom::AWSCDK-EKS-KubernetesResource', {
      Manifest: Match.serializedJson([
        Match.objectLike({
          kind: 'ConfigMap',
          metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
          data: { 'enable-network-policy-controller': 'true' },
        }),
      ]),
    });
  });

  it('asks for no Pod Identity add-on: Auto Mode carries the agent', () => {
    const names = Object.values(template.findResources('AWS::EKS::Addon')).map((addon) => addon.Properties.AddonName);
    expect(names.sort()).toEqual(['aws-secrets-store-csi-driver-provider', 'metrics-server']);
  });

  it('puts no node into a subnet with public addresses, and tags subnets for load balancers', () => {
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    for (const role of ['elb', 'internal-elb']) {
      template.hasResourceProperties('AWS::EC2::Subnet', { Tags: Match.arrayWith([{ Key: `kubernetes.io/role/${role}`, Value: '1' }]) });
    }
  });
});

it('has no public endpoint unless networks of administrators are given', () => {
  const stack = testStack();
  testCluster(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::EKS::Cluster', {
    ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: false },
  });
});

it('accepts a VPC, a key, administrators, and no deletion protection', () => {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
  const secretsEncryptionKey = new kms.Key(stack, 'Key');
  const operators = iam.Role.fromRoleArn(stack, 'Operators', 'arn:aws:iam::111122223333:role/operators');
  const cluster = testCluster(stack, { vpc, secretsEncryptionKey, adminRoles: [operators], deletionProtection: false });
  const template = Template.fromStack(stack);
  expect(cluster.vpc).toBe(vpc);
  template.resourceCountIs('AWS::EC2::VPC', 1);
  template.resourceCountIs('AWS::KMS::Key', 1);
  template.hasResourceProperties('AWS::EKS::Cluster', { DeletionProtection: false });
  template.hasResourceProperties('AWS::EKS::AccessEntry', { PrincipalArn: 'arn:aws:iam::111122223333:role/operators' });
});

it.each([
  [['198.51.100.7/24'], 'adminCidrs[0]: got "198.51.100.7/24", expected an IPv4 network in CIDR notation without host bits'],
  [['198.51.100.0'], 'adminCidrs[0]: got "198.51.100.0", expected an IPv4 network'],
  [['198.51.100.0/24', '300.0.0.0/8'], 'adminCidrs[1]: got "300.0.0.0/8"'],
  [[], 'adminCidrs: got an empty list'],
  [['0.0.0.0/0'], 'adminCidrs: got 0.0.0.0/0, expected the networks of administrators'],
])('refuses adminCidrs %j', (adminCidrs, message) => {
  expect(() => testCluster(testStack(), { adminCidrs })).toThrow(message);
});

it('refuses a version that Auto Mode does not have, and a VPC of one zone', () => {
  expect(() => testCluster(testStack(), { kubernetesVersion: KubernetesVersion.V1_28 })).toThrow(
    'kubernetesVersion: got 1.28, expected 1.29 or later',
  );
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a'] });
  expect(() => testCluster(stack, { vpc })).toThrow(
    'vpc: has private subnets with a way to the internet in 1 availability zone, expected at least 2',
  );
});

it('is the same cluster whatever feature flags the app has', () => {
  const properties = [{}, CURRENTLY_RECOMMENDED_FLAGS].map((flags) => {
    const stack = new Stack(testApp(flags), 'Cloud', { env: { region: 'eu-central-1' } });
    testCluster(stack);
    // One flag writes the partition into ARNs as text.
    const { Resources: resources } = JSON.parse(
      JSON.stringify(Template.fromStack(stack).toJSON()).replaceAll('"arn:",{"Ref":"AWS::Partition"},":', '"arn:aws:'),
    );
    return ['AWS::EKS::Cluster', 'AWS::EKS::Addon', 'AWS::KMS::Key', 'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::FlowLog']
      .map((type) => Object.values<any>(resources).filter((resource) => resource.Type === type).map((resource) => resource.Properties));
  });
  expect(properties[1]).toEqual(properties[0]);
});
