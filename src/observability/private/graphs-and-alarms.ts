/**
 * CloudWatch metrics of the gateways' resources: which graphs to show, and when to raise an alarm. One entry per
 * resource type.
 */
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { IConstruct } from 'constructs';
import { hasContainerInsights, insightsMissing } from '../../eks/private/container-insights';
import { GatewayControlPlane } from '../../gateway/gateway-control-plane';
import { EksPlane } from '../../gateway/private/clusters/eks-plane';
import { AdminLoadBalancer } from '../../gateway/private/load-balancers/admin-load-balancer';
import { TlsLoadBalancer } from '../../gateway/private/load-balancers/tls-load-balancer';
import { degradedNodes, planeLog } from '../../gateway/private/measures/degraded-nodes';
import {
  AVERAGE,
  MAXIMUM,
  MINIMUM,
  MINUTE,
  SUM,
  applicationLoadBalancerMeasures,
  instanceMeasures,
  podMeasures,
  targetMeasures,
  taskMeasures,
} from '../../gateway/private/measures/measures';
import { CustomResourceFunction } from '../../private/lambda-function';

interface Graph {
  readonly title: string;
  readonly metrics: readonly cloudwatch.IMetric[];
}

export interface WatchAlarm {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly above?: number;
  readonly below?: number;
  /** Periods of the metric that it has to last: minutes, unless the metric says otherwise. */
  readonly periods: number;
  /** Treat missing data as an alarm. Default: missing data is ignored, because a new or idle plane has none. */
  readonly missingIsBad?: boolean;
  /** Treat missing data as the end of the alarm: the metric exists only while something is wrong. */
  readonly missingIsGood?: boolean;
  readonly says: string;
}

export interface Watch {
  /** For people, such as `database`. */
  readonly what: string;
  readonly graphs: readonly Graph[];
  readonly alarms: readonly WatchAlarm[];
  /** Why nothing is measured here, with the fix. */
  readonly unmeasured?: string;
}

type Kind = (construct: IConstruct) => Watch | undefined;

const KINDS: readonly Kind[] = [
  (construct) => (construct instanceof GatewayControlPlane ? tunnels(construct) : undefined),
  (construct) => (construct instanceof EksPlane ? pods(construct) : undefined),
  (construct) => served(construct),
  (construct) => (construct instanceof ecs.BaseService ? tasks(construct) : undefined),
  (construct) => (construct instanceof autoscaling.AutoScalingGroup ? instances(construct) : undefined),
  (construct) =>
    construct instanceof elbv2.NetworkTargetGroup || construct instanceof elbv2.ApplicationTargetGroup ? targets(construct) : undefined,
  (construct) => (construct instanceof elbv2.ApplicationLoadBalancer ? requests(construct) : undefined),
  (construct) =>
    construct instanceof AdminLoadBalancer || construct instanceof TlsLoadBalancer ? certificate(construct.certificate) : undefined,
  (construct) => (construct instanceof CustomResourceFunction && construct.bundle === 'tunnel-rotation' ? rotation(construct) : undefined),
  (construct) => (construct instanceof rds.DatabaseCluster || construct instanceof rds.DatabaseInstance ? database(construct) : undefined),
  (construct) => (construct instanceof elasticache.CfnReplicationGroup ? cacheNodes(construct) : undefined),
  (construct) => (construct instanceof elasticache.CfnServerlessCache ? serverlessCache(construct) : undefined),
  (construct) => (construct instanceof opensearch.Domain ? domain(construct) : undefined),
];

/**
 * Everything of a construct that CloudWatch knows about, in the order of its tree.
 *
 * @param apart constructs with their own widgets, such as data planes, which may be children of their control plane
 */
export function watchesOf(construct: IConstruct, apart: ReadonlySet<IConstruct>): readonly Watch[] {
  const own = KINDS.map((kind) => kind(construct)).filter((watch) => watch !== undefined);
  return [...own, ...construct.node.children.filter((child) => !apart.has(child)).flatMap((child) => watchesOf(child, apart))];
}

function tunnels(controlPlane: GatewayControlPlane): Watch {
  const connected = controlPlane.metricConnectedDataPlanes();
  return {
    what: 'tunnels',
    graphs: [{ title: 'Connected nodes of data planes', metrics: [connected] }],
    alarms: [
      {
        id: 'Connected',
        metric: connected,
        below: 1,
        periods: 5,
        says: 'No data plane is connected: configuration changes reach no data plane',
      },
    ],
  };
}

