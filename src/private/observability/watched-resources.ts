/** What CloudWatch says about the resources of gateways: which graphs are worth a look, and when somebody should be told. One entry a type of resource. */
import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { IConstruct } from 'constructs';

export interface Graph {
  readonly title: string;
  readonly metrics: readonly cloudwatch.IMetric[];
}

export interface WatchAlarm {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly above?: number;
  readonly below?: number;
  /** Minutes that it has to last. */
  readonly minutes: number;
  readonly says: string;
}

export interface Watch {
  /** For people, such as `database`. */
  readonly what: string;
  readonly graphs: readonly Graph[];
  readonly alarms: readonly WatchAlarm[];
}

const MINUTE = Duration.minutes(1);
const AVERAGE = { period: MINUTE, statistic: 'Average' };
const MAXIMUM = { period: MINUTE, statistic: 'Maximum' };
const SUM = { period: MINUTE, statistic: 'Sum' };

type Kind = (construct: IConstruct) => Watch | undefined;

const KINDS: readonly Kind[] = [
  (construct) => (construct instanceof CfnPodIdentityAssociation ? pods(construct) : undefined),
  (construct) => (construct instanceof ecs.BaseService ? tasks(construct) : undefined),
  (construct) => (construct instanceof autoscaling.AutoScalingGroup ? instances(construct) : undefined),
  (construct) => (construct instanceof elbv2.NetworkTargetGroup || construct instanceof elbv2.ApplicationTargetGroup ? targets(construct) : undefined),
  (construct) => (construct instanceof rds.DatabaseCluster || construct instanceof rds.DatabaseInstance ? database(construct) : undefined),
  (construct) => (construct instanceof elasticache.CfnReplicationGroup ? cacheNodes(construct) : undefined),
  (construct) => (construct instanceof elasticache.CfnServerlessCache ? serverlessCache(construct) : undefined),
  (construct) => (construct instanceof opensearch.Domain ? domain(construct) : undefined),
];

/**
 * Everything of a construct that CloudWatch knows about, in the order of its tree.
 *
 * @param apart what is looked at by itself, such as data planes, which may lie below their control plane
 */
export function watchesOf(construct: IConstruct, apart: ReadonlySet<IConstruct>): readonly Watch[] {
  const own = KINDS.map((kind) => kind(construct)).filter((watch) => watch !== undefined);
  return [...own, ...construct.node.children.filter((child) => !apart.has(child)).flatMap((child) => watchesOf(child, apart))];
}

/**
 * Container Insights of EKS, by namespace: each plane has one of its own. The numbers are there once the cluster has the add-on `amazon-cloudwatch-observability`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
 */
function pods({ clusterName: ClusterName, namespace: Namespace }: CfnPodIdentityAssociation): Watch {
  const metric = (metricName: string) => new cloudwatch.Metric({ namespace: 'ContainerInsights', metricName, dimensionsMap: { ClusterName, Namespace }, ...AVERAGE });
  const [cpu, memory, running] = ['pod_cpu_utilization_over_pod_limit', 'pod_memory_utilization_over_pod_limit', 'namespace_number_of_running_pods'].map(metric);
  return {
    what: 'pods',
    graphs: [{ title: 'CPU and memory of pods, % of their limits', metrics: [cpu, memory] }, { title: 'Running pods', metrics: [running] }],
    alarms: [
      { id: 'Memory', metric: memory, above: 90, minutes: 5, says: 'Pods are about to be ended for their use of memory' },
      { id: 'Running', metric: running, below: 1, minutes: 5, says: 'No pod runs' },
    ],
  };
}

function tasks(service: ecs.BaseService): Watch {
  const [cpu, memory] = [service.metricCpuUtilization(AVERAGE), service.metricMemoryUtilization(AVERAGE)];
  return {
    what: 'tasks',
    graphs: [{ title: 'CPU and memory of tasks, %', metrics: [cpu, memory] }],
    alarms: [
      { id: 'Cpu', metric: cpu, above: 90, minutes: 10, says: 'Tasks are busy, and scaling does not help' },
      { id: 'Memory', metric: memory, above: 90, minutes: 5, says: 'Tasks are about to be ended for their use of memory' },
    ],
  };
}

