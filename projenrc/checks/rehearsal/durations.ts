/**
 * How long CloudFormation takes for a resource, in seconds: [shortest, longest]. Order is proved for every value
 * between. The numbers are what AWS documents or what deployments are reported to take, rounded outward.
 */
export type Range = readonly [shortest: number, longest: number];

const MINUTE = 60;

const BY_TYPE: Readonly<Record<string, Range>> = {
  'AWS::RDS::DBCluster': [1 * MINUTE, 10 * MINUTE],
  'AWS::RDS::DBInstance': [4 * MINUTE, 25 * MINUTE],
  'AWS::EKS::Cluster': [7 * MINUTE, 20 * MINUTE],
  'AWS::EKS::Nodegroup': [1 * MINUTE, 10 * MINUTE],
  // CloudFormation waits until the add-on is ACTIVE, for which its pods must run.
  'AWS::EKS::Addon': [15, 15 * MINUTE],
  'AWS::EC2::NatGateway': [1 * MINUTE, 5 * MINUTE],
  'AWS::EC2::VPNConnection': [2 * MINUTE, 10 * MINUTE],
  'AWS::EC2::VPCEndpoint': [20, 5 * MINUTE],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [1 * MINUTE, 5 * MINUTE],
  'AWS::OpenSearchService::Domain': [10 * MINUTE, 60 * MINUTE],
  'AWS::ElastiCache::ReplicationGroup': [4 * MINUTE, 25 * MINUTE],
  'AWS::ElastiCache::ServerlessCache': [1 * MINUTE, 10 * MINUTE],
  'AWS::EFS::FileSystem': [5, 2 * MINUTE],
  'AWS::EFS::MountTarget': [30, 5 * MINUTE],
  'AWS::Lambda::Function': [5, 5 * MINUTE],
  'AWS::IAM::Role': [10, 2 * MINUTE],
  'AWS::IAM::Policy': [10, 2 * MINUTE],
  'AWS::IAM::InstanceProfile': [1 * MINUTE, 3 * MINUTE],
  'AWS::CertificateManager::Certificate': [30, 60 * MINUTE],
  'AWS::ACMPCA::CertificateAuthority': [5, 2 * MINUTE],
  'AWS::Route53::HostedZone': [20, 3 * MINUTE],
  'AWS::Route53::RecordSet': [20, 3 * MINUTE],
  'AWS::CloudFront::Distribution': [3 * MINUTE, 30 * MINUTE],
};

const CUSTOM: Range = [2, 15 * MINUTE];
const OTHER: Range = [1, 2 * MINUTE];

/** From its start to its end, apart from what it waits for. */
export function durationOf(type: string): Range {
  return BY_TYPE[type] ?? (type.startsWith('Custom::') ? CUSTOM : OTHER);
}

/** kubectl in a function: credentials of the cluster, then the objects. */
export const APPLY: Range = [5, 3 * MINUTE];
/** Looks whether the field has a value, every ten seconds. */
export const LOOK: Range = [5, 20];
/** A node that appears for pods that wait for one: Auto Mode, or a group of instances that grows. */
export const NEW_NODE: Range = [30, 4 * MINUTE];
/** Image, volumes, start of the container, probe. */
export const POD_START: Range = [5, 3 * MINUTE];
/** A task of ECS: network interface, image, start. */
export const TASK_START: Range = [20, 3 * MINUTE];
/** An instance: boot, packages. Then its script asks whether the node is ready. */
export const INSTANCE_BOOT: Range = [45, 4 * MINUTE];
/** Image, start of the container. */
export const INSTANCE_START: Range = [5, 2 * MINUTE];
/** From a process that runs to a probe that says so. */
export const PROBE: Range = [0, 30];
/** Until a target that answers is healthy. */
export const TARGET_HEALTHY: Range = [10, 90];
/** From the Service to a host name in its status. */
export const BALANCER_NAMED: Range = [5, 2 * MINUTE];
/** From the name to a load balancer that takes connections. */
export const BALANCER_ACTIVE: Range = [60, 5 * MINUTE];
/** Pods get no credentials when they start within this time after their association. */
export const ASSOCIATION: Range = [0, 5];
/** Until all resolvers answer with a name that was just made. */
export const NAME_KNOWN: Range = [0, 60];
/** How often something that waits tries again. */
export const RETRY = 2 * MINUTE;
