import { Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

interface TaskRenewalProps {
  readonly cluster: ecs.ICluster;
  readonly service: ecs.BaseService;
  /** Days from one value of a secret to the next, at least one. */
  readonly days: number;
}

/**
 * ECS reads secrets when a task starts. So that tasks follow certificates and other secrets which change by schedule, they are replaced
 * twice as often, one after the other as in a deployment.
 */
export class TaskRenewal extends Construct {
  constructor(scope: Construct, id: string, { cluster, service, days }: TaskRenewalProps) {
    super(scope, id);
    const { partition, account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
      description: 'Starts new tasks of a gateway plane by schedule',
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ecs:UpdateService'], resources: [service.serviceArn] }));
    new scheduler.CfnSchedule(this, 'Resource', {
      description: 'Tasks of a gateway plane take over secrets that were replaced',
      scheduleExpression: halfOf(days),
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 60 },
      target: {
        arn: `arn:${partition}:scheduler:::aws-sdk:ecs:updateService`,
        roleArn: role.roleArn,
        input: Stack.of(this).toJsonString({ Cluster: cluster.clusterName, Service: service.serviceName, ForceNewDeployment: true }),
        retryPolicy: { maximumRetryAttempts: 10 },
      },
    });
  }
}

function halfOf(days: number): string {
  const interval = Math.floor(days / 2);
  if (interval === 0) return 'rate(12 hours)';
  return `rate(${interval} ${interval === 1 ? 'day' : 'days'})`;
}
