import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { PORTS } from '../private/contract';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { kebabCase } from '../private/kubernetes/names';
import { requireCidrs } from '../private/network/cidr-text';
import { RegionalValues } from '../private/network/regional-values';
import { Topology } from '../private/topology/topology';
import { AdminExposure } from './admin-exposure';
import type { DeclarativeConfigOptions } from './declarative-config';
import { ExternalControlPlane } from './external-control-plane';
import type { GatewayControlPlaneAttributes } from './external-control-plane';
import { GatewayControlPlaneGrants } from './gateway-control-plane-grants';
import type { IGatewayControlPlane } from './gateway-control-plane-interface';
import type { GatewayControlPlaneProps } from './gateway-control-plane-options';
import { GatewayDataPlane } from './gateway-data-plane';
import type { GatewayDataPlaneOptions } from './gateway-data-plane-options';
import { GatewayEngine } from './gateway-engine';
import { declarativeConfiguration } from './private/clusters/declarative-file';
import { EksPlane } from './private/clusters/eks-plane';
import { onKubernetes } from './private/clusters/kubernetes-plane';
import { exportSettings, writeStatements } from './private/fallback/fallback-access';
import { requireKongSettings } from './private/kong-helm/refusals';
import { AdminLoadBalancer } from './private/load-balancers/admin-load-balancer';
import { nameTunnels, requireTunnelNames } from './private/load-balancers/tunnel-records';
import { ADMIN_PORT, ADMIN_TLS_PORT, TELEMETRY_PORT, TUNNEL_PORT } from './private/manifests/services';
import { planeMetric, serviceConnections } from './private/measures/plane-measures';
import { FIRST_CONFIGURATION_MINUTES } from './private/plane/first-configuration';
import type { PlaneDescription, PlaneResources } from './private/plane/plane';
import { PlaneHistory } from './private/plane/plane-history';
import { planeNameOf } from './private/plane/plane-name';
import { controlPlaneSettings } from './private/plane/plane-settings';
import { ReferenceCheck } from './private/plane/reference-check';
import { warnOfUnservedPlugins } from './private/plane/unserved-plugins';
import { withUserSettings } from './private/plane/user-settings';
import type { ControlPlaneLink } from './private/trust/control-plane-link';

/**
 * Measured: docs/sizing.md. Memory is sized for 10,000 services and routes written at once; Node.js uses half of the
 * limit for its heap.
 */
const RESOURCES: PlaneResources = { cpuRequest: '250m', cpuLimit: '1', memoryRequest: '256Mi', memoryLimit: '1Gi', storage: '256Mi' };

/** End of a sentence about what needs an Admin API that other pods could reach. */
const NEEDS_POLICIES = 'expected a cluster that enforces NetworkPolicy objects, because every pod could call it otherwise: state '
  + 'networkPoliciesEnforced: true in EksTarget.existingCluster() when it does';

/**
 * A gateway control plane on Amazon EKS: nodes that people and pipelines administer, and to which data planes open
 * tunnels.
 *
 * Creates a namespace with a Job that migrates the database, the nodes, two Network Load Balancers that pass TLS
 * through (8005 configuration, 8006 telemetry), network policies, and an IAM role for the pods. Only pods of the
 * namespace with the label `hybridge/admin-client: "true"` and `kubectl port-forward` reach the Admin API, unless
 * `adminExposure` adds a load balancer. The database, the tunnel's certificate and the key of the history are children
 * of this construct.
 *
 * @example
 * const controlPlane = new GatewayControlPlane(stack, 'ControlPlane', {
 *   target: EksTarget.cluster(cluster),
 *   engine: GatewayEngine.packaged(),
 *   database: GatewayDatabase.auroraServerless(),
 *   trust: Trust.generated({ rotateEvery: Duration.days(90) }),
 * });
 */
