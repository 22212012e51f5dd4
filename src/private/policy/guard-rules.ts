/** The policy over templates: CloudFormation Guard clauses as data. What a clause says is what has to hold. */
import { ADMIN_TAG } from './admin-tag';

/** One rule over the resources of some types. */
interface GuardRule {
  /** What reports show and what is acknowledged, as `Hybridge::<id>`. */
  readonly id: string;
  readonly types: readonly string[];
  /** Guard clauses over the `Properties` of one resource. */
  readonly clauses: string;
  /** Names the property and what was found. */
  readonly finding: string;
  readonly reason: string;
  readonly fix: string;
}

const SECRET_NAME = '/(?i)(password|passwd|secret|token|private_?key|api_?key|access_?key)$/';

/** Ports behind which one administers: SSH, PostgreSQL, Admin API and GUI of the gateway with and without TLS, the kubelet's API. */
const ADMIN_PORTS = [22, 5432, 8001, 8002, 8444, 8445, 10250];
const FROM_EVERYWHERE = 'CidrIp == \'0.0.0.0/0\' or CidrIpv6 == \'::/0\'';

/** A range that holds one of the ports, or all protocols. */
const SPARES_ADMIN_PORTS = ["IpProtocol != '-1'", ...ADMIN_PORTS.map((port) => `when FromPort <= ${port} { ToPort < ${port} }`)].join('\n');

const LISTED_ACTIONS = 'when Action exists { Action.* != /^(\\*|[a-z0-9-]+:\\*)$/ } NotAction !exists';
const ADMINISTRATORS = '/AdministratorAccess|PowerUserAccess|IAMFullAccess/';

