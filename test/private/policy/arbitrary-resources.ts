/**
 * Random resources of the types that the policy is about: each property that a rule reads is absent, good, bad or unknown
 * before deployment.
 */
import * as fc from 'fast-check';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const unknown = fc.constantFrom({ Ref: 'Parameter' }, { 'Fn::GetAtt': ['Other', 'Arn'] });
const flag = fc.oneof(fc.constantFrom(true, false), unknown);
const one = (...values: readonly unknown[]) => fc.oneof(fc.constantFrom(...values), unknown);
const some = (properties: Record<string, fc.Arbitrary<unknown>>) => fc.record(properties, { requiredKeys: [] });
const list = (entry: fc.Arbitrary<unknown>, maxLength = 3) => fc.array(entry, { minLength: 1, maxLength });

const cidr = one('0.0.0.0/0', '10.0.0.0/8', '198.51.100.0/24');
const port = fc.oneof(fc.constantFrom(-1, 0, 22, 23, 443, 5432, 8000, 8001, 8443, 8444, 8446, 10250, 65535), unknown);
const ingress = some({ CidrIp: cidr, CidrIpv6: one('::/0', 'fd00::/8'), IpProtocol: one('-1', 'tcp'), FromPort: port, ToPort: port });
const action = fc.constantFrom('*', 's3:*', 's3:Get*', 's3:GetObject', 'ec2:DescribeVpcs', 'execute-api:*');
const statement = fc.record(
  { Effect: fc.constantFrom('Allow', 'Deny'), Action: fc.oneof(action, list(action)), NotAction: action, Resource: fc.constant('*') },
  { requiredKeys: ['Effect', 'Resource'] },
);
const document = fc.record({ Version: fc.constant('2012-10-17'), Statement: list(statement) });
const policy = fc.record({ PolicyDocument: document });
const managed = fc.constantFrom('AdministratorAccess', 'IAMFullAccess', 'PowerUserAccess', 'ReadOnlyAccess').chain((name) =>
  fc.constantFrom<unknown>(
    `arn:aws:iam::aws:policy/${name}`,
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]] },
  ),
);
const variable = fc.constantFrom('DB_PASSWORD', 'password', 'API_KEY', 'apikey', 'PRIVATE_KEY', 'SECRET_ARN', 'TOKEN_FILE', 'HOST');
const logType = fc.constantFrom('api', 'audit', 'authenticator', 'controllerManager', 'scheduler');
const allLogTypes = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((Type) => ({ Type }));