function pods({ cluster, planeName }: EksPlane): Watch {
  if (!hasContainerInsights(cluster)) return { what: 'pods', graphs: [], alarms: [], unmeasured: insightsMissing(cluster) };
  const { cpu, memory, running } = podMeasures(cluster.clusterName, planeName);
  return {
    what: 'pods',
    graphs: [
      { title: 'CPU and memory of pods, % of their limits', metrics: [cpu(), memory()] },
      { title: 'Running pods', metrics: [running()] },
    ],
    alarms: [
      { id: 'Memory', metric: memory(), above: 90, periods: 5, says: 'Pods are about to be ended for their use of memory' },
      { id: 'Running', metric: running(), below: 1, periods: 5, says: 'No pod runs' },
    ],
  };
}

function served(construct: IConstruct): Watch | undefined {
  const log = planeLog(construct);
  if (log === undefined) return undefined;
  const metric = degradedNodes(log);
  return {
    what: 'configuration',
    graphs: [{ title: 'Nodes that do not serve the whole configuration', metrics: [metric] }],
    alarms: [
      {
        id: 'Degraded',
        metric,
        above: 0,
        // A node logs it once a minute, at any second.
        periods: 3,
        missingIsGood: true,
        says: 'Nodes refused the newest configuration, or have entities of it in quarantine: /clustering/data-planes says which',
      },
    ],
  };
}

function tasks(service: ecs.BaseService): Watch {
  const { cpu, memory } = taskMeasures(service);
  return {
    what: 'tasks',
    graphs: [{ title: 'CPU and memory of tasks, %', metrics: [cpu(), memory()] }],
    alarms: [
      { id: 'Cpu', metric: cpu(), above: 90, periods: 10, says: 'Tasks are busy, and scaling does not help' },
      { id: 'Memory', metric: memory(), above: 90, periods: 5, says: 'Tasks are about to be ended for their use of memory' },
    ],
  };
}

function instances(group: autoscaling.AutoScalingGroup): Watch {
  const { cpu, running, desired } = instanceMeasures(group);
  return {
    what: 'instances',
    graphs: [{ title: 'CPU of instances, %', metrics: [cpu()] }, { title: 'Instances', metrics: [desired(), running()] }],
    alarms: [{ id: 'Cpu', metric: cpu(), above: 90, periods: 10, says: 'Instances are busy, and scaling does not help' }],
  };
}

function targets(group: elbv2.NetworkTargetGroup | elbv2.ApplicationTargetGroup): Watch {
  const { healthy, unhealthy } = targetMeasures(group);
  return {
    what: 'load balancer',
    graphs: [{ title: 'Nodes behind the load balancer', metrics: [healthy(), unhealthy()] }],
    alarms: [{ id: 'Healthy', metric: healthy(), below: 1, periods: 2, says: 'No node answers the load balancer' }],
  };
}

/** Fewer requests than this in a minute make no percentage worth a call. */
const FEWEST_REQUESTS = 20;

function requests(loadBalancer: elbv2.ApplicationLoadBalancer): Watch {
  const measures = applicationLoadBalancerMeasures(loadBalancer);
  const [all, errors, latency] = [measures.requests(), measures.serverErrors(), measures.latency()];
  // A minute without errors has no value for them.
  const rate = new cloudwatch.MathExpression({
    expression: `IF(FILL(requests, 0) > ${FEWEST_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)`,
    usingMetrics: { requests: all, errors },
    label: 'Answers with 5xx, %',
    period: MINUTE,
  });
  return {
    what: 'requests',
    graphs: [{ title: 'Requests, and answers with 5xx', metrics: [all, errors] }, { title: 'Time to answer, 99 %, s', metrics: [latency] }],
    alarms: [{ id: 'ServerErrors', metric: rate, above: 5, periods: 5, says: 'More than 5 % of the requests fail' }],
  };
}

/**
 * ACM renews its own certificates sixty days before their expiry: below thirty days an operator must act. ACM publishes
 * the metric once a day, until the certificate expires.
 */
function certificate(given: acm.ICertificate): Watch {
  const days = given.metricDaysToExpiry();
  return {
    what: 'certificate',
    graphs: [{ title: 'Days to the end of the certificate', metrics: [days] }],
    alarms: [
      { id: 'Ends', metric: days, below: 30, periods: 1, says: 'The certificate ends in less than thirty days, and has not been renewed' },
    ],
  };
}

/** Runs when it is time for the next certificate; a minute in which it did not run has no value. */
function rotation({ handler }: CustomResourceFunction): Watch {
  const errors = handler.metricErrors(SUM);
  return {
    what: 'tunnel certificate',
    graphs: [{ title: "Failed replacements of the tunnel's certificate", metrics: [errors] }],
    alarms: [
      {
        id: 'Errors',
        metric: errors,
        above: 0,
        periods: 1,
        says: 'The certificate of the tunnels could not be replaced: it ends some day',
      },
    ],
  };
}

