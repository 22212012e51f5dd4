import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Duration } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { parseAllDocuments } from 'yaml';
import {
  AdminExposure,
  AutoScalingGroupTarget,
  CognitoIdentity,
  DockerTarget,
  EcsTarget,
  EksTarget,
  GatewayDatabase,
  GatewayObservability,
  OpenSearchLogs,
  Trust,
  ValkeyCache,
  ValkeyCapacity,
} from '../../src';
import { PROMETHEUS_RULES } from '../../src/observability/private/prometheus-rules';
import { DEGRADED_LINE } from '../../src/private/contract';
import { testCluster, testControlPlane, testStack } from '../gateway/sample';

/** Sources of the gateway, which have a compilation of their own. @param file below gateway/src */
const ofGateway = (file: string): Promise<any> => import(pathToFileURL(join(__dirname, '..', '..', 'gateway', 'src', file)).href);

/** Of the plugin prometheus, as recorded from Kong Gateway OSS 3.9.1 on 2026-11-21; histograms without their suffixes. */
const KONG_METRICS = [
  'kong_http_requests_total',
  'kong_bandwidth_bytes',
  'kong_kong_latency_ms',
  'kong_request_latency_ms',
  'kong_upstream_latency_ms',
  'kong_upstream_target_health',
  'kong_nginx_connections_total',
  'kong_nginx_requests_total',
  'kong_nginx_timers',
  'kong_nginx_metric_errors_total',
  'kong_datastore_reachable',
  'kong_node_info',
];
/** Of the two ends of a tunnel, under the names that the plugin's source of the same version has. */
const TUNNEL_METRICS = ['kong_data_plane_last_seen', 'kong_control_plane_connected', 'kong_data_plane_cluster_cert_expiry_timestamp'];

const stack = testStack();
const certificateOf = (name: string) =>
  Certificate.fromCertificateArn(stack, name, `arn:aws:acm:eu-central-1:111122223333:certificate/${name}`);
const cluster = testCluster(stack, { addons: [{ name: 'amazon-cloudwatch-observability' }] });
const controlPlane = testControlPlane(stack, {
  target: EksTarget.cluster(cluster),
  database: GatewayDatabase.rds(),
  trust: Trust.generated({ rotateEvery: Duration.days(90) }),
  adminExposure: AdminExposure.internalLoadBalancer({
    hostname: 'admin.acme.example',
    certificate: certificateOf('admin'),
    identity: new CognitoIdentity(stack, 'Administrators'),
    cidrs: ['10.20.0.0/16'],
  }),
});
const topic = new sns.Topic(stack, 'Operators');
const observability = new GatewayObservability(stack, 'Observability', {
  watch: [
    controlPlane,
    controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster) }),
    controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc) }),
    controlPlane.addDataPlane('Shop', { target: EcsTarget.fargate(cluster.vpc, { certificate: certificateOf('shop') }) }),
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
const watched = () =>
  Object.values<any>(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    Properties.Namespace === 'Hybridge'
      ? 'Hybridge'
      : Properties.Namespace ? `${Properties.Namespace} ${Properties.MetricName}` : Properties.Metrics[0].Expression,
  );

