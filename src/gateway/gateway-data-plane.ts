import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import type { GatewayLogs } from '../logging/gateway-logs';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { RegionalValues } from '../private/network/regional-values';
import type { SecretMount } from '../private/secrets/mount';
import { Topology } from '../private/topology/topology';
import type { GatewayDataPlaneOptions, GatewayDataPlaneProps } from './gateway-data-plane-options';
import type { GatewayEngine } from './gateway-engine';
import { requireConsumerNames } from './private/consumers/consumer-names';
import { warnOfNodeCertificate } from './private/consumers/node-certificate-warnings';
import { chosenCache } from './private/fallback/cache-offer';
import { requireKongSettings, requirePlugin } from './private/kong-helm/refusals';
import { planeMetric } from './private/measures/plane-measures';
import { dataPlaneResources } from './private/plane/data-plane-resources';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import type { PlaneCertificate } from './private/plane/plane';
import { planeNameOf } from './private/plane/plane-name';
import { planeSecretMounts, requireOwnNames, rereadDays } from './private/plane/plane-secrets';
import { dataPlaneSettings } from './private/plane/plane-settings';
import { streamAddresses, streamSettings } from './private/plane/stream-ports';
import { warnOfUnreachableTunnel } from './private/plane/tunnel-reach';
import { withUserSettings } from './private/plane/user-settings';
import type { ControlPlaneLink } from './private/trust/control-plane-link';

/**
 * A gateway data plane: nodes that carry traffic, get their configuration through the tunnel, and keep serving when
 * it is cut.
 *
 * On EKS the stack of the scope applies the objects; it must be in the cluster's region. On EKS Anywhere synth writes
 * them to `cdk.out/hybridge/<plane>/`, and the deployment writes values known only then to the SSM Parameter Store.
 *
 * @example
 * // In a stack of its own; controlPlane.addDataPlane() chooses the stack.
 * new GatewayDataPlane(stack, 'Plane', { controlPlane, target: EksTarget.cluster(cluster) });
 */
export class GatewayDataPlane extends Construct {
  /** Name of the plane: namespace, folder, prefix of its objects. Derived from the id. */
  public readonly planeName: string;

  /** @internal */
  public readonly _link: ControlPlaneLink;

  constructor(scope: Construct, id: string, props: GatewayDataPlaneProps) {
    super(scope, id);
    requireStack(this);
    this._link = props.controlPlane._link;
    this.planeName = atPlace(this, () => planeNameOf(id));
    atPlace(this, () => this.place(props));
  }

  /**
   * Revokes every certificate of this plane, future ones included. Within two minutes of the deployment, the
   * control plane closes the plane's tunnels and rejects new ones. Its nodes keep serving their last configuration.
   * Remove the call to accept the plane again.
   *
   * @throws Error when the trust cannot identify the plane: with one shared certificate, or with certificates whose
   * names are unknown here
   */
  public revoke(): void {
    atPlace(this, () => {
      const { engine, tunnel } = this._link;
      if (engine._chart) {
        throw new Error(
          "revoke: Kong's control plane has no revocation list, expected GatewayEngine.packaged(): revoke the "
            + 'certificate at its authority and configure KONG_CLUSTER_OCSP',
        );
      }
      tunnel.revoke(this.planeName);
    });
  }

