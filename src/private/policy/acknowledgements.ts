/**
 * What cdk-nag finds in resources of this library and cannot be otherwise: where, and why. Applied by acknowledge.ts; a
 * test fails when a row is not needed any more.
 */

/** One finding, or several with one reason. */
interface Acknowledgement {
  /** Ids of cdk-nag. */
  readonly rules: readonly string[];
  readonly types: readonly string[];
  /** The resource's path within its stack. */
  readonly at?: RegExp;
  /** Whether these properties, as they are in the template, raise it. */
  readonly when?: (properties: Readonly<Record<string, any>>) => boolean;
  readonly reason: string;
}

const lacks = (property: string) => (properties: Readonly<Record<string, unknown>>) => properties[property] === undefined;
const takesEveryone = ({ SecurityGroupIngress = [] }: Readonly<Record<string, any>>) =>
  SecurityGroupIngress.some(({ CidrIp, CidrIpv6 }: any) => CidrIp === '0.0.0.0/0' || CidrIpv6 === '::/0');

/** Functions by who calls them: Secrets Manager, API Gateway, and for all others CloudFormation. */
const ROTATION = /(^|\/)Turner\/Handler\/Resource$/;
const INGEST = /(^|\/)Ingest\/Function\/Handler\/Resource$/;
const CUSTOM_RESOURCE = new RegExp(`^(?!.*(${ROTATION.source}|${INGEST.source}))`);

/** Of our functions, and CDK's behind custom resources. */
const FUNCTIONS: readonly Acknowledgement[] = [
  {
    rules: ['NIST.800.53.R5-LambdaConcurrency'],
    types: ['AWS::Lambda::Function'],
    at: CUSTOM_RESOURCE,
    when: lacks('ReservedConcurrentExecutions'),
    reason: 'it serves custom resources and runs when one changes; a reservation would be taken from the rest of the account',
  },
  {
    rules: ['NIST.800.53.R5-LambdaConcurrency'],
    types: ['AWS::Lambda::Function'],
    at: ROTATION,
    when: lacks('ReservedConcurrentExecutions'),
    reason: 'Secrets Manager calls it, one step after the other; a reservation would be taken from the rest of the account',
  },
  {
    rules: ['NIST.800.53.R5-LambdaConcurrency'],
    types: ['AWS::Lambda::Function'],
    at: INGEST,
    when: lacks('ReservedConcurrentExecutions'),
    reason:
      'API Gateway calls it, no oftener than the throttle of the stage allows; a reservation would be taken from the rest '
        + 'of the account',
  },
  {
    rules: ['NIST.800.53.R5-LambdaDLQ'],
    types: ['AWS::Lambda::Function'],
    at: CUSTOM_RESOURCE,
    when: lacks('DeadLetterConfig'),
    reason: 'CloudFormation waits for its answer and rolls back without one: nothing would ever read the queue',
  },
  {
    rules: ['NIST.800.53.R5-LambdaDLQ'],
    types: ['AWS::Lambda::Function'],
    at: ROTATION,
    when: lacks('DeadLetterConfig'),
    reason: 'Secrets Manager calls it and tries again after a failure: the secret keeps its current version',
  },
  {
    rules: ['NIST.800.53.R5-LambdaDLQ'],
    types: ['AWS::Lambda::Function'],
    at: INGEST,
    when: lacks('DeadLetterConfig'),
    reason: 'API Gateway waits for its answer: a sender hears of a failure and sends again, and Lambda queues nothing',
  },
  {
    rules: ['NIST.800.53.R5-LambdaInsideVPC'],
    types: ['AWS::Lambda::Function'],
    when: lacks('VpcConfig'),
    reason: 'it calls public endpoints of AWS only, signed and encrypted, and nothing in a VPC',
  },
  {
    rules: ['AwsSolutions-L1'],
    types: ['AWS::Lambda::Function'],
    at: /(Kubectl\/?Provider\/Handler|^Custom::CDKBucketDeployment\w+)\/Resource$/,
    reason: 'the version of Python is chosen by CDK, which supports it, and changes with the version of CDK',
  },
];