describe('alarms', () => {
  it('cover all resources of the planes, and those that they depend on', () => {
    expect([...new Set(watched())].sort()).toEqual([
      'AWS/ApplicationELB HealthyHostCount',
      'AWS/CertificateManager DaysToExpiry',
      'AWS/EC2 CPUUtilization',
      'AWS/ECS CPUUtilization',
      'AWS/ECS MemoryUtilization',
      'AWS/ES ClusterStatus.red',
      'AWS/ES FreeStorageSpace',
      'AWS/ElastiCache DatabaseMemoryUsageCountedForEvictPercentage',
      'AWS/ElastiCache EngineCPUUtilization',
      'AWS/ElastiCache ThrottledCmds',
      'AWS/Lambda Errors',
      'AWS/NetworkELB ActiveFlowCount',
      'AWS/NetworkELB HealthyHostCount',
      'AWS/RDS CPUUtilization',
      'AWS/RDS FreeStorageSpace',
      'ContainerInsights namespace_number_of_running_pods',
      'ContainerInsights pod_memory_utilization_over_pod_limit',
      'Hybridge',
      'IF(FILL(requests, 0) > 20, 100 * FILL(errors, 0) / requests, 0)',
    ]);
  });

  it('know planes on EKS by cluster and namespace', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'pod_memory_utilization_over_pod_limit',
      Threshold: 90,
      EvaluationPeriods: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
      Dimensions: [
        { Name: 'ClusterName', Value: { Ref: Match.stringLikeRegexp('^Cluster') } },
        { Name: 'Namespace', Value: 'pods' },
      ],
      AlarmDescription: 'Cloud/ControlPlane/Pods: Pods are about to be ended for their use of memory',
    });
  });

  it('go off when no data plane is connected, by the connections of the load balancer of the tunnel', () => {
    const [{ Properties }] = Object.values<any>(
      template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName: 'ActiveFlowCount' } }),
    );
    expect(Properties).toMatchObject({
      Namespace: 'AWS/NetworkELB',
      Statistic: 'Maximum',
      Period: 60,
      Threshold: 1,
      EvaluationPeriods: 5,
      ComparisonOperator: 'LessThanThreshold',
    });
    expect(Properties.Dimensions).toEqual([
      { Name: 'LoadBalancer', Value: stack.resolve(controlPlane.metricConnectedDataPlanes().dimensions!.LoadBalancer) },
    ]);
  });

  it('go off when a database that never stops sends no metrics', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CPUUtilization',
      Namespace: 'AWS/RDS',
      Statistic: 'SampleCount',
      Threshold: 1,
      EvaluationPeriods: 5,
      TreatMissingData: 'breaching',
    });
  });

  it('go off when the certificate of a load balancer is about to expire, and when that of a tunnel is not rotated', () => {
    const days = Object.values<any>(template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName: 'DaysToExpiry' } })).map(
      ({ Properties }) => Properties,
    );
    expect(days.map(({ Dimensions }) => Dimensions[0].Value.split('/')[1]).sort()).toEqual(['admin', 'shop']);
    expect(days[0]).toMatchObject({ Period: 86_400, EvaluationPeriods: 1, Threshold: 30, ComparisonOperator: 'LessThanThreshold' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Threshold: 0,
      AlarmDescription: Match.stringLikeRegexp('certificate of the tunnels could not be replaced'),
    });
  });

  it('go off when requests fail, where a load balancer counts them', () => {
    const rates = Object.values<any>(template.findResources('AWS::CloudWatch::Alarm'))
      .filter(({ Properties }) => Properties.Metrics)
      .map(({ Properties }) => Properties);
    // Of administrators, and of the shop.
    expect(rates).toHaveLength(2);
    expect(rates[0].Metrics.slice(1).map(({ Id, MetricStat }: any) => [Id, MetricStat.Metric.MetricName, MetricStat.Stat])).toEqual([
      ['requests', 'RequestCount', 'Sum'],
      ['errors', 'HTTPCode_Target_5XX_Count', 'Sum'],
    ]);
  });

  it('go off when Aurora is at its maximum capacity, and do not expect metrics of one that may pause', () => {
    const metrics = [{}, { minCapacity: 0 }].map((capacity) => {
      const other = testStack();
      new GatewayObservability(other, 'Observability', {
        watch: [testControlPlane(other, { database: GatewayDatabase.auroraServerless(capacity) })],
      });
      const alarms = Object.values<any>(Template.fromStack(other).findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .filter(({ Namespace }) => Namespace === 'AWS/RDS');
      return alarms.map(({ MetricName, Statistic }) => `${MetricName} ${Statistic}`);
    });
    expect(metrics).toEqual([
      ['CPUUtilization Average', 'ACUUtilization Maximum', 'CPUUtilization SampleCount'],
      ['CPUUtilization Average', 'ACUUtilization Maximum'],
    ]);
  });

  it('leave out pods without Container Insights, with a warning at synthesis', () => {
    const other = testStack();
    new GatewayObservability(other, 'Observability', { watch: [testControlPlane(other)] });
    Annotations.fromStack(other).hasWarning(
      '/Cloud/Observability',
      Match.stringLikeRegexp('nothing measures the pods of Cloud/Cluster, expected Container Insights: add'),
    );
    Template.fromStack(other).resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { Namespace: 'ContainerInsights' }, 0);
  });

  it('notify the topic when they go off and when they clear', () => {
    const arn = [{ Ref: Match.stringLikeRegexp('^Operators') }];
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: arn, OKActions: arn });
    expect(observability.alarms).toHaveLength(watched().length);
  });

  it('go off for planes on ECS and EC2 whose nodes log that they do not serve everything, and clear without that line', () => {
    const filters = Object.values<any>(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) => Properties);
    expect(filters).toHaveLength(3);
    for (const { FilterPattern, MetricTransformations: [{ MetricName, MetricNamespace, MetricValue }] } of filters) {
      expect([FilterPattern, MetricNamespace, MetricValue]).toEqual([`{ $.message = "${DEGRADED_LINE.message}" }`, 'Hybridge', '1']);
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'Hybridge',
        MetricName,
        Statistic: 'Sum',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: 'notBreaching',
      });
    }
    expect(new Set(filters.map(({ LogGroupName }) => JSON.stringify(LogGroupName))).size).toBe(3);
  });

  it('have no actions without a topic', () => {
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
    expect(rule).toMatchObject({
      kind: 'PrometheusRule',
      metadata: { namespace: 'monitoring', labels: { release: 'kube-prometheus-stack' } },
    });
    expect(rule.spec.groups[0].rules).toHaveLength(PROMETHEUS_RULES.length);
    expect(dashboard).toMatchObject({ kind: 'ConfigMap', metadata: { labels: { grafana_dashboard: '1' } } });
    expect(JSON.parse(dashboard.data['hybridge-gateways.json']).panels).toHaveLength(10);
  });

  it('is asked for metrics only that the plugin has', () => {
    const asked = new Set(
      [...JSON.stringify([rule.spec, dashboard.data]).matchAll(/kong_[a-z0-9_]+/g)].map(([name]) => name.replace(/_bucket$/, '')),
    );
    expect([...KONG_METRICS, ...TUNNEL_METRICS]).toEqual(expect.arrayContaining([...asked]));
  });

  it('have alerts for what nodes and control planes of the packaged gateway say that they do not serve', async () => {
    const { configurationGauges } = await ofGateway('data-plane/node-status.ts');
    const { dataPlaneGauges } = await ofGateway('control-plane/data-plane-health.ts');
    const rows = { put: async () => undefined, list: async () => ({ items: [] }) };
    const gauges: { readonly name: string }[] = [
      ...configurationGauges({ quarantine: { total: 0, entities: [] }, refused: undefined }), ...await dataPlaneGauges(rows, 0),
    ];
    const known = gauges.map(({ name }) => name);
    const asked = new Set([...JSON.stringify(rule.spec).matchAll(/hybridge_[a-z_]+/g)].map(([name]) => name));
    expect([...asked].sort()).toEqual(known.sort());
  });

  it('are applied by the stack, with the labels that are asked for', () => {
    const manifests = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).map(({ Properties }) =>
      JSON.stringify(Properties.Manifest),
    );
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
    const shop = testControlPlane(other).addDataPlane('Shop', {
      target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' }),
    });
    expect(() => new GatewayObservability(other, 'Empty', { watch: [] })).toThrow('watch: got nothing, expected at least one plane');
    expect(() => new GatewayObservability(other, 'Outside', { watch: [shop] })).toThrow(
      'watch[0]: Cloud/ControlPlane/Shop has nothing that CloudWatch measures',
    );
    const pods = testStack();
    const target = EksTarget.cluster(testCluster(pods));
    const plane = testControlPlane(pods, { target }).addDataPlane('Pods', { target });
    expect(() => new GatewayObservability(pods, 'Pods', { watch: [plane] })).toThrow(
      /ControlPlane\/Pods has nothing that CloudWatch measures: nothing measures the pods of Cloud\/Cluster, expected Container Insights/,
    );
  });

  it('is a plane in another region', () => {
    const other = testStack('us-east-1', stack.node.root as App, 'Virginia');
    expect(() => new GatewayObservability(other, 'Observability', { watch: [controlPlane] })).toThrow(
      'watch[0]: Cloud/ControlPlane is in eu-central-1, expected us-east-1',
    );
  });
});
