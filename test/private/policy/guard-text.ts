/**
 * The policy over templates a second time, as CloudFormation Guard clauses: what a clause says is what has to hold.
 * template-rules.test.ts compares what the two find. No program that synthesizes reads it.
 */
import { ADMIN_TAG } from '../../../src/private/policy/admin-tag';
import { TEMPLATE_RULES } from '../../../src/private/policy/templates/template-rules';

const SECRET_NAME = '/(?i)(password|passwd|secret|token|private_?key|api_?key|access_?key)$/';

/** Ports behind which one administers: SSH, PostgreSQL, Admin API and GUI of the gateway with and without TLS, the kubelet's API. */
const ADMIN_PORTS = [22, 5432, 8001, 8002, 8444, 8445, 10250];
const FROM_EVERYWHERE = 'CidrIp == \'0.0.0.0/0\' or CidrIpv6 == \'::/0\'';

/** A range that holds one of the ports, or all protocols. */
const SPARES_ADMIN_PORTS = ["IpProtocol != '-1'", ...ADMIN_PORTS.map((port) => `when FromPort <= ${port} { ToPort < ${port} }`)].join('\n');

const LISTED_ACTIONS = 'when Action exists { Action.* != /^(\\*|[a-z0-9-]+:\\*)$/ } NotAction !exists';
const ADMINISTRATORS = '/AdministratorAccess|PowerUserAccess|IAMFullAccess/';

/** Clauses over the `Properties` of one resource, by rule: one text, or one for each type. */
const CLAUSES: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  EKS_AMAZON_LINUX_2: `when LaunchTemplate !exists { AmiType exists }
    when AmiType exists { AmiType not in ['AL2_x86_64', 'AL2_x86_64_GPU', 'AL2_ARM_64'] }`,
  EKS_HYBRID_ENDPOINT: `when RemoteNetworkConfig exists {
      ResourcesVpcConfig.EndpointPublicAccess == false or ResourcesVpcConfig.EndpointPrivateAccess == false
    }`,
  EKS_OPEN_ENDPOINT: `ResourcesVpcConfig exists
    when ResourcesVpcConfig exists {
      ResourcesVpcConfig.EndpointPublicAccess == false or ResourcesVpcConfig.PublicAccessCidrs exists
      when ResourcesVpcConfig.PublicAccessCidrs exists { ResourcesVpcConfig.PublicAccessCidrs.* not in ['0.0.0.0/0', '::/0'] }
    }`,
  EKS_LOGS: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']
    .map((type) => `some Logging.ClusterLogging.EnabledTypes[*].Type == '${type}'`)
    .join('\n'),
  EKS_SECRETS_KEY: 'some EncryptionConfig[*].Provider.KeyArn exists',
  EC2_METADATA_TOKENS: "LaunchTemplateData.MetadataOptions.HttpTokens == 'required'",
  EC2_UNENCRYPTED_VOLUME: `when Size exists { Encrypted == true }
    when LaunchTemplateData.BlockDeviceMappings exists {
      LaunchTemplateData.BlockDeviceMappings[ Ebs exists ] { Ebs.Encrypted == true }
    }`,
  EC2_OPEN_ADMIN_PORT: `when SecurityGroupIngress exists {
      SecurityGroupIngress[ ${FROM_EVERYWHERE} ] { ${SPARES_ADMIN_PORTS} }
    }`,
  EC2_OPEN_ADMIN_INGRESS: `when ${FROM_EVERYWHERE} { ${SPARES_ADMIN_PORTS} }`,
  ELB_PUBLIC_ADMIN: `when Tags exists
 Tags[ Key == '${ADMIN_TAG}' ] !empty { Scheme == 'internal' }`,
  RDS_UNENCRYPTED: {
    'AWS::RDS::DBCluster': 'StorageEncrypted == true',
    'AWS::RDS::DBInstance':
      'when DBClusterIdentifier !exists { StorageEncrypted == true }\n when StorageEncrypted exists { StorageEncrypted == true }',
  },
  RDS_PUBLIC: 'when PubliclyAccessible exists { PubliclyAccessible == false }',
  OPENSEARCH_UNENCRYPTED: `EncryptionAtRestOptions.Enabled == true
    NodeToNodeEncryptionOptions.Enabled == true
    DomainEndpointOptions.EnforceHTTPS == true`,
  CACHE_UNENCRYPTED: 'AtRestEncryptionEnabled == true\n TransitEncryptionEnabled == true',
  S3_PUBLIC: `when PublicAccessBlockConfiguration exists {
      PublicAccessBlockConfiguration {
        BlockPublicAcls == true BlockPublicPolicy == true IgnorePublicAcls == true RestrictPublicBuckets == true
      }
    }
    when AccessControl exists { AccessControl not in ['PublicRead', 'PublicReadWrite', 'AuthenticatedRead'] }`,
  LAMBDA_PLAINTEXT_SECRET: `when Environment.Variables exists { Environment.Variables[ keys == ${SECRET_NAME} ] !exists }`,
  ECS_PLAINTEXT_SECRET: `when ContainerDefinitions exists {
      ContainerDefinitions[ Environment exists ] { Environment[ Name == ${SECRET_NAME} ] !exists }
    }`,
  SSM_PLAINTEXT_SECRET: 'when Name exists { Name != /(?i)(password|passwd|secret|token|private[_-]?key|api[_-]?key)$/ }',
  SECRET_IN_TEMPLATE: 'SecretString !is_string',
  IAM_WILDCARD_ACTION: `PolicyDocument.Statement[ Effect == 'Allow' ] { ${LISTED_ACTIONS} }`,
  // An ARN that CDK makes is joined from parts, because the partition is known only after deployment.
  IAM_ADMINISTRATOR: `when ManagedPolicyArns exists {
      ManagedPolicyArns[ this == ${ADMINISTRATORS} ] empty
      ManagedPolicyArns[ 'Fn::Join' exists ] { 'Fn::Join'[1][ this == ${ADMINISTRATORS} ] !exists }
    }
    when Policies exists { Policies[*].PolicyDocument.Statement[ Effect == 'Allow' ] { ${LISTED_ACTIONS} } }`,
};

/** The rules as one text for Guard: the name of each is its id, with the number of the type where types differ. */
export function guardText(): string {
  return TEMPLATE_RULES.flatMap(({ id, types }) => {
    const clauses = CLAUSES[id]!;
    return typeof clauses === 'string'
      ? [ruleText(id, types, clauses)]
      : types.map((type, index) => ruleText(`${id}_${index}`, [type], clauses[type]!));
  }).join('\n');
}

/** @returns the id of the policy's rule */
export function policyId(guardRule: string): string | undefined {
  return TEMPLATE_RULES.find(({ id }) => guardRule === id || guardRule.replace(/_\d$/, '') === id)?.id;
}

function ruleText(name: string, types: readonly string[], clauses: string): string {
  const resources = name.toLowerCase();
  return `let ${resources} = Resources.*[ Type in [${types.map((type) => `'${type}'`).join(', ')}] Properties exists ]
rule ${name} when %${resources} !empty {
  %${resources}.Properties {
    ${clauses}
  }
}
`;
}