const STORED_DATA: readonly Acknowledgement[] = [
  {
    rules: ['NIST.800.53.R5-CloudWatchLogGroupEncrypted'],
    types: ['AWS::Logs::LogGroup'],
    when: lacks('KmsKeyId'),
    reason: 'CloudWatch encrypts every log group with a key that AWS keeps; what is logged holds no secrets',
  },
  {
    rules: ['NIST.800.53.R5-SecretsManagerUsingKMSKey'],
    types: ['AWS::SecretsManager::Secret'],
    when: lacks('KmsKeyId'),
    reason:
      'Secrets Manager encrypts with the key that AWS keeps for it in this account; who reads it is decided by '
        + "policies of the secret's readers",
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)Tunnel\/Secret\/Resource$/,
    reason:
      'both ends of the tunnel hold it, so that only who makes it can replace it, with a time in which both are '
        + 'good: not a rotation of Secrets Manager',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /\/ClientSecret\/Resource$/,
    reason: 'Amazon Cognito makes the secret of a client and never changes it: a new secret is a new client',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)Activation\/Resource$/,
    reason: 'an activation is used once, when the site connects, and expires by itself',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)Database\/Credentials\/Resource$/,
    reason: 'the program decides: rotatesPassword of the database rotates it; without that the password stays what the deployment made it',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)History\/Key\/Resource$/,
    reason:
      'what it encrypted can be read with it only: a new key is put before the old ones, in a secret that is given to the '
        + 'control plane, and none is taken away by a schedule',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)Password\/Resource$/,
    reason:
      'CloudFormation gives the password to ElastiCache and keeps the two equal; nodes have it while they run, and a '
        + 'change is a deployment',
  },
  {
    rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
    types: ['AWS::SecretsManager::Secret'],
    at: /(^|\/)Ingest\/Token\/Resource$/,
    reason:
      'planes on sites get a new token at different times: rotate it when all are reachable; the previous one stays '
        + 'valid until the next rotation',
  },
  {
    rules: ['AwsSolutions-AEC6'],
    types: ['AWS::ElastiCache::ReplicationGroup'],
    when: ({ UserGroupIds = [] }) => UserGroupIds.length > 0,
    reason:
      'a user group with a password for a user that may not administer the server takes the place of AUTH, which knows one almighty user',
  },
  {
    rules: ['AwsSolutions-RDS11'],
    types: ['AWS::RDS::DBInstance'],
    when: ({ Port }) => Port === '5432',
    reason:
      "who may connect is decided by the security group, which knows the cluster's pods only; another port would hide nothing from them",
  },
  {
    rules: ['NIST.800.53.R5-RDSInBackupPlan'],
    types: ['AWS::RDS::DBInstance'],
    reason: 'RDS backs up all the time, kept for the BackupRetentionPeriod; plans of AWS Backup belong to the account',
  },
  {
    rules: ['NIST.800.53.R5-RDSEnhancedMonitoringEnabled'],
    types: ['AWS::RDS::DBInstance'],
    when: lacks('MonitoringInterval'),
    reason: 'the metrics of Aurora and of the gateway show load and latency; process lists of a machine that AWS runs add nothing',
  },
  {
    rules: ['AwsSolutions-OS3', 'AwsSolutions-OS5'],
    types: ['AWS::OpenSearchService::Domain'],
    when: lacks('AccessPolicies'),
    reason: 'without a policy of its own the domain takes signed requests of roles only that IAM allows it, from within its VPC',
  },
];

/** The one bucket that has to be public: public keys and the address where they lie. */
const ISSUER_BUCKET: readonly Acknowledgement[] = [
  {
    rules: [
      'AwsSolutions-S2',
      'NIST.800.53.R5-S3BucketLevelPublicAccessProhibited',
      'NIST.800.53.R5-S3BucketPublicReadProhibited',
      'NIST.800.53.R5-S3BucketPublicWriteProhibited',
    ],
    types: ['AWS::S3::Bucket'],
    at: /(^|\/)Bucket\/Resource$/,
    when: ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration?.BlockPublicPolicy === false,
    reason: 'IAM reads an issuer without credentials: the two documents, public keys and their address, must be public; writing is not',
  },
  {
    rules: [
      'AwsSolutions-S1',
      'NIST.800.53.R5-S3BucketLoggingEnabled',
      'NIST.800.53.R5-S3BucketReplicationEnabled',
      'NIST.800.53.R5-S3DefaultEncryptionKMS',
    ],
    types: ['AWS::S3::Bucket'],
    at: /(^|\/)Bucket\/Resource$/,
    when: ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration?.BlockPublicPolicy === false,
    reason:
      'two public documents, of which the deployment writes one and "hybridge eksa publish-keys" the other, as often as '
        + 'needed: nothing to hide, nothing to lose, and no reader who could decrypt with a key of the account',
  },
];

/** Buckets that only roles of this library read. */
const FILES_OF_SITES: readonly Acknowledgement[] = [
  {
    rules: [
      'AwsSolutions-S1',
      'NIST.800.53.R5-S3BucketLoggingEnabled',
      'NIST.800.53.R5-S3BucketReplicationEnabled',
      'NIST.800.53.R5-S3DefaultEncryptionKMS',
    ],
    types: ['AWS::S3::Bucket'],
    at: /(^|\/)Bucket\/Resource$/,
    when: (bucket) => bucket.PublicAccessBlockConfiguration?.BlockPublicPolicy === true && !hasOwnKey(bucket),
    reason:
      'files for sites, which hold no secrets: the deployment writes them, each version is kept, and a site that has '
        + 'fetched them no longer needs the bucket',
  },
];

