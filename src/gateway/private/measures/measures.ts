/**
 * What AWS publishes in CloudWatch, by the resource that publishes it: one definition for methods of planes, dashboards
 * and alarms. Each minute, unless told otherwise.
 */
import { Duration, Fn } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** One metric; options change its statistic, period, label and colour. */
export type Measure = (options?: cloudwatch.MetricOptions) => cloudwatch.Metric;

export const MINUTE = Duration.minutes(1);
export const AVERAGE = { period: MINUTE, statistic: cloudwatch.Stats.AVERAGE };
export const MAXIMUM = { period: MINUTE, statistic: cloudwatch.Stats.MAXIMUM };
export const MINIMUM = { period: MINUTE, statistic: cloudwatch.Stats.MINIMUM };
export const SUM = { period: MINUTE, statistic: cloudwatch.Stats.SUM };

const measure =
  (namespace: string, metricName: string, dimensionsMap: Record<string, string>, defaults: cloudwatch.MetricOptions): Measure =>
    (options) =>
      new cloudwatch.Metric({ namespace, metricName, dimensionsMap, ...defaults, ...options });

/**
 * Container Insights of EKS, by namespace: each plane has one of its own. The add-on `amazon-cloudwatch-observability` publishes it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
 */
export function podMeasures(ClusterName: string, Namespace: string) {
  const of = (metricName: string) => measure('ContainerInsights', metricName, { ClusterName, Namespace }, AVERAGE);
  return {
    cpu: of('pod_cpu_utilization_over_pod_limit'),
    memory: of('pod_memory_utilization_over_pod_limit'),
    running: of('namespace_number_of_running_pods'),
  };
}

/** Of services on Amazon ECS, which are measured always. */
export function taskMeasures(service: ecs.BaseService) {
  return {
    cpu: (options?: cloudwatch.MetricOptions) => service.metricCpuUtilization({ ...AVERAGE, ...options }),
    memory: (options?: cloudwatch.MetricOptions) => service.metricMemoryUtilization({ ...AVERAGE, ...options }),
    // Each task reports once a minute, so that the number of reports is the number of tasks: it needs no Container Insights.
    running: (options?: cloudwatch.MetricOptions) =>
      service.metricCpuUtilization({ period: MINUTE, statistic: cloudwatch.Stats.SAMPLE_COUNT, ...options }),
  };
}

/** The numbers of instances are published because our groups ask for them. */
export function instanceMeasures({ autoScalingGroupName: AutoScalingGroupName }: autoscaling.AutoScalingGroup) {
  const of = (namespace: string, metricName: string) => measure(namespace, metricName, { AutoScalingGroupName }, AVERAGE);
  return {
    cpu: of('AWS/EC2', 'CPUUtilization'),
    running: of('AWS/AutoScaling', 'GroupInServiceInstances'),
    desired: of('AWS/AutoScaling', 'GroupDesiredCapacity'),
  };
}

/** The same of both kinds of load balancers; CDK spells one in two ways. */
export function targetMeasures(group: elbv2.NetworkTargetGroup | elbv2.ApplicationTargetGroup) {
  return {
    healthy: (options?: cloudwatch.MetricOptions) => group.metrics.healthyHostCount({ ...MINIMUM, ...options }),
    unhealthy: (options?: cloudwatch.MetricOptions) => {
      const settled = { ...MAXIMUM, ...options };
      return group instanceof elbv2.NetworkTargetGroup
        ? group.metrics.unHealthyHostCount(settled)
        : group.metrics.unhealthyHostCount(settled);
    },
  };
}

/** It ends TLS and reads HTTP: it alone counts requests. */
export function applicationLoadBalancerMeasures({ metrics }: elbv2.ApplicationLoadBalancer) {
  return {
    connections: (options?: cloudwatch.MetricOptions) => metrics.activeConnectionCount({ ...SUM, ...options }),
    requests: (options?: cloudwatch.MetricOptions) => metrics.requestCount({ ...SUM, ...options }),
    serverErrors: (options?: cloudwatch.MetricOptions) =>
      metrics.httpCodeTarget(elbv2.HttpCodeTarget.TARGET_5XX_COUNT, { ...SUM, ...options }),
    latency: (options?: cloudwatch.MetricOptions) =>
      metrics.targetResponseTime({ period: MINUTE, statistic: cloudwatch.Stats.p(99), ...options }),
  };
}

/** Connections through a Network Load Balancer, reported also when there are none. */
export function networkLoadBalancerMeasures({ metrics }: elbv2.NetworkLoadBalancer) {
  return { connections: (options?: cloudwatch.MetricOptions) => metrics.activeFlowCount({ ...MAXIMUM, ...options }) };
}

/**
 * The same for a load balancer that a controller in a cluster made, by its host.
 *
 * The host begins with name and id, `<name>-<id>.`, which the dimension has as `net/<name>/<id>`. Controllers call load
 * balancers of Services `k8s-<namespace>-<service>-<hash>`, without other hyphens.
 */
export function controllerLoadBalancerMeasures(host: string) {
  const parts = Fn.split('-', Fn.select(0, Fn.split('.', host)), 5);
  const LoadBalancer = Fn.join('/', ['net', Fn.join('-', parts.slice(0, 4)), parts[4]]);
  return { connections: measure('AWS/NetworkELB', 'ActiveFlowCount', { LoadBalancer }, MAXIMUM) };
}
