import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { parseAllDocuments } from 'yaml';
import { AutoScalingGroupTarget, DockerTarget, EcsTarget, EksTarget, GatewayDatabase, GatewayObservability, OpenSearchLogs, ValkeyCache, ValkeyCapacity } from '../../src';
import { PROMETHEUS_RULES } from '../../src/private/observability/prometheus-rules';
import { testCluster, testControlPlane, testStack } from '../gateway/sample';

/** Of the plugin prometheus, as recorded from Kong Gateway OSS 3.9.1 on 2026-11-21; histograms without their suffixes. */
const KONG_METRICS = [
  'kong_http_requests_total', 'kong_bandwidth_bytes', 'kong_kong_latency_ms', 'kong_request_latency_ms', 'kong_upstream_latency_ms', 'kong_upstream_target_health', 'kong_nginx_connections_total',
  'kong_nginx_requests_total', 'kong_nginx_timers', 'kong_nginx_metric_errors_total', 'kong_datastore_reachable', 'kong_node_info',
];

const stack = testStack();
const cluster = testCluster(stack);
const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster), database: GatewayDatabase.rds() });
const topic = new sns.Topic(stack, 'Operators');
const observability = new GatewayObservability(stack, 'Observability', {
  watch: [
    controlPlane,
    controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster) }),
    controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc) }),
    controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc) }),
    new ValkeyCache(stack, 'Cache', { vpc: cluster.vpc }),
    new ValkeyCache(stack, 'Elastic', { vpc: cluster.vpc, capacity: ValkeyCapacity.serverless() }),
    new OpenSearchLogs(stack, 'Logs', { vpc: cluster.vpc }),
  ],
  alarmTopic: topic,
});
observability.addKubernetesMonitoring('Monitoring', EksTarget.cluster(cluster), { ruleLabels: { team: 'apis' } });
const template = Template.fromStack(stack);

/** Namespace and names of the metrics that alarms look at. */
const watched = () => Object.values<any>(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => `${Properties.Namespace} ${Properties.MetricName}`);

describe('alarms', () => {
  it('look at everything that planes are made of and rely on', () => {
    expect([...new Set(watched())].sort()).toEqual([
      'AWS/EC2 CPUUtilization', 'AWS/ECS CPUUtilization', 'AWS/ECS MemoryUtilization', 'AWS/ES ClusterStatus.red', 'AWS/ES FreeStorageSpace', 'AWS/ElastiCache DatabaseMemoryUsageCountedForEvictPercentage',
      'AWS/ElastiCache EngineCPUUtilization', 'AWS/ElastiCache ThrottledCmds', 'AWS/NetworkELB HealthyHostCount', 'AWS/RDS CPUUtilization', 'AWS/RDS FreeStorageSpace',
      'ContainerInsights namespace_number_of_running_pods', 'ContainerInsights pod_memory_utilization_over_pod_limit',
    ]);
  });

  it('know planes on EKS by cluster and namespace', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'pod_memory_utilization_over_pod_limit', Threshold: 90, EvaluationPeriods: 5, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'ignore',
      Dimensions: [{ Name: 'ClusterName', Value: { Ref: Match.stringLikeRegexp('^Cluster') } }, { Name: 'Namespace', Value: 'pods' }],
      AlarmDescription: 'Cloud/ControlPlane/Pods: Pods are about to be ended for their use of memory',
    });
  });

  it('tell the topic when they begin and when they end', () => {
    const arn = [{ Ref: Match.stringLikeRegexp('^Operators') }];
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: arn, OKActions: arn });
    expect(observability.alarms).toHaveLength(watched().length);
  });

  it('tell nobody without a topic', () => {
    const other = testStack();
    new GatewayObservability(other, 'Observability', { watch: [testControlPlane(other)] });
    Template.fromStack(other).allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
  });
});

it('shows everything on one dashboard, under the name of its construct', () => {
  const [{ Properties }] = Object.values<any>(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(Properties.DashboardBody);
  for (const path of ['Cloud/ControlPlane', 'Cloud/ControlPlane/Tasks', 'Cloud/Cache', 'Cloud/Logs']) expect(body).toContain(`## ${path}`);
});

describe('in a cluster', () => {
  const [rule, dashboard] = parseAllDocuments(GatewayObservability.kubernetesMonitoring()).map((document) => document.toJS());

  it('are alerts and a dashboard where the operator and the sidecar look', () => {
    expect(rule).toMatchObject({ kind: 'PrometheusRule', metadata: { namespace: 'monitoring', labels: { release: 'kube-prometheus-stack' } } });
    expect(rule.spec.groups[0].rules).toHaveLength(PROMETHEUS_RULES.length);
    expect(dashboard).toMatchObject({ kind: 'ConfigMap', metadata: { labels: { grafana_dashboard: '1' } } });
    expect(JSON.parse(dashboard.data['hybridge-gateways.json']).panels).toHaveLength(10);
  });

  it('is asked for metrics only that the plugin has', () => {
    const asked = new Set([...JSON.stringify([rule.spec, dashboard.data]).matchAll(/kong_[a-z0-9_]+/g)].map(([name]) => name.replace(/_bucket$/, '')));
    expect(KONG_METRICS).toEqual(expect.arrayContaining([...asked]));
  });

  it('are applied by the stack, with the labels that are asked for', () => {
    const manifests = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).map(({ Properties }) => JSON.stringify(Properties.Manifest));
    const [monitoring] = manifests.filter((manifest) => manifest.includes('PrometheusRule'));
    expect(monitoring).toContain('\\"team\\":\\"apis\\"');
  });

  it('need the name of a namespace', () => {
    expect(() => GatewayObservability.kubernetesMonitoring({ namespace: 'Monitoring' })).toThrow('namespace: got "Monitoring"');
  });
});

describe('refused', () => {
  it('is nothing at all, and what CloudWatch does not measure', () => {
    const other = testStack();
    const shop = testControlPlane(other).addDataPlane('Shop', { target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' }) });
    expect(() => new GatewayObservability(other, 'Empty', { watch: [] })).toThrow('watch: got nothing, expected at least one plane');
    expect(() => new GatewayObservability(other, 'Outside', { watch: [shop] })).toThrow('watch[0]: Cloud/ControlPlane/Shop has nothing that CloudWatch measures');
  });

  it('is a plane in another region', () => {
    const other = testStack('us-east-1', stack.node.root as App, 'Virginia');
    expect(() => new GatewayObservability(other, 'Observability', { watch: [controlPlane] })).toThrow('watch[0]: Cloud/ControlPlane is in eu-central-1, expected us-east-1');
  });
});