function instances({ autoScalingGroupName: AutoScalingGroupName }: autoscaling.AutoScalingGroup): Watch {
  const metric = (namespace: string, metricName: string) => new cloudwatch.Metric({ namespace, metricName, dimensionsMap: { AutoScalingGroupName }, ...AVERAGE });
  const cpu = metric('AWS/EC2', 'CPUUtilization');
  return {
    what: 'instances',
    graphs: [{ title: 'CPU of instances, %', metrics: [cpu] }, { title: 'Instances', metrics: [metric('AWS/AutoScaling', 'GroupDesiredCapacity'), metric('AWS/AutoScaling', 'GroupInServiceInstances')] }],
    alarms: [{ id: 'Cpu', metric: cpu, above: 90, minutes: 10, says: 'Instances are busy, and scaling does not help' }],
  };
}

function targets(group: elbv2.NetworkTargetGroup | elbv2.ApplicationTargetGroup): Watch {
  // The same metric; CDK spells it in two ways.
  const unhealthy = group instanceof elbv2.NetworkTargetGroup ? group.metrics.unHealthyHostCount(MAXIMUM) : group.metrics.unhealthyHostCount(MAXIMUM);
  const healthy = group.metrics.healthyHostCount({ period: MINUTE, statistic: 'Minimum' });
  return {
    what: 'load balancer',
    graphs: [{ title: 'Nodes behind the load balancer', metrics: [healthy, unhealthy] }],
    alarms: [{ id: 'Healthy', metric: healthy, below: 1, minutes: 2, says: 'No node answers the load balancer' }],
  };
}

function database(server: rds.DatabaseCluster | rds.DatabaseInstance): Watch {
  const [cpu, connections, memory] = [server.metricCPUUtilization(AVERAGE), server.metricDatabaseConnections(MAXIMUM), server.metricFreeableMemory(AVERAGE)];
  const disk = server instanceof rds.DatabaseInstance ? server.metricFreeStorageSpace({ period: MINUTE, statistic: 'Minimum' }) : undefined;
  return {
    what: 'database',
    graphs: [{ title: 'CPU of the database, %', metrics: [cpu] }, { title: 'Connections', metrics: [connections] }, { title: 'Free memory', metrics: [memory] }],
    alarms: [
      { id: 'Cpu', metric: cpu, above: 90, minutes: 15, says: 'The database is busy' },
      ...disk ? [{ id: 'Disk', metric: disk, below: 2 * 1024 ** 3, minutes: 15, says: 'The database has less than 2 GiB of disk left' }] : [],
    ],
  };
}

function cacheNodes({ ref: ReplicationGroupId }: elasticache.CfnReplicationGroup): Watch {
  const metric = (metricName: string, options: cloudwatch.MetricOptions) =>
    new cloudwatch.Metric({ namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { ReplicationGroupId }, ...options });
  const [memory, cpu, evictions] = [metric('DatabaseMemoryUsageCountedForEvictPercentage', MAXIMUM), metric('EngineCPUUtilization', MAXIMUM), metric('Evictions', SUM)];
  return {
    what: 'cache',
    graphs: [{ title: 'CPU and memory of the cache, %', metrics: [cpu, memory] }, { title: 'Evictions', metrics: [evictions] }],
    alarms: [
      { id: 'Cpu', metric: cpu, above: 90, minutes: 10, says: 'The cache is busy: every request that is counted waits for it' },
      { id: 'Memory', metric: memory, above: 90, minutes: 10, says: 'The cache is full and forgets counters' },
    ],
  };
}

function serverlessCache({ ref: clusterId }: elasticache.CfnServerlessCache): Watch {
  const metric = (metricName: string, options: cloudwatch.MetricOptions) => new cloudwatch.Metric({ namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { clusterId }, ...options });
  const throttled = metric('ThrottledCmds', SUM);
  return {
    what: 'cache',
    graphs: [{ title: 'Bytes in the cache', metrics: [metric('BytesUsedForCache', MAXIMUM)] }, { title: 'Processing units', metrics: [metric('ElastiCacheProcessingUnits', SUM), throttled] }],
    alarms: [{ id: 'Throttled', metric: throttled, above: 0, minutes: 5, says: 'The cache refuses commands: raise maxEcpuPerSecond' }],
  };
}

function domain(server: opensearch.Domain): Watch {
  const [red, disk] = [server.metricClusterStatusRed(MAXIMUM), server.metricFreeStorageSpace({ period: MINUTE, statistic: 'Minimum' })];
  return {
    what: 'logs',
    graphs: [{ title: 'Disk left for logs, MiB', metrics: [disk] }, { title: 'Time to index, ms', metrics: [server.metricIndexingLatency(AVERAGE)] }],
    alarms: [
      { id: 'Red', metric: red, above: 0, minutes: 5, says: 'The domain has lost a part of the logs' },
      { id: 'Disk', metric: disk, below: 10 * 1024, minutes: 15, says: 'The domain has less than 10 GiB of disk left on a node' },
    ],
  };
}