export class GatewayControlPlane extends Construct implements IGatewayControlPlane {
  /**
   * Imports a control plane that runs elsewhere, so that data planes can be added to it.
   *
   * @param id becomes the plane's name; unique in the app
   *
   * @example
   * const service = GatewayControlPlane.fromAttributes(stack, 'Service', {
   *   tunnelEndpoint: 'a1b2c3d4.eu.cp.gateways.example:443',
   *   telemetryEndpoint: 'a1b2c3d4.eu.tp.gateways.example:443',
   *   trust: Trust.existing(Secret.fromSecretNameV2(stack, 'TunnelCertificate', 'gateways/tunnel')),
   * });
   * service.addDataPlane('Containers', { target: EcsTarget.fargate(vpc) });
   */
  public static fromAttributes(scope: Construct, id: string, attributes: GatewayControlPlaneAttributes): ExternalControlPlane {
    return new ExternalControlPlane(scope, id, attributes);
  }

  /** Name of the plane: namespace, folder, prefix of its objects. Derived from the id. */
  public readonly planeName: string;

  /** Host that data planes connect to for configuration, port 8005: the name in `tunnel`, or the load balancer's. */
  public readonly tunnelHost: string;

  /** Host that data planes connect to for telemetry, port 8006: the name in `tunnel`, or the load balancer's. */
  public readonly telemetryHost: string;

  /** Load balancer for administrators, for a DNS record; absent without `AdminExposure.internalLoadBalancer()`. */
  public readonly adminLoadBalancer?: elb.ApplicationLoadBalancer;

  /** Grants: administer the plane, read the certificate of its tunnels. */
  public readonly grants: GatewayControlPlaneGrants;

  /** @internal */
  public readonly _link: ControlPlaneLink;

  private readonly resource: EksPlane;
  private readonly isAdminReachable: boolean;
  private readonly references: ReferenceCheck;

  constructor(scope: Construct, id: string, props: GatewayControlPlaneProps) {
    super(scope, id);
    requireStack(this);
    this.planeName = atPlace(this, () => planeNameOf(id));
    const { tunnel, trust, resource, admin, names, fallback } = atPlace(this, () => this.make(props));
    this.resource = resource;
    this.adminLoadBalancer = admin?.loadBalancer;
    const loadBalancers = { configuration: resource.loadBalancerHost('cluster'), telemetry: resource.loadBalancerHost('clustertelemetry') };
    const { configuration, telemetry } = names ?? loadBalancers;
    this.tunnelHost = configuration;
    this.telemetryHost = telemetry;
    const records = names ? atPlace(this, () => nameTunnels(this, names, props.tunnel?.hostedZone, loadBalancers)) : [];
    const isNamedByPeople = names !== undefined && records.length === 0;
    this.isAdminReachable = props.target._enforcesPolicies;
    this.references = new ReferenceCheck(this);
    this._link = {
      engine: props.engine,
      tunnel,
      addresses: (dataPlane) => ({
        configuration: `${RegionalValues.read(dataPlane, this, 'tunnel', this.tunnelHost)}:${PORTS.cluster}`,
        telemetry: `${RegionalValues.read(dataPlane, this, 'telemetry', this.telemetryHost)}:${PORTS.telemetry}`,
      }),
      reach: { vpc: props.target._cluster.vpc, ...props.tunnelCidrs && { cidrs: props.tunnelCidrs } },
      ready: [resource.awaitRollout(), ...records],
      firstConfigurationMinutes: FIRST_CONFIGURATION_MINUTES[isNamedByPeople ? 'fromUnknown' : 'fromReady'],
      ...fallback && { fallback },
      references: this.references,
    };
    this.grants = GatewayControlPlaneGrants._of(this, this.planeName, this.resource, trust.secrets);
  }

