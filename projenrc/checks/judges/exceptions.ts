/** What the judges find and stays, with the reason. One that matches nothing any more fails the check. */

export interface JudgeException {
  readonly judge: 'cfn-guard' | 'cfn-lint' | 'checkov' | 'guard-rules-registry' | 'hadolint' | 'kube-score';
  readonly rules: readonly string[];
  /** File and resource as the check prints them. */
  readonly where: RegExp;
  readonly reason: string;
}

const TEMPLATES: readonly JudgeException[] = [
  {
    judge: 'cfn-guard',
    rules: ['rds_cluster_deletion_protection_enabled_check'],
    where: /^getting-started\//,
    reason: 'a first try: one command deletes all of it',
  },
  {
    judge: 'cfn-lint',
    rules: ['W3005'],
    where: /\/DependsOn\/\d+$/,
    reason: 'CDK writes an order that a reference implies as well: redundant, never wrong',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_115', 'CKV_AWS_116'],
    where: / AWS::Lambda::Function\./,
    reason:
      'CloudFormation, Secrets Manager or API Gateway calls them and waits for the answer, so that nothing would read a '
        + 'dead-letter queue; a reservation would be taken from the rest of the account',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_117'],
    where: / AWS::Lambda::Function\./,
    reason: 'these functions call public endpoints only, and nothing that has an address in a VPC',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_173'],
    where: / AWS::Lambda::Function\.(\w*KubectlProvider|\w*TunnelTurner|CustomCDKBucketDeployment|LogsIngestFunction)/,
    reason: 'names of functions, files, secrets and addresses, nothing secret; Lambda encrypts them with a key that AWS keeps',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_173'],
    where: / AWS::Lambda::Function\.LogsIngestFunction/,
    reason:
      'addresses and names, no secrets: the token itself is read from Secrets Manager; Lambda encrypts them with a key that AWS keeps',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_149'],
    where: / AWS::SecretsManager::Secret\./,
    reason: 'encrypted with the key that AWS keeps for the account; who reads a secret is decided by the policies of its readers',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_158'],
    where: / AWS::Logs::LogGroup\./,
    reason: 'CloudWatch encrypts every log group with a key that AWS keeps; what is logged holds no secrets',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_118'],
    where: / AWS::RDS::DBInstance\./,
    reason: 'metrics of Aurora and of the gateway show load and latency; Enhanced Monitoring adds processes of a machine that AWS runs',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_18', 'CKV_AWS_54', 'CKV_AWS_56'],
    where: / AWS::S3::Bucket\.\w*IssuerBucket/,
    reason: 'IAM reads an issuer without credentials: its keys and its address are public; the deployment and the command line write them',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_18'],
    where: / AWS::S3::Bucket\.\w*FallbackBucket/,
    reason:
      'one object that the control plane writes again every day and after each change; its versions are kept for 90 days, CloudTrail '
        + 'can record who reads it, and no program waits for a notification',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_18'],
    where: / AWS::S3::Bucket\.HandoffBucket/,
    reason: 'files for sites, which hold no secrets: the deployment writes them, and every version is kept',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_18'],
    where: / AWS::S3::Bucket\.\w*AdminAccessLogs/,
    reason: 'it holds access logs itself; a program that keeps all logs of an account in one bucket passes that bucket as accessLogs',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_111'],
    where: / AWS::IAM::Policy\.Logs(Setup|Ingest)Function/,
    reason: 'Lambda creates the network interface of a function, whose id is unknown until then: these actions support no resource',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_111'],
    where: / AWS::IAM::Policy\.((Public|Internal)Role|ControlPlaneOnEc2Role)/,
    reason:
      'an instance registers with Systems Manager and opens its channels before its id is known: these actions '
        + 'support no resource',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_260'],
    where: / AWS::EC2::SecurityGroup\.\w+LoadBalancer/,
    reason: 'the program names 0.0.0.0/0 as the network of its consumers; the gateway behind it decides what it answers without TLS',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_91'],
    where: / AWS::ElasticLoadBalancingV2::LoadBalancer\./,
    reason:
      'requests are logged by plugins of the gateway, such as http-log, where they are configured; the log of a network '
        + 'load balancer has none, only connections that it decrypts',
  },
  {
    judge: 'checkov',
    rules: ['CKV_AWS_317'],
    where: / AWS::OpenSearchService::Domain\./,
    reason: 'audit logs need users inside the domain; here roles of IAM get in, and CloudTrail keeps who changed what',
  },
];

