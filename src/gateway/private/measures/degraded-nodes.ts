/**
 * Nodes of data planes on ECS and EC2 that do not serve the newest configuration, or not all of it: a metric made of the line that each of
 * them logs every minute meanwhile.
 */
import { Duration, Names } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { DEGRADED_LINE } from '../../../private/contract';
import { EcsPlane } from '../ecs/ecs-plane';
import { InstancePlane } from '../machines/instance-plane';

const FILTER = 'DegradedNodes';
const NAMESPACE = 'Hybridge';

/** The log group of a plane's nodes, when the construct is one. */
export function planeLog(construct: IConstruct): logs.LogGroup | undefined {
  const plane = construct.node.scope;
  return construct instanceof logs.LogGroup && (plane instanceof EcsPlane || plane instanceof InstancePlane) ? construct : undefined;
}

/** Number of lines a minute, which is the number of such nodes. The log group gets the filter when this is first asked for. */
export function degradedNodes(log: logs.LogGroup): cloudwatch.Metric {
  const metricName = `DegradedNodes-${Names.uniqueResourceName(log, { maxLength: 200, separator: '-' })}`;
  if (log.node.tryFindChild(FILTER) === undefined) {
    log.addMetricFilter(FILTER, {
      filterPattern: logs.FilterPattern.stringValue('$.message', '=', DEGRADED_LINE.message),
      metricNamespace: NAMESPACE,
      metricName,
      metricValue: '1',
    });
  }
  return new cloudwatch.Metric({ namespace: NAMESPACE, metricName, statistic: 'Sum', period: Duration.minutes(1) });
}