  /**
   * Applies a declarative file to the control plane. Synth checks it with the gateway's own schemas. A Job in the
   * plane's namespace, named after the content, writes it entity by entity through the Admin API and waits until every
   * connected data plane runs it. The Job deletes entities that an earlier version of the file contained and this one
   * does not, and leaves all others alone. Secrets in the file are refused: use references such as
   * `{vault://env/name}`. When the app is synthesized, every data plane of this control plane must have what they
   * name: by `secrets`, or by `identity`, `cache` and `logs`. Data planes of other apps cannot be checked.
   *
   * @param id names the configuration in this plane; entities are tagged `hybridge-<id>`
   * @throws Error that lists everything the gateway would reject, with the lines of the file
   *
   * @example
   * controlPlane.addDeclarativeConfig('Apis', { file: 'apis/httpbin.yaml' });
   */
  public addDeclarativeConfig(id: string, options: DeclarativeConfigOptions): void {
    atPlace(this, () => {
      const { waitSeconds = 120 } = options;
      if (!this.isAdminReachable) throw new Error(`its Job calls the Admin API over the network of pods, ${NEEDS_POLICIES}`);
      requireWhole('waitSeconds', waitSeconds, { min: 1, max: 300, unit: 'seconds' });
      const { text, references, plugins } = declarativeConfiguration(this, options, this._link.engine._chart);
      if (!this._link.engine._chart) warnOfUnservedPlugins(this, plugins);
      this.references.addReferences(references.map((reference) => ({ ...reference, place: `${id}: ${reference.place}` })));
      this.resource.run(`Config-${id}`, { id: kebabCase(id), text, waitSeconds, image: GatewayEngine.packaged()._image(this).uri });
    });
  }

  /**
   * Adds a data plane to this construct, or to the stack of its cluster or network if that is in another region or
   * account.
   *
   * @param id becomes the plane's name; unique in the app
   *
   * @example
   * controlPlane.addDataPlane('Plane', {
   *   target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 }),
   *   labels: { region: 'eu-central-1' },
   *   hostname: 'apis.acme.example',
   * });
   */
  public addDataPlane(id: string, options: GatewayDataPlaneOptions): GatewayDataPlane {
    return new GatewayDataPlane(options.target._dataPlaneScope(this), id, { ...options, controlPlane: this });
  }

