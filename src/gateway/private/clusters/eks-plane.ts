import { createHash } from 'node:crypto';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { contentDigest } from '../../../private/content-digest';
import { ChartTokens, manifestChart } from '../../../private/kubernetes/manifest-chart';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { podRole } from '../../../private/kubernetes/pod-role';
import { withReadableTokens } from '../../../private/kubernetes/readable-tokens';
import { writeFilesAtSynthesis } from '../../../private/output-files';
import { secretReadStatements } from '../../../private/secrets/access';
import { requireSameAccount } from '../../../private/secrets/same-account';
import { CHART_REPOSITORY } from '../kong-helm/chart';
import { syncSecrets } from '../kong-helm/secret-sync';
import { VALUES_FILE, valuesText } from '../kong-helm/site-files';
import { chartValues } from '../kong-helm/values';
import { behindServices } from '../manifests/balancing';
import type { ConfigurationJobProps } from '../manifests/configuration-job';
import { configurationObjects, requireConfigurationId } from '../manifests/configuration-job';
import { foundationObjects, migrationJob, workloadObjects } from '../manifests/plane-objects';
import { serviceObject } from '../manifests/service-object';
import { serviceName } from '../manifests/services';
import type { PlaneService } from '../manifests/services';
import type { KongChart } from '../plane/kong-chart';
import { CHART_NAME } from '../plane/kong-chart';
import type { PlaneDescription } from '../plane/plane';
import { addToTopology } from '../plane/plane-entry';
import { EksHosting } from './eks-hosting';
import { IssuerAccess } from './issuer-access';

/** Ids of what waits for the host names of load balancers. */
const HOST_IDS: Readonly<Record<PlaneService['suffix'], string>> = {
  proxy: 'ProxyHost', admin: 'AdminHost', cluster: 'TunnelHost', clustertelemetry: 'TelemetryHost',
};

interface EksPlaneProps {
  readonly cluster: eks.ICluster;
  readonly plane: PlaneDescription;
  readonly services: readonly PlaneService[];
  /** What has to exist before the plane's objects. */
  readonly ready: readonly IDependable[];
  /** What has to exist before the pods start: certificates, the database. */
  readonly prerequisites: readonly IDependable[];
  /** Makes the schema current before the pods start. */
  readonly migrations?: { readonly databasePort: number };
  /** Id of the control plane that a data plane belongs to. */
  readonly controlPlane?: string;
}

/**
 * A plane on EKS: its manifests applied through the cluster's kubectl function from the scope's own stack, and the role that its pods have.
 * Applied in steps, each waiting for the one before: what pods need, migrations, pods.
 */
export class EksPlane extends Construct {
  /** What the plane's pods may do in AWS. */
  readonly role: iam.Role;
  private readonly foundation: eks.KubernetesManifest;
  /** What makes the Services. */
  private readonly services: IDependable;
  private readonly files: Record<string, readonly KubernetesObject[]> = {};
  private readonly workload: IDependable;
  private readonly hosts = new Map<PlaneService['suffix'], eks.KubernetesObjectValue>();
  private values: unknown;

  private readonly props: EksPlaneProps;

  constructor(scope: Construct, id: string, given: EksPlaneProps) {
    super(scope, id);
    const props = { ...given, plane: behindServices(given.plane, given.services) };
    this.props = props;
    const { plane, migrations } = props;
    const hosting = new EksHosting(Stack.of(this).region);
    this.role = podRole(this, 'Role', `Pods of the gateway plane ${props.plane.name}`);
    const association = this.associateRole();
    plane.secrets.flatMap((mount) => secretReadStatements('cluster', mount, this)).forEach((statement) => this.role.addToPolicy(statement));

    this.foundation = this.apply('Foundation', '1-foundation', [
      ...foundationObjects(plane, hosting, migrations?.databasePort),
      ...plane.chart ? [] : props.services.map((service) => serviceObject(plane, service)),
    ], [...props.ready, ...this.issuerNeeds()]);
    const podsNeed: IDependable[] = [this.foundation, association, this.role, ...props.prerequisites];
    if (plane.chart) {
      syncSecrets(props.cluster);
      this.workload = this.install(plane.chart, hosting, podsNeed);
      this.services = this.workload;
    } else {
      this.services = this.foundation;
      if (migrations) podsNeed.push(this.migrate(hosting, podsNeed));
      if (plane.role === 'control_plane') podsNeed.push(...this.tunnelHosts());
      this.workload = this.apply('Workload', '3-plane', workloadObjects(plane, hosting), podsNeed);
    }
    this.writeFiles();
  }

