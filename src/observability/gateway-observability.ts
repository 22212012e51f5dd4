import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { EksTarget } from '../gateway/eks-target';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { requireLabels } from '../private/kubernetes/labels';
import { ChartTokens, manifestChart } from '../private/kubernetes/manifest-chart';
import { requireObjectName } from '../private/kubernetes/names';
import { PolicyPack } from '../private/policy/policy-pack';
import { watchesOf } from './private/graphs-and-alarms';
import type { Watch, WatchAlarm } from './private/graphs-and-alarms';
import { monitoringObjects } from './private/monitoring-objects';

/** Options for alerts and dashboard in a Kubernetes cluster. */
export interface KubernetesMonitoringOptions {
  /**
   * Namespace of Prometheus and Grafana; it must exist.
   *
   * @default 'monitoring'
   */
  readonly namespace?: string;

  /**
   * Labels that the `ruleSelector` of the Prometheus Operator matches.
   *
   * @default - { release: 'kube-prometheus-stack' }, which that chart selects
   */
  readonly ruleLabels?: { [key: string]: string };
}

/** Properties of `GatewayObservability`. */
export interface GatewayObservabilityProps {
  /**
   * Constructs to monitor: control planes, data planes, `ValkeyCache`, `OpenSearchLogs`, and any other construct that
   * contains databases, services or load balancers. They must be in the region of the stack, because CloudWatch is
   * regional.
   */
  readonly watch: IConstruct[];

  /**
   * SNS topic notified when an alarm goes off and when it clears.
   *
   * @default - alarms are visible in CloudWatch only
   */
  readonly alarmTopic?: sns.ITopic;
}

const ROW = 24;

/**
 * A CloudWatch dashboard and alarms for planes and the services they rely on: connected data planes, pods on
 * EKS (Container Insights, which the add-on `amazon-cloudwatch-observability` of the cluster measures; without it synth
 * warns and creates no alarms about pods), tasks, instances, load balancers with their certificates and failed
 * requests, nodes on ECS and EC2 that do not serve the whole configuration, the rotation of the tunnel's certificate,
 * databases, caches, log domains. For metrics of single routes and services, use Prometheus: `addKubernetesMonitoring`
 * adds alerts and a Grafana dashboard.
 *
 * Planes have the same metrics as methods, such as `controlPlane.metricConnectedDataPlanes()`, for your own alarms.
 *
 * @example
 * new GatewayObservability(stack, 'Observability', {
 *   watch: [controlPlane],
 *   alarmTopic: new sns.Topic(stack, 'Operators'),
 * });
 */
export class GatewayObservability extends Construct {
  /**
   * Returns what `addKubernetesMonitoring` applies, as YAML, for clusters outside AWS: apply it there, or commit it
   * to the repository of Flux.
   *
   * The metrics are those of the plugin `prometheus`, under the names of Kong Gateway 3.9.
   */
  public static kubernetesMonitoring(options: KubernetesMonitoringOptions = {}): string {
    return atPlace('GatewayObservability.kubernetesMonitoring', () =>
      Yaml.stringify(...manifestChart('monitoring', settledObjects(options), ChartTokens.REFUSED).toJson()),
    );
  }

  /** Graphs of all monitored constructs. */
  public readonly dashboard: cloudwatch.Dashboard;

