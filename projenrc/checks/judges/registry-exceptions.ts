/**
 * What the sets of the AWS Guard Rules Registry for NIST 800-53 (revision 5), for the security pillar and for CIS find,
 * and why it stays. No package has these rules: they judge where `--guard-rules` names a copy of them.
 */
import type { JudgeException } from './exceptions';

const AURORA = / AWS::RDS::DBInstance\./;

const ROWS: readonly Omit<JudgeException, 'judge'>[] = [
  {
    rules: [
      'RDS_INSTANCE_DELETION_PROTECTION_ENABLED',
      'RDS_MULTI_AZ_SUPPORT',
      'RDS_LOGGING_ENABLED',
      'RDS_INSTANCE_LOGGING_ENABLED',
      'RDS_STORAGE_ENCRYPTED',
      'DB_INSTANCE_BACKUP_ENABLED',
    ],
    where: AURORA,
    reason:
      'an instance of Aurora takes all of it from its cluster, which has deletion protection, two zones, exported '
        + 'logs, encryption and backups; these rules look at the instance only',
  },
  {
    rules: ['RDS_ENHANCED_MONITORING_ENABLED'],
    where: AURORA,
    reason: 'metrics of Aurora and of the gateway show load and latency; Enhanced Monitoring adds processes of a machine that AWS runs',
  },
  {
    rules: ['RDS_IN_BACKUP_PLAN'],
    where: AURORA,
    reason: "the cluster keeps its own backups for as many days as the program says; a plan of AWS Backup is the account's",
  },
  {
    rules: ['IAM_NO_INLINE_POLICY_CHECK'],
    where: / AWS::IAM::Role\.\w*(AgentRole|CustomResourceProviderRole)/,
    reason: "one role, one policy, one life: of CDK's own functions, and of the agent of EKS Connector in the shape that AWS publishes",
  },
  {
    rules: ['NO_UNRESTRICTED_ROUTE_TO_IGW'],
    where: / AWS::EC2::Route\.\w*Public/,
    reason: 'public subnets hold load balancers and NAT gateways, which is what the route is for; nodes are in private ones',
  },
  {
    rules: ['CLOUDWATCH_LOG_GROUP_ENCRYPTED'],
    where: / AWS::Logs::LogGroup\./,
    reason: 'CloudWatch encrypts every log group with a key that AWS keeps; what is logged holds no secrets',
  },
  {
    rules: ['LAMBDA_CONCURRENCY_CHECK', 'LAMBDA_DLQ_CHECK'],
    where: / AWS::Lambda::Function\./,
    reason:
      'CloudFormation, Secrets Manager or API Gateway calls them and waits for the answer, so that nothing would read a '
        + 'dead-letter queue; a reservation would be taken from the rest of the account',
  },
  {
    rules: ['LAMBDA_INSIDE_VPC'],
    where: / AWS::Lambda::Function\./,
    reason: 'these functions call public endpoints only, and nothing that has an address in a VPC',
  },
  {
    rules: ['SECRETSMANAGER_USING_CMK'],
    where: / AWS::SecretsManager::Secret\./,
    reason: 'encrypted with the key that AWS keeps for the account; who reads a secret is decided by the policies of its readers',
  },
  {
    rules: ['SECRETSMANAGER_ROTATION_ENABLED_CHECK'],
    where: / AWS::SecretsManager::Secret\./,
    reason:
      'copies of what another service makes, which no function of ours could change; what is made here rotates where '
        + 'the program says so: rotateEvery of a trust, rotatesPassword of a database',
  },
  {
    rules: ['S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED'],
    where: / AWS::S3::Bucket\.\w*IssuerBucket/,
    reason: 'IAM reads an issuer without credentials: its keys and its address are public; the deployment and the command line write them',
  },
  {
    rules: ['S3_BUCKET_DEFAULT_LOCK_ENABLED', 'S3_BUCKET_LOGGING_ENABLED', 'S3_BUCKET_REPLICATION_ENABLED'],
    where: / AWS::S3::Bucket\.\w*FallbackBucket/,
    reason:
      'one object that the control plane writes again every day and after each change; its versions are kept for 90 days, CloudTrail '
        + 'can record who reads it, and no program waits for a notification',
  },
  {
    rules: ['S3_BUCKET_DEFAULT_LOCK_ENABLED', 'S3_BUCKET_LOGGING_ENABLED', 'S3_BUCKET_REPLICATION_ENABLED', 'S3_DEFAULT_ENCRYPTION_KMS'],
    where: / AWS::S3::Bucket\.\w*(IssuerBucket|HandoffBucket|AccessLogs)/,
    reason:
      'public documents, files for sites and logs of load balancers, without secrets: the deployment writes the '
        + 'first two again whenever it runs, and load balancers write with keys of S3 only',
  },
  {
    rules: ['EKS_ENDPOINT_NO_PUBLIC_ACCESS'],
    where: / AWS::EKS::Cluster\./,
    reason: 'the program names the networks of its administrators (adminCidrs); nodes and functions use the private endpoint',
  },
  {
    rules: ['ALB_WAF_ENABLED'],
    where: / AWS::ElasticLoadBalancingV2::LoadBalancer\./,
    reason: 'the one Application Load Balancer has private addresses, asks for a login, and lets in the networks that the program names',
  },
];

export const REGISTRY = 'guard-rules-registry';
export const REGISTRY_EXCEPTIONS: readonly JudgeException[] = ROWS.map((row) => ({ judge: REGISTRY, ...row }));
