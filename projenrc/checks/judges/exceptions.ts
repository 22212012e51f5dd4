/** What the judges find and stays, with the reason. One that matches nothing any more fails the check. */

export interface JudgeException {
  readonly judge: 'cfn-lint' | 'checkov' | 'hadolint' | 'kube-score';
  readonly rules: readonly string[];
  /** File and resource as the check prints them. */
  readonly where: RegExp;
  readonly reason: string;
}

const TEMPLATES: readonly JudgeException[] = [
  {
    judge: 'cfn-lint', rules: ['W3005'], where: /\/DependsOn\/\d+$/,
    reason: 'CDK writes an order that a reference implies as well: redundant, never wrong',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_115', 'CKV_AWS_116'], where: / AWS::Lambda::Function\./,
    reason: 'functions behind custom resources: CloudFormation calls them once a change and waits for the answer; a reservation and a queue would serve nobody',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_117'], where: / AWS::Lambda::Function\./,
    reason: 'these functions call public endpoints of AWS only, and nothing in a VPC; those that apply manifests are in the cluster\'s',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_173'], where: / AWS::Lambda::Function\.(\w*KubectlProvider|CustomCDKBucketDeployment|LogsIngestFunction)/,
    reason: 'names of functions, files, secrets and addresses, nothing secret; Lambda encrypts them with a key that AWS keeps',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_173'], where: / AWS::Lambda::Function\.LogsIngestFunction/,
    reason: 'addresses and names, no secrets: the token itself is read from Secrets Manager; Lambda encrypts them with a key that AWS keeps',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_149'], where: / AWS::SecretsManager::Secret\./,
    reason: 'encrypted with the key that AWS keeps for the account; who reads a secret is decided by the policies of its readers',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_158'], where: / AWS::Logs::LogGroup\./,
    reason: 'CloudWatch encrypts every log group; a key of the account would cost more than the logs, which hold no secrets',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_118'], where: / AWS::RDS::DBInstance\./,
    reason: 'the metrics of Aurora and of the gateway show load and latency; processes of a machine that AWS runs say no more',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_18', 'CKV_AWS_54', 'CKV_AWS_56'], where: / AWS::S3::Bucket\.\w*IssuerBucket/,
    reason: 'IAM reads an issuer without credentials: public keys and their address, readable by everybody, written by the deployment only',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_18'], where: / AWS::S3::Bucket\.HandoffBucket/,
    reason: 'files for sites, which hold no secrets: the deployment writes them, and every version is kept',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_18'], where: / AWS::S3::Bucket\.\w*AdminAccessLogs/,
    reason: 'it holds access logs itself; whoever keeps all logs of an account in one place gives that bucket as accessLogs',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_111'], where: / AWS::IAM::Policy\.Logs(Setup|Ingest)Function/,
    reason: 'Lambda gives a function its address in a VPC before anybody knows its id: IAM knows no resource of these actions',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_111'], where: /^ec2-data-plane\/\S+ AWS::IAM::Policy\.(Public|Internal)Role/,
    reason: 'an instance reports itself and opens channels to Systems Manager before anybody knows its name: IAM knows no resource of these actions',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_260'], where: / AWS::EC2::SecurityGroup\.\w+LoadBalancer/,
    reason: 'the program names 0.0.0.0/0 as the network of its consumers; the gateway behind it decides what it answers without TLS',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_91'], where: / AWS::ElasticLoadBalancingV2::LoadBalancer\./,
    reason: 'a network load balancer logs only where it ends TLS itself; the gateway logs every request, behind an application load balancer, too',
  },
  {
    judge: 'checkov', rules: ['CKV_AWS_317'], where: / AWS::OpenSearchService::Domain\./,
    reason: 'audit logs need users inside the domain; here roles of IAM get in, and CloudTrail keeps who changed what',
  },
];

const MANIFESTS: readonly JudgeException[] = [
  {
    judge: 'checkov', rules: ['CKV_K8S_43'], where: /\.k8s\.yaml (Deployment|Job)\./,
    reason: 'the tag is the hash of the image\'s content and is pushed once; the digest exists only after the image is built',
  },
  {
    judge: 'kube-score', rules: ['networkpolicy-targets-pod'], where: /^hybrid-kong\/hybridge\//,
    reason: 'the pods come from Kong\'s chart, which is rendered when it is installed: its labels are what the policies name',
  },
  {
    judge: 'kube-score', rules: ['service-type'], where: /(branch|plant)-plane-proxy$/,
    reason: 'the examples expose these planes with Exposure.nodePort() on purpose: there is no load balancer on those sites',
  },
  {
    judge: 'checkov',
    rules: [
      'CKV_K8S_8', 'CKV_K8S_9', 'CKV_K8S_10', 'CKV_K8S_11', 'CKV_K8S_12', 'CKV_K8S_13', 'CKV_K8S_15', 'CKV_K8S_22', 'CKV_K8S_23', 'CKV_K8S_25', 'CKV_K8S_35', 'CKV_K8S_38',
      'CKV_K8S_40', 'CKV_K8S_43',
    ],
    where: /eks-connector\.yaml StatefulSet\./,
    reason: 'the agents of Amazon EKS Connector in the shape that AWS publishes and supports: they run as root, write to their disk and talk to the API server',
  },
  {
    judge: 'checkov', rules: ['CKV2_K8S_6'], where: /eks-connector\.yaml Pod\./,
    reason: 'the agents call addresses of AWS that change, and nobody calls them: what a NetworkPolicy could name is the site\'s firewall',
  },
  {
    judge: 'checkov', rules: ['CKV2_K8S_3'], where: /eks-connector\.yaml ClusterRoleBinding\./,
    reason: 'that is what the connector is for: it looks at the cluster as the role that the console\'s user has, and RBAC decides what that role sees',
  },
];

const IMAGE: readonly JudgeException[] = [
  {
    judge: 'checkov', rules: ['CKV_DOCKER_7'], where: /Dockerfile\.FROM$/,
    reason: 'the base comes as an argument, so that a digest can be given; its default names the major version of Node, whose patches each build takes in',
  },
];

export const EXCEPTIONS: readonly JudgeException[] = [...TEMPLATES, ...MANIFESTS, ...IMAGE];