const FALLBACK: readonly Acknowledgement[] = [
  {
    rules: ['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled', 'NIST.800.53.R5-S3BucketReplicationEnabled'],
    types: ['AWS::S3::Bucket'],
    at: /(^|\/)Fallback\/Bucket\/Resource$/,
    when: hasOwnKey,
    reason:
      'copies of a configuration that the control plane has and writes again: each version is kept and encrypted with a '
        + 'key of its own, only roles of the planes are granted it, and data planes take only what the tunnel certificate signed',
  },
];

/** Encrypted with a key of KMS, as the bucket of the fallback is, and that of files for sites is not. */
function hasOwnKey({ BucketEncryption }: Readonly<Record<string, any>>): boolean {
  return BucketEncryption?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault?.SSEAlgorithm === 'aws:kms';
}

const ACCESS: readonly Acknowledgement[] = [
  {
    rules: ['NIST.800.53.R5-IAMNoInlinePolicy'],
    types: ['AWS::IAM::Policy'],
    reason: 'the policy belongs to one role and is deleted with it: no other principal can get it by mistake',
  },
  {
    rules: ['NIST.800.53.R5-IAMNoInlinePolicy'],
    types: ['AWS::IAM::Role'],
    when: ({ Policies = [] }) => Policies.length > 0,
    reason: 'the policy belongs to one role and is deleted with it: no other principal can get it by mistake',
  },
  {
    rules: ['AwsSolutions-COG8'],
    types: ['AWS::Cognito::UserPool'],
    when: ({ UserPoolTier }) => UserPoolTier !== 'PLUS',
    reason: 'the plus tier is paid for by the user; logins need nothing of it',
  },
  {
    rules: ['NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW'],
    types: ['AWS::EC2::Route'],
    at: /PublicSubnet\d+\/DefaultRoute$/,
    reason: 'public subnets hold load balancers and the NAT gateway only; nodes are in the private ones, which have no such route',
  },
];

const TRAFFIC: readonly Acknowledgement[] = [
  {
    rules: ['AwsSolutions-APIG4'],
    types: ['AWS::ApiGatewayV2::Route'],
    at: /(^|\/)Ingest\/Api\//,
    reason:
      "the function itself asks for the token that the gateways' plugin sends in a header, and compares it before it "
        + 'reads anything; an authorizer would be a second function that does the same',
  },
  {
    rules: ['AwsSolutions-EC23'],
    types: ['AWS::EC2::SecurityGroup'],
    at: /LoadBalancer\/SecurityGroup\/Resource$/,
    when: takesEveryone,
    reason:
      'consumers of the APIs may call from everywhere, because the program names 0.0.0.0/0 as their network; it '
        + 'opens the ports of the proxy only',
  },
  {
    rules: ['AwsSolutions-ELB2', 'NIST.800.53.R5-ELBLoggingEnabled'],
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    when: ({ Type }) => Type === 'network',
    reason:
      'its log has connections that it decrypts, and no requests: plugins of the gateway log those, such as http-log, '
        + 'where they are configured',
  },
  {
    rules: ['NIST.800.53.R5-ELBv2ACMCertificateRequired'],
    types: ['AWS::ElasticLoadBalancingV2::Listener'],
    when: ({ Protocol }) => Protocol === 'TCP',
    reason: 'TLS ends in the gateway, which routes by its server name; on its port without TLS it answers what the routes allow there',
  },
  {
    rules: ['NIST.800.53.R5-ELBv2ACMCertificateRequired'],
    types: ['AWS::ElasticLoadBalancingV2::Listener'],
    when: ({ Protocol }) => Protocol === 'UDP',
    reason: 'datagrams have no TLS: the program opens the port for them, and the routes of the gateway say which services get them',
  },
  {
    rules: ['AwsSolutions-ELB2', 'NIST.800.53.R5-ELBLoggingEnabled'],
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    at: /\/LoadBalancer\/Resource\/Resource$/,
    when: ({ Type }) => Type === 'application',
    reason:
      'plugins of the gateway log requests, such as http-log, where they are configured; the load balancer counts what '
        + 'it refuses itself',
  },
  {
    rules: ['NIST.800.53.R5-ALBWAFEnabled'],
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    at: /\/LoadBalancer\/Resource\/Resource$/,
    when: ({ Type }) => Type === 'application',
    reason:
      'the gateway behind it authenticates and limits consumers where its plugins say so; the plane does not know which '
        + 'firewall rules its APIs need in addition',
  },
  {
    rules: ['NIST.800.53.R5-ELBv2ACMCertificateRequired'],
    types: ['AWS::ElasticLoadBalancingV2::Listener'],
    when: ({ Protocol, DefaultActions = [] }) => Protocol === 'HTTP' && DefaultActions.every(({ Type }: any) => Type === 'redirect'),
    reason: 'it sends consumers to the port with TLS, and nothing else',
  },
  {
    rules: ['NIST.800.53.R5-ALBWAFEnabled'],
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    at: /(^|\/)Admin\/Resource\/Resource$/,
    reason: 'it has private addresses, accepts named networks only, and requires a login',
  },
  {
    rules: [
      'AwsSolutions-S1',
      'NIST.800.53.R5-S3BucketLoggingEnabled',
      'NIST.800.53.R5-S3BucketReplicationEnabled',
      'NIST.800.53.R5-S3DefaultEncryptionKMS',
    ],
    types: ['AWS::S3::Bucket'],
    at: /(^|\/)AccessLogs\/Resource$/,
    reason:
      'it holds access logs itself, which load balancers write with the key of Amazon S3 only; to keep all logs of '
        + 'an account in one place, give that bucket as accessLogs',
  },
  {
    rules: ['AwsSolutions-ECS2'],
    types: ['AWS::ECS::TaskDefinition'],
    reason:
      'the gateway is configured by its environment; what is secret comes from Secrets Manager, and the policy looks '
        + 'for names of secrets here',
  },
  {
    rules: ['AwsSolutions-AS3'],
    types: ['AWS::AutoScaling::AutoScalingGroup'],
    when: lacks('NotificationConfigurations'),
    reason: "instances come and go with the load, and their events are in the group's history; whom to tell is the account's decision",
  },
];