  /** Host name of a Service's load balancer, known once the controller has made it. Asking makes the resource that waits for it. */
  public loadBalancerHost(suffix: PlaneService['suffix']): string {
    return this.hostOf(suffix).value;
  }

  /**
   * What exists once the pods of the last rollout are ready; it waits again for each rollout. Where the cluster's load
   * balancer controller injects readiness gates, pods are ready when the tunnel's load balancers find them healthy.
   */
  public awaitRollout(): IDependable {
    const { plane } = this.props;
    // Not the number of ready replicas: in an update the old ones have that, too.
    const path = '.status.conditions[?(@.reason=="NewReplicaSetAvailable")].status';
    const ready = this.waitFor('Ready', 'deployment', plane.name, path, this.workload);
    const resource = ready.node.findChild('Resource').node.defaultChild as CfnResource;
    resource.addPropertyOverride('Rollout', this.rollout());
    resource.addMetadata('hybridge:waitsFor', `the pods of ${plane.name} are ready: what needs its tunnels depends on this resource`);
    return ready;
  }

  /** Runs a Job with what it needs, once for each content, after the pods are there; the deployment waits for it. */
  public run(id: string, props: Omit<ConfigurationJobProps, 'plane' | 'hosting'>): void {
    const { plane } = this.props;
    requireConfigurationId(plane, props.id);
    const objects = configurationObjects({ ...props, plane, hosting: new EksHosting(Stack.of(this).region) }, (part, content, digits) =>
      contentDigest(this, `${id}${part}Digest`, content, digits),
    );
    const applied = this.apply(id, `4-config-${props.id}`, objects, [this.workload]);
    this.waitFor(`${id}Applied`, 'job', objects.at(-1)!.metadata.name, '.status.succeeded', applied);
  }

  /** Where the plane runs. */
  public get cluster(): eks.ICluster {
    return this.props.cluster;
  }

  /** Its namespace. */
  public get planeName(): string {
    return this.props.plane.name;
  }

  /** Host of the proxy's load balancer, where it has one. Asking makes the resource that waits for it. */
  public get proxyHost(): (() => string) | undefined {
    const { services } = this.props;
    const isBalanced = services.some(({ suffix, reach }) => suffix === 'proxy' && reach.kind === 'network-load-balancer');
    return isBalanced ? () => this.loadBalancerHost('proxy') : undefined;
  }

  /** Adds objects beside the plane's own, after its Services. */
  public add(id: string, file: string, objects: readonly KubernetesObject[]): void {
    this.apply(id, file, objects, [this.services]);
  }

  /**
   * The controller injects readiness gates into the pods that it finds load balancers for: these come first, which takes
   * no longer, because a new database takes more time.
   */
  private tunnelHosts(): readonly IDependable[] {
    return this.props.services
      .filter(({ reach }) => reach.kind === 'network-load-balancer')
      .map(({ suffix }) => this.hostOf(suffix));
  }

  private hostOf(suffix: PlaneService['suffix']): eks.KubernetesObjectValue {
    const found = this.hosts.get(suffix);
    if (found) return found;
    const service = this.props.services.find((each) => each.suffix === suffix)!;
    const name = serviceName(this.props.plane, service);
    const host = this.waitFor(HOST_IDS[suffix], 'service', name, '.status.loadBalancer.ingress[0].hostname', this.services);
    this.hosts.set(suffix, host);
    return host;
  }

  /** What changes with every rollout: the text at synth, and the values of its expressions. */
  private rollout(): readonly string[] {
    const { plane } = this.props;
    const content = this.values ?? this.files['3-plane.k8s.yaml'];
    const digest = createHash('sha256').update(JSON.stringify(Stack.of(this).resolve(content))).digest('hex').slice(0, 16);
    return [digest, ...[plane.image, ...Object.values(plane.settings)].filter((value) => Token.isUnresolved(value))];
  }