  /**
   * Number of running nodes: pods on EKS, with the cluster's add-on `amazon-cloudwatch-observability`; tasks on
   * ECS; instances in service of Auto Scaling groups.
   *
   * Default statistic: average over one minute. On ECS it is the number of reports in a minute, so keep the period of
   * one minute.
   *
   * @throws Error when no metric exists: on sites, on machines with Docker, and on EKS without the add-on
   */
  public metricRunningNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricRunningNodes', this, 'runningNodes', options);
  }

  /**
   * Number of nodes that the load balancer finds healthy. Default statistic: minimum over one minute.
   *
   * @throws Error when no metric exists: on EKS, on sites and on machines with Docker
   */
  public metricHealthyNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricHealthyNodes', this, 'healthyNodes', options);
  }

  /**
   * CPU utilization in percent: of the pods' limit on EKS, of the task or instance elsewhere. Default statistic:
   * average over one minute.
   *
   * @throws Error when no metric exists: on sites, on machines with Docker, and on EKS without the add-on
   * `amazon-cloudwatch-observability`
   */
  public metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricCpuUtilization', this, 'cpu', options);
  }

  /**
   * Memory utilization in percent: of the pods' limit on EKS, of the task on ECS. Default statistic: average over
   * one minute.
   *
   * @throws Error when no metric exists: on sites, machines with Docker and Auto Scaling groups, and on EKS without the
   * add-on `amazon-cloudwatch-observability`
   */
  public metricMemoryUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricMemoryUtilization', this, 'memory', options);
  }

  /**
   * Number of open consumer connections, as the load balancer counts them. Default statistic: maximum over one
   * minute with a Network Load Balancer, sum over one minute with an Application Load Balancer.
   *
   * On EKS the first call adds a resource that waits for the load balancer.
   *
   * @throws Error when no metric exists: on sites, on machines with Docker, and without a load balancer
   */
  public metricConnections(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricConnections', this, 'connections', options);
  }

  /**
   * Number of requests. Default statistic: sum over one minute.
   *
   * @throws Error without an Application Load Balancer (ECS and EC2 with a certificate of ACM): nothing else counts
   * requests in CloudWatch
   */
  public metricRequestCount(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricRequestCount', this, 'requests', options);
  }

  /**
   * Number of responses with status 500 or above, from nodes and upstreams. Default statistic: sum over one minute;
   * minutes without such a response have no value.
   *
   * @throws Error without an Application Load Balancer (ECS and EC2 with a certificate of ACM)
   */
  public metricServerErrorCount(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricServerErrorCount', this, 'serverErrors', options);
  }

  /**
   * Time from a request to the first byte of the nodes' response, in seconds, upstreams included. Default
   * statistic: 99th percentile over one minute.
   *
   * @throws Error without an Application Load Balancer (ECS and EC2 with a certificate of ACM)
   */
  public metricLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricLatency', this, 'latency', options);
  }

  private place(props: GatewayDataPlaneProps) {
    const { controlPlane, target, identity, logs, cache, replicas = target._replicas, streamPorts = [] } = props;
    const { engine, tunnel, addresses, ready, firstConfigurationMinutes } = this._link;
    requireWhole('replicas', replicas, { min: 1 });
    requireConsumerNames(props);
    refuseUnfit(engine, props);
    if (engine._chart && tunnel.packagedOnly) throw new Error(tunnel.packagedOnly);
    if (this._link.reach) warnOfUnreachableTunnel(this, target._network, this._link.reach);
    const streams = streamAddresses(streamPorts);
    const trust = tunnel.forDataPlane(this.planeName);
    const regionalValue = (name: string, value: string) => RegionalValues.read(this, controlPlane, name, value);
    const brought = [identity?._mount, cache?._mount, logs?._mount, engine._chart?.licence].filter((mount) => mount !== undefined);
    const certificate = props.certificate?._bind(this, props.hostname);
    warnOfNodeCertificate(this, props, certificate, engine);
    const ownSettings = {
      ...dataPlaneSettings(trust.settings, addresses(this), props.labels ?? {}), ...streamSettings(streamPorts), ...certificate?.settings,
    };
    const kept = chosenCache(props.configurationCache, target._configurationCaches, engine, this._link.fallback);
    const settings = withUserSettings(this, { ...ownSettings, ...kept.settings }, props.settings, engine._chart);
    const named = planeSecretMounts(props.secrets, !engine._chart);
    const own = [...trust.secrets, ...brought, ...certificate?.secrets ?? []];
    requireOwnNames({ settings, secrets: own }, props.secrets);
    const secrets = [...own, ...named];
    this._link.references?.addPlane({ name: this.planeName, settings, secrets, chart: engine._chart });
    identity?._serve(props.hostname);
    target._place(this, {
      plane: {
        name: this.planeName,
        role: 'data_plane',
        image: target._image(this, { engine }),
        settings,
        secrets,
        files: trust.files,
        certificates: [...trust.certificates.map((each) => inOwnRegion(each, regionalValue)), ...certificate?.certificates ?? []],
        rereadDays: rereadDays([trust.rereadDays, certificate?.rereadDays], props.secrets),
        replicas,
        resources: dataPlaneResources(settings),
        ...streams.length > 0 && { streams },
        ...kept.volume && { volume: kept.volume },
        ...engine._chart && { chart: engine._chart },
      },
      engine,
      controlPlane: controlPlane.planeName,
      prerequisites: [
        ...ready,
        ...trust.prerequisites,
        ...identity ? [identity] : [],
        ...cache ? [cache] : [],
        ...logToken(this, logs),
        ...ofThisStack(this, [...certificate?.secrets ?? [], ...named]),
      ],
      firstConfigurationMinutes,
      regionalValue,
      // A plane with a token needs no role.
      ...!logs?._mount && { logs },
      cache,
      ...kept.fallback && { fallback: kept.fallback },
      consumers: {
        hostname: props.hostname,
        hostedZone: props.hostedZone,
        externalDns: props.externalDns ?? false,
        hasCertificate: certificate !== undefined,
        certificate: certificate?.loadBalancer,
      },
    });
    Topology.of(this).addUse(this.planeName, { replicas, hostname: props.hostname, secrets, others: logs ? [logs] : [] });
  }
}

/** The authority of a control plane in another region. */
function inOwnRegion(certificate: PlaneCertificate, regionalValue: DataPlaneSpec['regionalValue']): PlaneCertificate {
  const { authority } = certificate;
  if (!authority) return certificate;
  return { ...certificate, authority: { ...authority, arn: regionalValue('authority', authority.arn) } };
}

/** A domain may be in a separate stack, after the one with the network: then nodes wait for the token, not the stack. */
function logToken(scope: Construct, logs: GatewayLogs | undefined): IDependable[] {
  return logs?._mount && Stack.of(logs._mount.secret) === Stack.of(scope) ? [logs._mount.secret] : [];
}

/** Secrets that the same stack makes: nodes start after them. */
function ofThisStack(scope: Construct, mounts: readonly SecretMount[]): IDependable[] {
  return mounts.map(({ secret }) => secret).filter((secret) => Stack.of(secret) === Stack.of(scope));
}

/** @throws Error that names the property that the engine does not support */
function refuseUnfit({ _chart: chart }: GatewayEngine, { target, identity, settings, streamPorts = [] }: GatewayDataPlaneOptions) {
  if (!chart) return;
  if (!target._takesCharts) {
    throw new Error(
      'target: the engine is kongHelm, which needs Kubernetes, expected EksTarget or EksAnywhereTarget: choose one '
        + 'of them, or GatewayEngine.packaged()',
    );
  }
  if (streamPorts.length > 0) {
    throw new Error('streamPorts: the engine is kongHelm, expected GatewayEngine.packaged(): leave them out, or change the engine');
  }
  if (identity) requirePlugin(chart, 'identity', 'openid-connect');
  requireKongSettings(chart, settings);
}