export const GUARD_RULES: readonly GuardRule[] = [
  {
    id: 'EKS_AMAZON_LINUX_2',
    types: ['AWS::EKS::Nodegroup'],
    clauses: `when LaunchTemplate !exists { AmiType exists }
      when AmiType exists { AmiType not in ['AL2_x86_64', 'AL2_x86_64_GPU', 'AL2_ARM_64'] }`,
    finding: 'AmiType is Amazon Linux 2, or left to a default that is',
    reason: 'EKS builds no Amazon Linux 2 images for Kubernetes 1.33 and later, and the system gets no updates any more',
    fix: 'set amiType to an AL2023 or Bottlerocket image, such as NodegroupAmiType.AL2023_X86_64_STANDARD',
  },
  {
    id: 'EKS_HYBRID_ENDPOINT',
    types: ['AWS::EKS::Cluster'],
    clauses: `when RemoteNetworkConfig exists {
        ResourcesVpcConfig.EndpointPublicAccess == false or ResourcesVpcConfig.EndpointPrivateAccess == false
      }`,
    finding: 'ResourcesVpcConfig opens the endpoint both publicly and privately, with remote networks for hybrid nodes',
    reason: 'the name then resolves to public addresses outside the VPC, and hybrid nodes cannot join through the private network',
    fix: 'choose EndpointAccess.PRIVATE or EndpointAccess.PUBLIC',
  },
  {
    id: 'EKS_OPEN_ENDPOINT',
    types: ['AWS::EKS::Cluster'],
    clauses: `ResourcesVpcConfig exists
      when ResourcesVpcConfig exists {
        ResourcesVpcConfig.EndpointPublicAccess == false or ResourcesVpcConfig.PublicAccessCidrs exists
        when ResourcesVpcConfig.PublicAccessCidrs exists { ResourcesVpcConfig.PublicAccessCidrs.* not in ['0.0.0.0/0', '::/0'] }
      }`,
    finding: 'ResourcesVpcConfig.PublicAccessCidrs opens the API of the cluster to the internet',
    reason: 'then authentication alone protects the cluster, and a fault in the API server is exposed to the internet',
    fix: 'give the networks of administrators as adminCidrs of CloudCluster, or leave them out for an API that only the VPC reaches',
  },
  {
    id: 'EKS_LOGS',
    types: ['AWS::EKS::Cluster'],
    clauses: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']
      .map((type) => `some Logging.ClusterLogging.EnabledTypes[*].Type == '${type}'`)
      .join('\n'),
    finding: 'Logging.ClusterLogging.EnabledTypes lacks one of api, audit, authenticator, controllerManager, scheduler',
    reason: 'what happened in the cluster cannot be found out afterwards',
    fix: 'list all five in clusterLogging',
  },
  {
    id: 'EKS_SECRETS_KEY',
    types: ['AWS::EKS::Cluster'],
    clauses: 'some EncryptionConfig[*].Provider.KeyArn exists',
    finding: 'EncryptionConfig names no key',
    reason: 'Kubernetes Secrets are then encrypted with a key whose use cannot be audited or revoked',
    fix: 'give secretsEncryptionKey',
  },
  {
    id: 'EC2_METADATA_TOKENS',
    types: ['AWS::EC2::LaunchTemplate'],
    clauses: "LaunchTemplateData.MetadataOptions.HttpTokens == 'required'",
    finding: 'LaunchTemplateData.MetadataOptions.HttpTokens is not required',
    reason: 'a request that the gateway is tricked into would read the credentials of the machine',
    fix: 'set requireImdsv2: true',
  },
  {
    id: 'EC2_UNENCRYPTED_VOLUME',
    types: ['AWS::EC2::LaunchTemplate', 'AWS::EC2::Volume'],
    clauses: `when Size exists { Encrypted == true }
      when LaunchTemplateData.BlockDeviceMappings exists {
        LaunchTemplateData.BlockDeviceMappings[ Ebs exists ] { Ebs.Encrypted == true }
      }`,
    finding: 'a volume is not Encrypted',
    reason: 'nodes keep certificates and configuration on it, and copies of it outlive the node',
    fix: 'set encrypted: true',
  },
  {
    id: 'EC2_OPEN_ADMIN_PORT',
    types: ['AWS::EC2::SecurityGroup'],
    clauses: `when SecurityGroupIngress exists {
        SecurityGroupIngress[ ${FROM_EVERYWHERE} ] { ${SPARES_ADMIN_PORTS} }
      }`,
    finding: `SecurityGroupIngress opens one of the ports ${ADMIN_PORTS.join(', ')} to the internet`,
    reason: 'a client that reaches the Admin API, the database or SSH can try to administer the gateway',
    fix: 'name the networks of administrators, or a security group, as the source',
  },
  {
    id: 'EC2_OPEN_ADMIN_INGRESS',
    types: ['AWS::EC2::SecurityGroupIngress'],
    clauses: `when ${FROM_EVERYWHERE} { ${SPARES_ADMIN_PORTS} }`,
    finding: `the rule opens one of the ports ${ADMIN_PORTS.join(', ')} to the internet`,
    reason: 'a client that reaches the Admin API, the database or SSH can try to administer the gateway',
    fix: 'name the networks of administrators, or a security group, as the source',
  },
  {
    id: 'ELB_PUBLIC_ADMIN',
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    clauses: `when Tags exists
 Tags[ Key == '${ADMIN_TAG}' ] !empty { Scheme == 'internal' }`,
    finding: `Scheme is not internal, on a load balancer with the tag ${ADMIN_TAG}`,
    reason: 'the login of one administrator would be all that is between the internet and the configuration of every gateway',
    fix: 'leave the Scheme of AdminExposure.internalLoadBalancer() alone, and let administrators come through a VPN',
  },
  {
    id: 'RDS_UNENCRYPTED',
    types: ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'],
    clauses: 'when DBClusterIdentifier !exists { StorageEncrypted == true }\n when StorageEncrypted exists { StorageEncrypted == true }',
    finding: 'StorageEncrypted is not true',
    reason: "it contains the gateway's credentials, keys and certificates, and so does every snapshot; it cannot be turned on later",
    fix: 'set storageEncrypted: true',
  },
  {
    id: 'RDS_PUBLIC',
    types: ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster'],
    clauses: 'when PubliclyAccessible exists { PubliclyAccessible == false }',
    finding: 'PubliclyAccessible is true',
    reason: 'the configuration of all gateways would be one password away from the internet',
    fix: 'set publiclyAccessible: false and connect from within the VPC',
  },
  {
    id: 'OPENSEARCH_UNENCRYPTED',
    types: ['AWS::OpenSearchService::Domain'],
    clauses: `EncryptionAtRestOptions.Enabled == true
      NodeToNodeEncryptionOptions.Enabled == true
      DomainEndpointOptions.EnforceHTTPS == true`,
    finding: 'the domain is not encrypted on disk, between nodes and towards its clients',
    reason: 'logs of gateways hold addresses and names of people',
    fix: 'set encryptionAtRest: { enabled: true }, nodeToNodeEncryption: true and enforceHttps: true',
  },
  {
    id: 'CACHE_UNENCRYPTED',
    types: ['AWS::ElastiCache::ReplicationGroup'],
    clauses: 'AtRestEncryptionEnabled == true\n TransitEncryptionEnabled == true',
    finding: 'AtRestEncryptionEnabled or TransitEncryptionEnabled is not true',
    reason: 'sessions and cached answers of consumers pass through it',
    fix: 'set both to true; neither can be turned on later',
  },
  {
    id: 'S3_PUBLIC',
    types: ['AWS::S3::Bucket'],
    clauses: `when PublicAccessBlockConfiguration exists {
        PublicAccessBlockConfiguration {
          BlockPublicAcls == true BlockPublicPolicy == true IgnorePublicAcls == true RestrictPublicBuckets == true
        }
      }
      when AccessControl exists { AccessControl not in ['PublicRead', 'PublicReadWrite', 'AuthenticatedRead'] }`,
    finding: 'PublicAccessBlockConfiguration or AccessControl allows the public',
    reason: 'manifests and certificates are handed over through buckets',
    fix: 'set blockPublicAccess: BlockPublicAccess.BLOCK_ALL',
  },
  {
    id: 'LAMBDA_PLAINTEXT_SECRET',
    types: ['AWS::Lambda::Function'],
    clauses: `when Environment.Variables exists { Environment.Variables[ keys == ${SECRET_NAME} ] !exists }`,
    finding: 'Environment.Variables holds a value whose name says that it is a secret',
    reason: 'everyone who may describe the function or read the template sees it',
    fix: 'put it into Secrets Manager and give the function the ARN',
  },
  {
    id: 'ECS_PLAINTEXT_SECRET',
    types: ['AWS::ECS::TaskDefinition'],
    clauses: `when ContainerDefinitions exists {
        ContainerDefinitions[ Environment exists ] { Environment[ Name == ${SECRET_NAME} ] !exists }
      }`,
    finding: 'ContainerDefinitions have an Environment entry whose name says that it is a secret',
    reason: 'everyone who may describe the task or read the template sees it',
    fix: 'give it as one of secrets, from Secrets Manager',
  },
  {
    id: 'SSM_PLAINTEXT_SECRET',
    types: ['AWS::SSM::Parameter'],
    clauses: 'when Name exists { Name != /(?i)(password|passwd|secret|token|private[_-]?key|api[_-]?key)$/ }',
    finding: 'the Name of the parameter says that its value is a secret',
    reason: 'CloudFormation makes only parameters in plain text, and the template holds the value',
    fix: 'keep it in Secrets Manager, and the name of that secret in the parameter',
  },
  {
    id: 'SECRET_IN_TEMPLATE',
    types: ['AWS::SecretsManager::Secret'],
    clauses: 'SecretString !is_string',
    finding: 'SecretString is written into the template',
    reason: 'everyone who may read the template, the repository or cdk.out sees it',
    fix: 'let Secrets Manager generate it (generateSecretString), or fill it from outside after deployment',
  },
  {
    id: 'IAM_WILDCARD_ACTION',
    types: ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'],
    clauses: `PolicyDocument.Statement[ Effect == 'Allow' ] { ${LISTED_ACTIONS} }`,
    finding: 'PolicyDocument allows every action of a service, or all but some',
    reason: 'it grants actions that are not listed, including those that the service adds later',
    fix: 'name the actions that are called',
  },
  {
    id: 'IAM_ADMINISTRATOR',
    types: ['AWS::IAM::Role'],
    // An ARN that CDK makes is joined from parts, because the partition is known only after deployment.
    clauses: `when ManagedPolicyArns exists {
        ManagedPolicyArns[ this == ${ADMINISTRATORS} ] empty
        ManagedPolicyArns[ 'Fn::Join' exists ] { 'Fn::Join'[1][ this == ${ADMINISTRATORS} ] !exists }
      }
      when Policies exists { Policies[*].PolicyDocument.Statement[ Effect == 'Allow' ] { ${LISTED_ACTIONS} } }`,
    finding: 'the role administers the account, or a policy in it allows every action of a service',
    reason: 'no part of a gateway needs it',
    fix: 'name the actions that are called',
  },
];

/** The rules as one text for Guard: the name of each is its id. */
export function guardText(rules: readonly GuardRule[] = GUARD_RULES): string {
  return rules.map(({ id, types, clauses }) => {
    const resources = id.toLowerCase();
    return `let ${resources} = Resources.*[ Type in [${types.map((type) => `'${type}'`).join(', ')}] Properties exists ]
rule ${id} when %${resources} !empty {
  %${resources}.Properties {
    ${clauses}
  }
}
`;
  }).join('\n');
}
