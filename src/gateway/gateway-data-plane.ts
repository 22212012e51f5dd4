import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import type { GatewayCache } from '../caching/gateway-cache';
import type { GatewayIdentity } from '../identity/gateway-identity';
import type { GatewayLogs } from '../logging/gateway-logs';
import { requireWhole } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireHostname } from '../private/network/host-name';
import { Topology } from '../private/topology/topology';
import type { IGatewayControlPlane } from './gateway-control-plane-interface';
import type { GatewayEngine } from './gateway-engine';
import type { GatewayTarget } from './gateway-target';
import { requireKongSettings, requirePlugin } from './private/kong-helm/refusals';
import { planeMetric } from './private/measures/plane-measures';
import { warnOfMissingPlugin } from './private/plane/missing-plugins';
import type { PlaneResources } from './private/plane/plane';
import { planeNameOf } from './private/plane/plane-name';
import { dataPlaneSettings, withUserSettings } from './private/plane/plane-settings';
import type { ControlPlaneLink } from './private/trust/control-plane-link';

/** Options of `GatewayControlPlane.addDataPlane()`. */
export interface GatewayDataPlaneOptions {
  /** Where the plane runs. */
  readonly target: GatewayTarget;

  /**
   * Labels that the control plane shows for the plane's nodes: at most ten, keys and values of 1 to 63 characters.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Identity provider of the consumers. The plane's nodes get issuer, client id, client secret and the key of sessions as files in `/etc/hybridge/identity`, and with a
   * `hostname` the web client gets the plane's callback and logout addresses.
   *
   * @default - none
   */
  readonly identity?: GatewayIdentity;

  /**
   * Where the plane's nodes may send their logs. With an `ingest`, the token that it asks for lies in `/etc/hybridge/logs`, and plugins take it by `logs.pluginConfig()`. Without one, the plane's role and network
   * get access, on EKS and ECS only: elsewhere the nodes have no role in AWS.
   *
   * @default - none
   */
  readonly logs?: GatewayLogs;

  /**
   * What the nodes of the plane share with each other, and with other planes of the same network: the network is opened, and the password lies in `/etc/hybridge/cache`. Plugins take it by
   * `cache.redisConfig()`. On EKS, ECS and Auto Scaling groups, in the cache's own VPC only.
   *
   * @default - each node counts and remembers for itself
   */
  readonly cache?: GatewayCache;

  /**
   * Name under which consumers know the plane, such as `apis.acme.example`.
   *
   * @default - none
   */
  readonly hostname?: string;

  /**
   * How many nodes.
   *
   * @default - 2; 1 on Docker
   */
  readonly replicas?: number;

  /**
   * Further settings of the nodes, such as `KONG_LOG_LEVEL`. Never secrets.
   *
   * @default - none
   */
  readonly settings?: { [name: string]: string };
}

/** Properties of `GatewayDataPlane`. */
export interface GatewayDataPlaneProps extends GatewayDataPlaneOptions {
  /** The plane that this one gets its configuration from. */
  readonly controlPlane: IGatewayControlPlane;
}

/** Measured: docs/sizing.md. Memory is for 10,000 services and routes; requests use one processor, the second is for what Node.js does beside them, such as collecting garbage. */
const RESOURCES: PlaneResources = { cpuRequest: '500m', cpuLimit: '2', memoryRequest: '256Mi', memoryLimit: '1Gi', storage: '1Gi' };

/**
 * A gateway data plane: nodes that carry traffic, get their configuration through the tunnel, and keep serving when it is cut.
 *
 * On EKS the objects are applied from the stack of the scope, which has to be in the cluster's region. On EKS Anywhere they are written to
 * `cdk.out/hybridge/<plane>/`, and what is known only after deployment goes to the SSM Parameter Store.
 */
export class GatewayDataPlane extends Construct {
  /** Name of the plane: namespace, folder, prefix of its objects. Derived from the id. */
  public readonly planeName: string;

  /** @internal */
  public readonly _link: ControlPlaneLink;

  constructor(scope: Construct, id: string, props: GatewayDataPlaneProps) {
    super(scope, id);
    this._link = props.controlPlane._link;
    this.planeName = within(this, () => planeNameOf(id));
    within(this, () => this.place(props));
  }

  /**
   * Lets no node of this plane into tunnels any more: the control plane refuses every certificate with the plane's name, also new ones, and ends the tunnels that are open, a minute or two after the
   * deployment. The nodes keep serving what they have. Take the call back to let them in again.
   *
   * @throws Error when the trust cannot tell the plane from others: with one shared certificate, and with certificates whose names are not known here
   */
  public revoke(): void {
    within(this, () => {
      const { engine, tunnel } = this._link;
      if (engine._chart) throw new Error('revoke: Kong\'s control plane knows no list of revoked certificates, expected GatewayEngine.packaged(): revoke the certificate at its authority, and let Kong ask it (KONG_CLUSTER_OCSP)');
      tunnel.revoke(this.planeName);
    });
  }