  /** All alarms, for composite alarms or other actions. */
  public readonly alarms: cloudwatch.Alarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: GatewayObservabilityProps,
  ) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    if (props.watch.length === 0) {
      throw new Error(`${this.node.path}: watch: got nothing, expected at least one plane, cache or log domain`);
    }
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(6) });
    atPlace(this, () => props.watch.forEach((construct, at) => this.watchConstruct(construct, `watch[${at}]`)));
  }

  /**
   * Adds a PrometheusRule and a ConfigMap with a Grafana dashboard to a cluster with the Prometheus Operator and
   * Grafana with its sidecar, such as the chart kube-prometheus-stack.
   *
   * The metrics are those of the plugin `prometheus`, under the names of Kong Gateway 3.9.
   */
  public addKubernetesMonitoring(id: string, target: EksTarget, options: KubernetesMonitoringOptions = {}): void {
    const manifest = atPlace(this, () => manifestChart(id, settledObjects(options), ChartTokens.RESOLVED_BY_CLOUDFORMATION).toJson());
    const applied = new eks.KubernetesManifest(this, id, { cluster: target._cluster, manifest, prune: true, overwrite: true });
    applied.node.addDependency(...target._ready);
  }

  private watchConstruct(construct: IConstruct, property: string) {
    this.requireRegion(construct, property);
    const watches = watchesOf(construct, new Set(this.props.watch));
    const unmeasured = watches.flatMap((watch) => watch.unmeasured ?? []);
    const graphs = watches.flatMap((watch) => watch.graphs);
    if (graphs.length === 0) {
      const expected = ', expected a plane in AWS, a cache or a log domain: remove it; Prometheus monitors planes on sites';
      const why = unmeasured.map((reason) => `: ${reason}`).join('') || expected;
      throw new Error(`${property}: ${construct.node.path} has nothing that CloudWatch measures${why}`);
    }
    // Alarms without data would be worse than none.
    unmeasured.forEach((why) =>
      Annotations.of(this).addWarningV2(
        'cdk-hybridge:unmeasured',
        `${property}: ${construct.node.path} has no alarms about pods, because ${why}`,
      ),
    );
    this.dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: `## ${construct.node.path}`, width: ROW, height: 1 }));
    const width = ROW / Math.min(graphs.length, 4);
    this.dashboard.addWidgets(
      ...graphs.map(({ title, metrics }) => new cloudwatch.GraphWidget({ title, left: [...metrics], width, height: 6 })),
    );
    watches.forEach((watch) => this.addAlarms(construct, watch));
  }

  private addAlarms(construct: IConstruct, { what, alarms }: Watch) {
    const name = construct.node.path.replace(/\//g, '-');
    const place = (this.node.tryFindChild(name) as Construct | undefined) ?? new Construct(this, name);
    for (const alarm of alarms) this.addAlarm(place, what, construct, alarm);
  }

  private addAlarm(
    place: Construct,
    what: string,
    construct: IConstruct,
    { id, metric, above, below, periods, missingIsBad, missingIsGood, says }: WatchAlarm,
  ) {
    const alarm = new cloudwatch.Alarm(place, uniqueId(place, `${what.replace(/\W/g, '')}${id}`), {
      metric,
      threshold: above ?? below!,
      comparisonOperator:
        above === undefined ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missingIsBad
        ? cloudwatch.TreatMissingData.BREACHING
        : missingIsGood ? cloudwatch.TreatMissingData.NOT_BREACHING : cloudwatch.TreatMissingData.IGNORE,
      ...(missingIsGood && periods > 1 && { datapointsToAlarm: periods - 1 }),
      alarmDescription: `${construct.node.path}: ${says}`,
    });
    this.alarms.push(alarm);
    const { alarmTopic } = this.props;
    if (!alarmTopic) return;
    const action = new SnsAction(alarmTopic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }

  private requireRegion(construct: IConstruct, property: string) {
    const [got, expected] = [Stack.of(construct).region, Stack.of(this).region];
    if (got === expected || Token.isUnresolved(got) || Token.isUnresolved(expected)) return;
    throw new Error(
      `${property}: ${construct.node.path} is in ${got}, expected ${expected}, because alarms are regional: create a `
        + 'GatewayObservability in a stack there',
    );
  }
}

/** A plane may have two target groups. */
function uniqueId(place: Construct, id: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}${number}`;
    if (!place.node.tryFindChild(candidate)) return candidate;
  }
}

function settledObjects({ namespace = 'monitoring', ruleLabels = { release: 'kube-prometheus-stack' } }: KubernetesMonitoringOptions) {
  requireLabels('ruleLabels', ruleLabels);
  return monitoringObjects(requireObjectName('namespace', namespace), ruleLabels);
}