  private apply(id: string, file: string, objects: readonly KubernetesObject[], after: readonly IDependable[]): eks.KubernetesManifest {
    const chart = manifestChart(this.props.plane.name, objects, ChartTokens.RESOLVED_BY_CLOUDFORMATION);
    this.files[`${file}.k8s.yaml`] = chart.toJson();
    // Overwriting makes the first deployment repeatable: without it, what a broken one left behind stops the next.
    const manifest = new eks.KubernetesManifest(this, id, {
      cluster: this.props.cluster,
      manifest: chart.toJson(),
      prune: true,
      overwrite: true,
    });
    manifest.node.addDependency(...after);
    return manifest;
  }

  /** The chart brings its own migrations: its pods wait for them. */
  private install(chart: KongChart, hosting: EksHosting, after: readonly IDependable[]): IDependable {
    const { cluster, plane, services } = this.props;
    const values = chartValues(plane, chart, services, hosting);
    this.values = values;
    const release = new eks.HelmChart(this, 'Workload', {
      cluster,
      chart: CHART_NAME,
      repository: CHART_REPOSITORY,
      version: chart.version,
      release: plane.name,
      namespace: plane.name,
      createNamespace: false,
      values,
      wait: true,
      // The function that installs ends after fifteen minutes. Not atomic: see load-balancer-controller.ts.
      timeout: Duration.minutes(13),
    });
    release.node.addDependency(...after);
    return release;
  }

  private migrate(hosting: EksHosting, after: readonly IDependable[]): IDependable {
    const job = migrationJob(this.props.plane, hosting, (content) => contentDigest(this, 'MigrationsDigest', content, 10));
    const applied = this.apply('Migrations', '2-migrations', [job], after);
    // Empty until the Job has succeeded; a Job that fails ends the deployment here, with the old pods still serving.
    return this.waitFor('Migrated', 'job', job.metadata.name, '.status.succeeded', applied);
  }

  private waitFor(id: string, objectType: string, objectName: string, jsonPath: string, after: IDependable): eks.KubernetesObjectValue {
    const { cluster, plane } = this.props;
    // The function that looks ends after fifteen minutes.
    const value = new eks.KubernetesObjectValue(this, id, {
      cluster, objectType, objectName, objectNamespace: plane.name, jsonPath, timeout: Duration.minutes(13),
    });
    value.node.addDependency(after);
    return value;
  }

  /** A request for a certificate that comes too early fails, and cert-manager waits an hour before the next. */
  private issuerNeeds(): readonly IDependable[] {
    return this.props.plane.certificates.flatMap(({ authority }) => {
      if (!authority) return [];
      // What is made of a trust is in the account of its control plane, and so is the authority.
      if (Construct.isConstruct(authority.ready)) requireSameAccount('cluster', { stack: Stack.of(authority.ready) }, this);
      const access = IssuerAccess.of(this, this.props.cluster);
      access.allow(authority.arn);
      return [authority.ready, access];
    });
  }

  private associateRole(): IDependable {
    const { cluster, plane } = this.props;
    return new CfnPodIdentityAssociation(this, 'Identity', {
      clusterName: cluster.clusterName, namespace: plane.name, serviceAccount: plane.name, roleArn: this.role.roleArn,
    });
  }

  private writeFiles() {
    const { plane, controlPlane } = this.props;
    const stack = Stack.of(this);
    const helm = (): Record<string, string> => this.values ? { [VALUES_FILE]: valuesText(withReadableTokens(stack, this.values)) } : {};
    writeFilesAtSynthesis(this, plane.name, () => ({
      ...Object.fromEntries(
        Object.entries(this.files).map(([file, objects]) => [file, Yaml.stringify(...withReadableTokens(stack, objects))]),
      ),
      ...helm(),
    }));
    addToTopology(this, {
      target: 'eks',
      plane,
      controlPlane,
      cluster: this.props.cluster.node.path,
      region: stack.region,
      manifests: () => Object.keys(this.files),
      helmFiles: () => this.values === undefined ? [] : [VALUES_FILE],
    });
  }
}