/** Proactive controls of AWS Control Tower. */
const CONTROLS: readonly JudgeException[] = [
  {
    judge: 'cfn-guard',
    rules: ['cloudwatch_log_group_encrypted_check'],
    where: / AWS::Logs::LogGroup\./,
    reason: 'CloudWatch encrypts every log group with a key that AWS keeps; what is logged holds no secrets',
  },
  {
    judge: 'cfn-guard',
    rules: ['cloudwatch_log_group_retention_period_check'],
    where: / AWS::Logs::LogGroup\./,
    reason:
      'what functions, nodes and flows say is read while a fault is looked for: a month or three; who changed what '
        + 'is in CloudTrail, and requests stay in OpenSearch as long as retentionDays says',
  },
  {
    judge: 'cfn-guard',
    rules: ['lambda_inside_vpc_check'],
    where: / AWS::Lambda::Function\./,
    reason:
      'these functions call public endpoints of AWS only, and nothing in a VPC; those that have to be in one are, by '
        + 'references that the rule does not follow',
  },
  {
    judge: 'cfn-guard',
    rules: ['rds_instance_enhanced_monitoring_enabled_check'],
    where: / AWS::RDS::DBInstance\./,
    reason: 'metrics of Aurora and of the gateway show load and latency; Enhanced Monitoring adds processes of a machine that AWS runs',
  },
  {
    judge: 'cfn-guard',
    rules: ['rds_storage_encrypted_kms_key_check'],
    where: / AWS::RDS::DBInstance\./,
    reason: 'encrypted with the key that AWS keeps for the account; a snapshot goes to no other account',
  },
  {
    judge: 'cfn-guard',
    rules: ['rds_instance_no_default_ports_check'],
    where: / AWS::RDS::DBInstance\./,
    reason: 'the security group admits the cluster only, whatever the port; another number hides nothing from pods of the cluster',
  },
  {
    judge: 'cfn-guard',
    rules: ['elbv2_logging_enabled_check'],
    where: / AWS::ElasticLoadBalancingV2::LoadBalancer\./,
    reason: 'its log has connections that it decrypts, and no requests: plugins of the gateway log those, where they are configured',
  },
  {
    judge: 'cfn-guard',
    rules: ['opensearch_audit_logging_enabled_check', 'opensearch_fine_grained_access_control_enabled_check'],
    where: / AWS::OpenSearchService::Domain\./,
    reason: 'both need users inside the domain; here roles of IAM get in, and CloudTrail keeps who changed what',
  },
  {
    judge: 'cfn-guard',
    rules: ['opensearch_https_required_check'],
    where: / AWS::OpenSearchService::Domain\./,
    reason: 'the rule knows the policy of 2019 only; the domain has that of 2023, which refuses keys without forward secrecy as well',
  },
  {
    judge: 'cfn-guard',
    rules: ['opensearch_data_node_fault_tolerance_check'],
    where: / AWS::OpenSearchService::Domain\./,
    reason:
      'two data nodes in two zones hold every document twice, and three managers of their own decide: a third data '
        + 'node would wait in a zone that the network has not got',
  },
  {
    judge: 'cfn-guard',
    rules: ['s3_bucket_level_public_access_prohibited_check'],
    where: / AWS::S3::Bucket\.\w*IssuerBucket/,
    reason: 'IAM reads an issuer without credentials: its keys and its address are public; the deployment and the command line write them',
  },
  {
    judge: 'cfn-guard',
    rules: ['s3_bucket_logging_enabled_check', 's3_bucket_object_lock_enabled_check', 's3_event_notifications_enabled_check'],
    where: / AWS::S3::Bucket\.\w*FallbackBucket/,
    reason:
      'one object that the control plane writes again every day and after each change; its versions are kept for 90 days, CloudTrail '
        + 'can record who reads it, and no program waits for a notification',
  },
  {
    judge: 'cfn-guard',
    rules: [
      's3_bucket_default_encryption_kms_check',
      's3_bucket_logging_enabled_check',
      's3_bucket_object_lock_enabled_check',
      's3_event_notifications_enabled_check',
    ],
    where: / AWS::S3::Bucket\.\w*(IssuerBucket|HandoffBucket)/,
    reason:
      'public documents, and files for sites without secrets: the deployment writes them, and the command line the public '
        + 'keys, as often as needed; every version is kept for 90 days, and no program waits for a notification',
  },
  {
    judge: 'cfn-guard',
    rules: [
      's3_bucket_default_encryption_kms_check',
      's3_bucket_logging_enabled_check',
      's3_bucket_object_lock_enabled_check',
      's3_event_notifications_enabled_check',
    ],
    where: / AWS::S3::Bucket\.\w*AccessLogs/,
    reason:
      'load balancers write their logs into buckets with keys of S3 only; the bucket is the log, and its own log would be without end',
  },
  {
    judge: 'cfn-guard',
    rules: ['eks_endpoint_no_public_access_check'],
    where: / AWS::EKS::Cluster\./,
    reason: 'the program names the networks of its administrators (adminCidrs); nodes and functions use the private endpoint',
  },
  {
    judge: 'cfn-guard',
    rules: ['kms_create_grant_aws_service_check'],
    where: / AWS::KMS::Key\./,
    reason: 'the key policy delegates to IAM of its own account, as AWS advises: without that statement no role could administer it',
  },
  {
    judge: 'cfn-guard',
    rules: ['autoscaling_multiple_az_check'],
    where: / AWS::AutoScaling::AutoScalingGroup\./,
    reason: 'the rule looks for names of zones; the group has subnets, in two zones or more, or the program does not synthesize',
  },
  {
    judge: 'cfn-guard',
    rules: ['autoscaling_mixed_instances_policy_multiple_instance_types_check'],
    where: / AWS::AutoScaling::AutoScalingGroup\./,
    reason: 'nodes of a plane are measured and alarmed alike; who wants a mixture gives it to managed node groups or to Auto Mode',
  },
  {
    judge: 'cfn-guard',
    rules: ['api_gw_v2_authorization_type_configured_check'],
    where: / AWS::ApiGatewayV2::Route\.\w*Ingest/,
    reason:
      'the function behind the route asks for a token that only nodes of its planes have, and compares it in '
        + 'constant time; an authorizer would be a second function for each batch',
  },
  {
    judge: 'cfn-guard',
    rules: ['lambda_function_public_access_prohibited_check'],
    where: / AWS::Lambda::Permission\.\w*(Ingest|TunnelTurner)/,
    reason:
      'the permission names its source, API and route or the account; the rule takes only text or one reference to a '
        + 'resource, not an ARN that is put together nor AWS::AccountId',
  },
];