  /**
   * Nodes that run. On EKS pods, with the cluster's add-on `amazon-cloudwatch-observability`; on ECS tasks; on Auto Scaling groups instances in service.
   *
   * Average over a minute, unless options say otherwise; on ECS the number of reports in a minute, for which only the period of a minute makes sense.
   *
   * @throws Error when nothing measures it: on sites and machines with Docker, and on EKS without the add-on
   */
  public metricRunningNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricRunningNodes', this, 'runningNodes', options);
  }

  /**
   * Nodes that the load balancer finds ready. Minimum over a minute, unless options say otherwise.
   *
   * @throws Error when nothing measures it: on EKS, sites and machines with Docker
   */
  public metricHealthyNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricHealthyNodes', this, 'healthyNodes', options);
  }

  /**
   * Use of the processor in percent: on EKS of the limit of pods, elsewhere of what a task or an instance has. Average over a minute, unless options say otherwise.
   *
   * @throws Error when nothing measures it: on sites and machines with Docker, and on EKS without the add-on `amazon-cloudwatch-observability`
   */
  public metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricCpuUtilization', this, 'cpu', options);
  }

  /**
   * Use of memory in percent: on EKS of the limit of pods, on ECS of what a task has. Average over a minute, unless options say otherwise.
   *
   * @throws Error when nothing measures it: on sites, machines with Docker and Auto Scaling groups, and on EKS without the add-on `amazon-cloudwatch-observability`
   */
  public metricMemoryUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricMemoryUtilization', this, 'memory', options);
  }

  /**
   * Connections of consumers that are open, as the load balancer counts them. With a Network Load Balancer the maximum of a minute, with an Application Load Balancer the sum that it reports for a minute, unless options say otherwise.
   *
   * On EKS the first call makes a resource that waits for the load balancer.
   *
   * @throws Error when nothing measures it: on sites and machines with Docker, and without a load balancer
   */
  public metricConnections(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricConnections', this, 'connections', options);
  }

  /**
   * Requests. Sum of a minute, unless options say otherwise.
   *
   * @throws Error unless an Application Load Balancer stands in front (`EcsTarget` with a `certificate`): nothing else counts requests in CloudWatch
   */
  public metricRequestCount(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricRequestCount', this, 'requests', options);
  }

  /**
   * Answers of the nodes with a status of 500 or more, their own and those of upstreams. Sum of a minute, unless options say otherwise; there is no value for a minute without any.
   *
   * @throws Error unless an Application Load Balancer stands in front (`EcsTarget` with a `certificate`)
   */
  public metricServerErrorCount(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricServerErrorCount', this, 'serverErrors', options);
  }

  /**
   * Time from a request to the first byte of the nodes' answer, in seconds, upstreams included. What 99 of a hundred requests of a minute do not exceed, unless options say otherwise.
   *
   * @throws Error unless an Application Load Balancer stands in front (`EcsTarget` with a `certificate`)
   */
  public metricLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricLatency', this, 'latency', options);
  }

  private place(props: GatewayDataPlaneProps) {
    const { controlPlane, target, identity, logs, cache, replicas = target._replicas } = props;
    const { engine, tunnel, addresses } = this._link;
    requireWhole('replicas', replicas, { least: 1 });
    if (props.hostname !== undefined) requireHostname('hostname', props.hostname);
    refuseUnfit(engine, props);
    if (!engine._chart) warnOfMissingPlugins(this, props);
    if (engine._chart && tunnel.packagedOnly) throw new Error(tunnel.packagedOnly);
    const trust = tunnel.forDataPlane(this.planeName);
    const own = [identity?._mount, cache?._mount, logs?._mount, engine._chart?.licence].filter((mount) => mount !== undefined);
    const secrets = [...trust.secrets, ...own];
    const settings = dataPlaneSettings(trust.settings, addresses, props.labels ?? {});
    identity?._serve(props.hostname);
    target._place(this, {
      plane: {
        name: this.planeName,
        role: 'data_plane',
        image: target._image(this, { engine }),
        settings: withUserSettings(settings, props.settings),
        secrets,
        files: trust.files,
        certificate: trust.certificate,
        rereadDays: trust.rereadDays,
        replicas,
        resources: RESOURCES,
        ...engine._chart && { chart: engine._chart },
      },
      engine,
      controlPlane: controlPlane.planeName,
      contents: [...trust.contents, ...identity ? [identity] : [], ...cache ? [cache] : [], ...logToken(this, logs)],
      // Who has a token needs no role.
      ...!logs?._mount && { logs },
      cache,
    });
    Topology.of(this).addUse(this.planeName, { replicas, hostname: props.hostname, secrets, others: logs ? [logs] : [] });
  }
}

/** A domain may have a stack of its own, after the one with the network: nodes then wait for the token, not the stack. */
function logToken(scope: Construct, logs: GatewayLogs | undefined): IDependable[] {
  return logs?._mount && Stack.of(logs._mount.secret) === Stack.of(scope) ? [logs._mount.secret] : [];
}

/** Logs without an ingest take signed requests, which no plugin of either engine sends: there is nothing to warn about. */
function warnOfMissingPlugins(scope: Construct, { identity, logs, cache }: GatewayDataPlaneOptions) {
  if (identity) warnOfMissingPlugin(scope, 'identity', 'identity');
  if (logs?._mount) warnOfMissingPlugin(scope, 'logs', 'logs');
  if (cache) warnOfMissingPlugin(scope, 'cache', 'cache');
}

/** @throws Error that names the property which the engine cannot have */
function refuseUnfit({ _chart: chart }: GatewayEngine, { target, identity, settings }: GatewayDataPlaneOptions) {
  if (!chart) return;
  if (!target._takesCharts) throw new Error('target: the engine is kongHelm, which needs Kubernetes, expected EksTarget or EksAnywhereTarget: choose one of them, or GatewayEngine.packaged()');
  if (identity) requirePlugin(chart, 'identity', 'openid-connect');
  requireKongSettings(chart, settings);
}