const PROPERTIES: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  'AWS::EKS::Nodegroup': some({
    AmiType: one('AL2_x86_64', 'AL2_ARM_64', 'AL2023_x86_64_STANDARD', 'CUSTOM'),
    LaunchTemplate: fc.constant({ Id: 'lt-1' }),
  }),
  'AWS::EKS::Cluster': some({
    ResourcesVpcConfig: some({
      EndpointPublicAccess: flag,
      EndpointPrivateAccess: flag,
      PublicAccessCidrs: list(one('0.0.0.0/0', '::/0', '198.51.100.0/24')),
    }),
    RemoteNetworkConfig: fc.constant({ RemoteNodeNetworks: [{ Cidrs: ['10.0.0.0/16'] }] }),
    Logging: fc.record({
      ClusterLogging: fc.record({ EnabledTypes: fc.oneof(fc.constant(allLogTypes), list(logType.map((Type) => ({ Type })), 6)) }),
    }),
    EncryptionConfig: list(some({ Provider: some({ KeyArn: one('arn:aws:kms:eu-central-1:111122223333:key/1') }) })),
  }),
  'AWS::EC2::LaunchTemplate': some({
    LaunchTemplateData: some({
      MetadataOptions: some({ HttpTokens: one('required', 'optional') }),
      BlockDeviceMappings: list(some({ DeviceName: fc.constant('/dev/xvda'), Ebs: some({ Encrypted: flag }) })),
    }),
  }),
  'AWS::EC2::Volume': some({ Size: fc.constant(20), SnapshotId: fc.constant('snap-1'), Encrypted: flag }),
  'AWS::EC2::SecurityGroup': some({ SecurityGroupIngress: list(ingress) }),
  'AWS::EC2::SecurityGroupIngress': ingress,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': some({
    Scheme: one('internal', 'internet-facing'),
    Tags: list(fc.constantFrom({ Key: 'hybridge:admin-api', Value: 'control-plane' }, { Key: 'team', Value: 'apis' })),
  }),
  'AWS::RDS::DBCluster': some({ DBClusterIdentifier: fc.constant('gateway'), StorageEncrypted: flag, PubliclyAccessible: flag }),
  'AWS::RDS::DBInstance': some({ DBClusterIdentifier: one('gateway'), StorageEncrypted: flag, PubliclyAccessible: flag }),
  'AWS::OpenSearchService::Domain': some({
    EncryptionAtRestOptions: some({ Enabled: flag }),
    NodeToNodeEncryptionOptions: some({ Enabled: flag }),
    DomainEndpointOptions: some({ EnforceHTTPS: flag }),
  }),
  'AWS::ElastiCache::ReplicationGroup': some({ AtRestEncryptionEnabled: flag, TransitEncryptionEnabled: flag }),
  'AWS::S3::Bucket': some({
    PublicAccessBlockConfiguration: some({
      BlockPublicAcls: flag,
      BlockPublicPolicy: flag,
      IgnorePublicAcls: flag,
      RestrictPublicBuckets: flag,
    }),
    AccessControl: one('Private', 'PublicRead', 'PublicReadWrite', 'AuthenticatedRead', 'LogDeliveryWrite'),
  }),
  'AWS::Lambda::Function': some({ Environment: some({ Variables: fc.dictionary(variable, one('x')) }) }),
  'AWS::ECS::TaskDefinition': some({
    ContainerDefinitions: list(some({ Image: fc.constant('kong'), Environment: list(fc.record({ Name: variable, Value: one('x') })) })),
  }),
  'AWS::SSM::Parameter': some({ Name: one('/gateway/db-password', '/gateway/api-key', 'Token', '/gateway/host'), Value: fc.constant('x') }),
  'AWS::SecretsManager::Secret': some({ SecretString: one('x'), GenerateSecretString: fc.constant({ PasswordLength: 32 }) }),
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': policy,
  'AWS::IAM::RolePolicy': policy,
  'AWS::IAM::Role': some({ ManagedPolicyArns: list(managed), Policies: list(policy) }),
};

export const resource: fc.Arbitrary<Resource> = fc.oneof(
  ...Object.entries(PROPERTIES).map(([Type, properties]) => properties.map((Properties) => ({ Type, Properties }))),
);

/** A resource, and one that CloudFormation makes the same of. */
export const disguised: fc.Arbitrary<{ readonly plain: Resource; readonly hidden: Resource }> = fc
  .tuple(resource, fc.array(fc.nat(9), { minLength: 80, maxLength: 80 }))
  .map(([plain, choices]) => {
    const rest = choices.values();
    return { plain, hidden: { ...plain, Properties: hide(plain.Properties, () => rest.next().value ?? 9) as Resource['Properties'] } };
  });

/** @param next gives a number below 10: what is done to the next value */
function hide(value: unknown, next: () => number): unknown {
  const inner = Array.isArray(value)
    ? value.map((each) => hide(each, next))
    : typeof value === 'object' && value !== null && !Object.keys(value).some((key) => /^(Ref|Fn::.*)$/.test(key))
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, next)]))
      : value;
  switch (next()) {
    case 0:
      return { 'Fn::If': ['First', inner, inner] };
    case 1:
      return Array.isArray(inner) ? [{ Ref: 'AWS::NoValue' }, ...inner] : inner;
    case 2:
      return Array.isArray(inner) && inner.length === 1 ? inner[0] : inner;
    case 3:
      return typeof inner === 'number' || typeof inner === 'boolean' ? String(inner) : inner;
    case 4:
      return typeof inner === 'string' ? { 'Fn::Join': ['', [inner.slice(0, 2), inner.slice(2)]] } : inner;
    default:
      return inner;
  }
}