const CONTENT_TAGS =
  'the tag is the hash of the build context: it never stands for another content, so the registry has nothing newer, and a pod restarts '
    + 'while the registry is out of reach';

const MANIFESTS: readonly JudgeException[] = [
  { judge: 'checkov', rules: ['CKV_K8S_15'], where: / (Deployment|StatefulSet|Job)\.(?!eks-connector)/, reason: CONTENT_TAGS },
  { judge: 'kube-score', rules: ['container-image-pull-policy'], where: /^(?!.*eks-connector)/, reason: CONTENT_TAGS },
  {
    judge: 'checkov',
    rules: ['CKV_K8S_35'],
    where: /Deployment\.on-eks-anywhere\.on-eks-anywhere$/,
    reason:
      'addresses that are known after deployment only: External Secrets writes Secrets, whatever they hold; what is '
        + 'secret is mounted as files',
  },
  {
    judge: 'checkov',
    rules: ['CKV_K8S_43'],
    where: /\.k8s\.yaml (Deployment|StatefulSet|Job)\./,
    reason: "the tag is the hash of the image's content and is pushed once; the digest exists only after the image is built",
  },
  {
    judge: 'kube-score',
    rules: ['deployment-replicas'],
    where: /^getting-started\/hybridge\//,
    reason: 'a first try: one pod of each plane is enough',
  },
  {
    judge: 'kube-score',
    rules: ['networkpolicy-targets-pod'],
    where: /^hybrid-kong\/hybridge\//,
    reason: "the pods come from Kong's chart, which is rendered when it is installed: its labels are what the policies name",
  },
  {
    judge: 'kube-score',
    rules: ['service-type'],
    where: /((branch|plant)-plane|on-eks-anywhere)-proxy$/,
    reason: 'the examples expose these planes with Exposure.nodePort() on purpose: there is no load balancer on those sites',
  },
  {
    judge: 'checkov',
    rules: [
      'CKV_K8S_8',
      'CKV_K8S_9',
      'CKV_K8S_10',
      'CKV_K8S_11',
      'CKV_K8S_12',
      'CKV_K8S_13',
      'CKV_K8S_15',
      'CKV_K8S_22',
      'CKV_K8S_23',
      'CKV_K8S_25',
      'CKV_K8S_35',
      'CKV_K8S_40',
      'CKV_K8S_43',
    ],
    where: /eks-connector\.yaml StatefulSet\./,
    reason:
      'the agents of Amazon EKS Connector in the shape that AWS publishes and supports: they run as root, write to '
        + 'their disk and talk to the API server',
  },
  {
    judge: 'kube-score',
    rules: [
      'container-resources',
      'container-ephemeral-storage-request-and-limit',
      'container-security-context-user-group-id',
      'container-security-context-readonlyrootfilesystem',
    ],
    where: /StatefulSet\/apps\/v1\/eks-connector\/eks-connector$/,
    reason:
      'the agents of Amazon EKS Connector in the shape that AWS publishes: without requests and limits, as root, and '
        + 'with a disk that they write to',
  },
  {
    judge: 'kube-score',
    rules: ['statefulset-has-servicename'],
    where: /StatefulSet\/apps\/v1\/eks-connector\/eks-connector$/,
    reason: 'agents only connect to others, so that AWS publishes them without a Service: nothing looks up the names of their pods',
  },
  {
    judge: 'kube-score',
    rules: ['container-image-pull-policy'],
    where: /StatefulSet\/apps\/v1\/eks-connector\/eks-connector$/,
    reason: 'the tags name a version: a machine that has pulled it starts the agents while the registry is away',
  },
  {
    judge: 'checkov',
    rules: ['CKV2_K8S_3'],
    where: /eks-connector\.yaml ClusterRoleBinding\./,
    reason:
      "that is what the connector is for: it looks at the cluster as the role that the console's user has, and RBAC "
        + 'decides what that role sees',
  },
];

const IMAGE: readonly JudgeException[] = [
  {
    judge: 'checkov',
    rules: ['CKV_DOCKER_7'],
    where: /Dockerfile\.FROM$/,
    reason:
      'the base image is a build argument, so that a digest can be given; the default names the major version of Node, whose '
        + 'patches come with a build: the tag follows the context, so that a published image is built again when the package changes',
  },
];

export const EXCEPTIONS: readonly JudgeException[] = [...TEMPLATES, ...CONTROLS, ...MANIFESTS, ...IMAGE];