function database(server: rds.DatabaseCluster | rds.DatabaseInstance): Watch {
  const [cpu, connections, memory] = [
    server.metricCPUUtilization(AVERAGE),
    server.metricDatabaseConnections(MAXIMUM),
    server.metricFreeableMemory(AVERAGE),
  ];
  return {
    what: 'database',
    graphs: [
      { title: 'CPU of the database, %', metrics: [cpu] },
      { title: 'Connections', metrics: [connections] },
      { title: 'Free memory', metrics: [memory] },
    ],
    alarms: [
      { id: 'Cpu', metric: cpu, above: 90, periods: 15, says: 'The database is busy' },
      ...(server instanceof rds.DatabaseInstance ? diskAlarms(server) : capacityAlarms(server)),
      ...(mayPause(server) ? [] : downAlarms(server)),
    ],
  };
}

function diskAlarms(server: rds.DatabaseInstance): WatchAlarm[] {
  return [
    {
      id: 'Disk',
      metric: server.metricFreeStorageSpace(MINIMUM),
      below: 2 * 1024 ** 3,
      periods: 15,
      says: 'The database has less than 2 GiB of disk left',
    },
  ];
}

function capacityAlarms(server: rds.DatabaseCluster): WatchAlarm[] {
  if (!scalingOf(server)) return [];
  return [
    {
      id: 'Capacity',
      metric: server.metricACUUtilization(MAXIMUM),
      above: 95,
      periods: 15,
      says: 'The database has grown to its maxCapacity and cannot grow further',
    },
  ];
}

/** A server that runs reports each minute; a number of reports is never below zero, so that the alarm is about silence. */
function downAlarms(server: rds.DatabaseCluster | rds.DatabaseInstance): WatchAlarm[] {
  const reports = server.metricCPUUtilization({ period: MINUTE, statistic: cloudwatch.Stats.SAMPLE_COUNT });
  return [
    {
      id: 'Down',
      metric: reports,
      below: 1,
      periods: 5,
      missingIsBad: true,
      says: 'The database has said nothing for five minutes: it does not run',
    },
  ];
}

/** With a minimum capacity of zero it pauses when no client is connected. */
function mayPause(server: rds.DatabaseCluster | rds.DatabaseInstance): boolean {
  return server instanceof rds.DatabaseCluster && scalingOf(server)?.minCapacity === 0;
}

function scalingOf(server: rds.DatabaseCluster): rds.CfnDBCluster.ServerlessV2ScalingConfigurationProperty | undefined {
  return server.stack.resolve((server.node.defaultChild as rds.CfnDBCluster).serverlessV2ScalingConfiguration);
}

function cacheNodes({ ref: ReplicationGroupId }: elasticache.CfnReplicationGroup): Watch {
  const metric = (metricName: string, options: cloudwatch.MetricOptions) =>
    new cloudwatch.Metric({ namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { ReplicationGroupId }, ...options });
  const [memory, cpu, evictions] = [
    metric('DatabaseMemoryUsageCountedForEvictPercentage', MAXIMUM),
    metric('EngineCPUUtilization', MAXIMUM),
    metric('Evictions', SUM),
  ];
  return {
    what: 'cache',
    graphs: [{ title: 'CPU and memory of the cache, %', metrics: [cpu, memory] }, { title: 'Evictions', metrics: [evictions] }],
    alarms: [
      { id: 'Cpu', metric: cpu, above: 90, periods: 10, says: 'The cache is busy: every request that is counted waits for it' },
      { id: 'Memory', metric: memory, above: 90, periods: 10, says: 'The cache is full and forgets counters' },
    ],
  };
}

function serverlessCache({ ref: clusterId }: elasticache.CfnServerlessCache): Watch {
  const metric = (metricName: string, options: cloudwatch.MetricOptions) =>
    new cloudwatch.Metric({ namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { clusterId }, ...options });
  const throttled = metric('ThrottledCmds', SUM);
  return {
    what: 'cache',
    graphs: [
      { title: 'Bytes in the cache', metrics: [metric('BytesUsedForCache', MAXIMUM)] },
      { title: 'Processing units', metrics: [metric('ElastiCacheProcessingUnits', SUM), throttled] },
    ],
    alarms: [{ id: 'Throttled', metric: throttled, above: 0, periods: 5, says: 'The cache refuses commands: raise maxEcpuPerSecond' }],
  };
}

function domain(server: opensearch.Domain): Watch {
  const [red, disk] = [server.metricClusterStatusRed(MAXIMUM), server.metricFreeStorageSpace(MINIMUM)];
  return {
    what: 'logs',
    graphs: [
      { title: 'Disk left for logs, MiB', metrics: [disk] },
      { title: 'Time to index, ms', metrics: [server.metricIndexingLatency(AVERAGE)] },
    ],
    alarms: [
      { id: 'Red', metric: red, above: 0, periods: 5, says: 'The domain has lost a part of the logs' },
      { id: 'Disk', metric: disk, below: 10 * 1024, periods: 15, says: 'The domain has less than 10 GiB of disk left on a node' },
    ],
  };
}