export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [
  ...FUNCTIONS,
  ...STORED_DATA,
  ...ISSUER_BUCKET,
  ...FILES_OF_SITES,
  ...FALLBACK,
  ...ACCESS,
  ...TRAFFIC,
];

/** Policies that AWS keeps, in roles of this library. */
export const MANAGED_POLICIES: readonly { readonly policy: RegExp; readonly at: RegExp; readonly reason: string }[] = [
  {
    policy: /AmazonEKS(Cluster|Compute|BlockStorage|LoadBalancing|Networking)Policy$/,
    at: /(^|\/)Resource\/Role\/Resource$/,
    reason: 'what EKS does in Auto Mode changes with EKS: it expects its own policies on the role of the cluster',
  },
  {
    policy: /(AmazonEKSWorkerNodePolicy|AmazonEC2ContainerRegistryReadOnly)$/,
    at: /(^|\/)Resource\/ResourcenodePoolRole\/Resource$/,
    reason: 'what nodes of Auto Mode do changes with EKS; they pull images and ask for their cluster, nothing else',
  },
  {
    policy: new RegExp(
      '(AWSLambdaBasicExecutionRole|AWSLambdaVPCAccessExecutionRole|AmazonEC2ContainerRegistryReadOnly'
        + '|AmazonElasticContainerRegistryPublicReadOnly\\W*Ref\\W+AWS::NoValue\\W+)$',
    ),
    at: /(^|\/)(Resource\/KubectlProvider|HybridgeKubectl\/Provider)\//,
    reason: 'written by CDK for the functions that apply manifests: logs, addresses in the VPC, charts from registries',
  },
  {
    policy: /(AmazonEKSWorkerNodePolicy|AmazonEC2ContainerRegistryPullOnly)$/,
    at: /(^|\/)Nodes\/Role\/Resource$/,
    reason: 'nodes ask for their cluster and pull images, nothing else; what that takes changes with the image of EKS',
  },
  {
    policy: /(AmazonEKS_CNI_Policy|AmazonEBSCSIDriverPolicy)$/,
    at: /(^|\/)(Network|Volumes)Role\/Resource$/,
    reason: 'add-ons are kept by EKS, and their rights with them: addresses for pods, volumes for claims',
  },
  {
    policy: /(AmazonEC2ContainerRegistryPullOnly|AmazonSSMManagedInstanceCore)$/,
    at: /(^|\/)Role\/Resource$/,
    reason:
      'machines outside AWS pull images and keep their registration with Systems Manager; what its agent calls changes with the agent',
  },
  {
    policy: /CloudWatchAgentServerPolicy$/,
    at: /(^|\/)InsightsRole\/Resource$/,
    reason: 'the agent of the add-on writes metrics and logs of the cluster; what it calls changes with the add-on',
  },
  {
    policy: /AWSLambdaBasicExecutionRole$/,
    at: /^Custom::CDKBucketDeployment/,
    reason: 'written by CDK for the function that copies files into a bucket: logs',
  },
];