  /**
   * Number of connected data plane nodes: open connections through the load balancer of the configuration tunnel, one
   * per node. Default statistic: maximum over one minute. CloudWatch has values even when no node is connected.
   */
  public metricConnectedDataPlanes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceConnections(this, this.resource.loadBalancerHost('cluster'), options);
  }

  /**
   * Number of running nodes. Needs the cluster's add-on `amazon-cloudwatch-observability`.
   *
   * Default statistic: average over one minute.
   *
   * @throws Error when no metric exists, because the cluster lacks the add-on
   */
  public metricRunningNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricRunningNodes', this, 'runningNodes', options);
  }

  /**
   * Number of nodes that the administrators' load balancer finds healthy. Default statistic: minimum over one
   * minute.
   *
   * @throws Error without `AdminExposure.internalLoadBalancer()`
   */
  public metricHealthyNodes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricHealthyNodes', this, 'healthyNodes', options);
  }

  /**
   * CPU utilization, in percent of the pods' limit. Default statistic: average over one minute.
   *
   * @throws Error when the cluster lacks the add-on `amazon-cloudwatch-observability`
   */
  public metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricCpuUtilization', this, 'cpu', options);
  }

  /**
   * Memory utilization, in percent of the pods' limit. Default statistic: average over one minute.
   *
   * @throws Error when the cluster lacks the add-on `amazon-cloudwatch-observability`
   */
  public metricMemoryUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return planeMetric('metricMemoryUtilization', this, 'memory', options);
  }

  private make(props: GatewayControlPlaneProps) {
    const { target, engine, replicas = 2, adminExposure = AdminExposure.clusterIp() } = props;
    requireWhole('replicas', replicas, { min: 1 });
    if (props.tunnelCidrs) requireCidrs('tunnelCidrs', props.tunnelCidrs);
    if (target._options.exposure) {
      throw new Error(
        'target: has an exposure, which is for data planes; remove it. tunnelCidrs chooses which networks may open '
          + 'tunnels, adminExposure how administrators reach the Admin API',
      );
    }

    const names = props.tunnel && requireTunnelNames(this, props.tunnel);
    const tunnel = props.trust._bind(this, this.planeName, names && [names.configuration, names.telemetry]);
    if (engine._chart && tunnel.packagedOnly) throw new Error(tunnel.packagedOnly);
    if (engine._chart && props.database._rotatesPassword) {
      throw new Error(
        'database: rotatesPassword needs nodes that re-read the password, but Kong reads it only at start: remove it, '
          + 'or use GatewayEngine.packaged()',
      );
    }
    if (engine._chart && props.database._packagedOnly) {
      throw new Error(`database: Kong ${props.database._packagedOnly}: use GatewayEngine.packaged(), or PostgreSQL with a password`);
    }
    const trust = tunnel.forControlPlane(engine._chart ? 'kong' : 'packaged');
    target._require(this, { vpc: 'the database lives in it', clusterSecurityGroup: 'the database lets it in' });
    if (props.tunnelCidrs) target._requirePublic(this, 'tunnelCidrs');
    const database = props.database._bind(this, {
      plane: this.planeName,
      vpc: target._cluster.vpc,
      peer: target._pods,
    });
    const administrators = adminExposure._loadBalancer;
    if (administrators && !target._enforcesPolicies) throw new Error(`adminExposure: got internalLoadBalancer, ${NEEDS_POLICIES}`);
    const admin =
      administrators &&
      new AdminLoadBalancer(this, 'Admin', {
        ...administrators,
        plane: this.planeName,
        cluster: target._cluster,
        binding: target._targetBinding,
      });
    const image = engine._image(this);
    const chart = engine._chart;
    requireKongSettings(chart, props.settings);
    if (chart && props.configurationFallback) {
      throw new Error('configurationFallback: Kong writes none without a licence, expected GatewayEngine.packaged(): leave it out');
    }
    if (chart && props.history) throw new Error('history: Kong keeps none, expected GatewayEngine.packaged(): leave it out');
    const fallback = props.configurationFallback?._bind(this);
    const history = chart ? undefined : new PlaneHistory(this, 'History', this.planeName, props.history);
    const own = {
      ...controlPlaneSettings(trust.settings, database.settings, { hasTls: admin !== undefined, isOnLoopback: !target._enforcesPolicies }),
      ...history?.settings,
      ...fallback && exportSettings(fallback),
    };
    const settings = withUserSettings(this, own, props.settings, chart);
    const plane = onKubernetes<PlaneDescription>({
      name: this.planeName,
      role: 'control_plane',
      image: image.uri,
      settings,
      secrets: [
        ...trust.secrets,
        ...database.mount ? [database.mount] : [],
        ...history ? [history.mount] : [],
        ...chart?.licence ? [chart.licence] : [],
      ],
      files: [...trust.files, ...database.files],
      certificates: trust.certificates,
      replicas,
      resources: RESOURCES,
      ...chart && { chart },
      ...admin && { adminSources: admin.sources },
      ...fallback && { writesFallback: true },
      ...database.login && { logsInWithIam: true },
      ...!target._enforcesPolicies && { adminOnLoopback: true },
    }, target._options);
    Topology.of(this).addUse(this.planeName, {
      replicas,
      hostname: administrators?.hostname,
      secrets: plane.secrets,
      others: administrators ? [administrators.identity] : [],
    });
    const loadBalancer = target._tunnelLoadBalancer(props.tunnelCidrs);
    const resource = new EksPlane(this, 'Resource', {
      cluster: target._cluster,
      plane,
      services: [
        { suffix: 'cluster', ports: [TUNNEL_PORT], reach: loadBalancer },
        { suffix: 'clustertelemetry', ports: [TELEMETRY_PORT], reach: loadBalancer },
        { suffix: 'admin', ports: admin ? [ADMIN_PORT, ADMIN_TLS_PORT] : [ADMIN_PORT], reach: { kind: 'cluster' } },
      ],
      ready: target._ready,
      prerequisites: [...trust.prerequisites, database, ...history ? [history] : []],
      migrations: { databasePort: database.port },
    });
    if (database.login) resource.role.addToPolicy(database.login);
    if (fallback) writeStatements(fallback).forEach((statement) => resource.role.addToPolicy(statement));
    if (admin) resource.add('AdminTargets', '6-admin-targets', [admin.bindingTo(`${this.planeName}-admin`)]);
    return { tunnel, trust, resource, admin, names, fallback };
  }
}
