import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { ENV, PORTS } from '../contract';
import { withReadableTokens } from '../kubernetes/readable-tokens';
import { writeFilesAtSynthesis } from '../output-files';
import type { OutputFiles } from '../output-files';
import { PolicyPack } from '../policy/policy-pack';
import type { SecretMount } from '../secrets/mount';
import { StackSizes } from '../stack-sizes';
import { SynthesisNotice } from '../synthesis-notice';
import type {
  ClusterEntry,
  HandoffEntry,
  IntegrationEntry,
  IntegrationKind,
  Place,
  PlaneEntry,
  TopologyDocument,
  TunnelEntry,
} from './document';

export type { ClusterEntry, PlaneEntry } from './document';

/** What a plane relies on, whatever it runs on. */
interface PlaneUse {
  readonly replicas: number;
  readonly hostname?: string;
  /** Secrets that its nodes read. The integrations they belong to are thereby known. */
  readonly secrets: readonly SecretMount[];
  /** Integrations that it reads no secret of. */
  readonly others: readonly IConstruct[];
}

interface Integration {
  readonly construct: IConstruct;
  readonly kind: IntegrationKind;
  readonly service: string;
  readonly secrets: readonly SecretMount[];
}

/** Collects what an app declares, and writes `cdk.out/hybridge/topology.json`. One for each app. */
export class Topology extends Construct {
  /** The app's topology. Asking for it makes an app part of Hybridge, and puts it under the policy. */
  public static of(scope: IConstruct): Topology {
    PolicyPack.watch(scope);
    StackSizes.watch(scope);
    const { root } = scope.node;
    return root.node.tryFindChild(ID) as Topology | undefined ?? new Topology(root as Construct);
  }

  private readonly planes = new Map<string, () => PlaneEntry>();
  private readonly uses = new Map<string, PlaneUse>();
  private readonly clusters: { readonly construct: IConstruct; readonly entry: () => ClusterEntry }[] = [];
  private readonly sites: (() => ClusterEntry)[] = [];
  private readonly integrations: Integration[] = [];
  private readonly handoffs: HandoffEntry[] = [];

  private constructor(root: Construct) {
    super(root, ID);
    const notice = new SynthesisNotice(root);
    writeFilesAtSynthesis(this, '.', () => {
      notice.synthesized();
      return this.files();
    });
  }

  /** None for an app that declares nothing but clusters on sites: nothing connects them. */
  private files(): OutputFiles {
    const isConnected = this.planes.size + this.clusters.length + this.integrations.length + this.handoffs.length > 0;
    return isConnected ? { 'topology.json': `${JSON.stringify(this.document(), undefined, 2)}\n` } : {};
  }

  /**
   * @param entry called at synthesis
   * @throws Error when another plane has the id: both would write the same folder
   */
  public addPlane(id: string, entry: () => PlaneEntry): void {
    if (this.planes.has(id)) throw new Error(`id: another plane of this app is called ${id} already: give this one another id`);
    this.planes.set(id, entry);
  }

  /** Says what a plane relies on. */
  public addUse(id: string, use: PlaneUse): void {
    this.uses.set(id, use);
  }

  /**
   * Adds a cluster in AWS.
   *
   * @param construct what planes name as their cluster, or its parent
   */
  public addCluster(construct: IConstruct, entry: () => ClusterEntry): void {
    this.clusters.push({ construct, entry });
  }

  /** Adds a cluster on a site, which is in no account and no region. */
  public addSite(entry: () => ClusterEntry): void {
    this.sites.push(entry);
  }

  /** @param secrets what planes read of it */
  public addIntegration(construct: IConstruct, kind: IntegrationKind, service: string, secrets: readonly SecretMount[]): void {
    this.integrations.push({ construct, kind, service, secrets });
  }

  /** Lists files that a site gets for itself. */
  public addHandoff(entry: HandoffEntry): void {
    this.handoffs.push(entry);
  }

  private document(): TopologyDocument {
    const planes = [...this.planes].map(([id, entry]) => this.planeEntry(entry(), this.uses.get(id)));
    const clusters = this.clusters.map(({ construct, entry }) => ({ ...entry(), ...placeOf(construct) }));
    const integrations = this.integrations.map((integration) => this.integrationEntry(integration));
    const handoffs = this.handoffs.length > 0 && { handoffs: this.handoffs };
    return {
      planes,
      clusters: [...clusters, ...this.sites.map((entry) => entry())],
      integrations,
      tunnels: planes.flatMap(tunnels),
      ...handoffs,
    };
  }

  private planeEntry(entry: PlaneEntry, use: PlaneUse | undefined): PlaneEntry {
    const cluster = entry.cluster === undefined ? undefined : this.clusterName(entry.cluster);
    if (!use) return { ...entry, ...cluster !== undefined && { cluster } };
    const mounted = new Set(use.secrets);
    const uses = this.integrations.filter(
      ({ construct, secrets }) => secrets.some((secret) => mounted.has(secret)) || use.others.includes(construct),
    );
    return {
      ...entry,
      ...cluster !== undefined && { cluster },
      replicas: use.replicas,
      ...use.hostname !== undefined && !Token.isUnresolved(use.hostname) && { hostname: use.hostname },
      uses: uses.map(({ construct }) => construct.node.path),
    };
  }

  /** Planes on EKS name the path of the cluster's construct, which may be below one of ours. */
  private clusterName(name: string): string {
    const owner = this.clusters.find(({ construct }) => name === construct.node.path || name.startsWith(`${construct.node.path}/`));
    return owner?.entry().name ?? name;
  }

  private integrationEntry({ construct, kind, service, secrets }: Integration): IntegrationEntry {
    return {
      id: construct.node.path,
      kind,
      service,
      ...placeOf(construct),
      secrets: secrets.map((secret) => ({
        name: withReadableTokens(Stack.of(construct), secret.secretName),
        readers: [...this.uses].filter(([, use]) => use.secrets.includes(secret)).map(([id]) => id),
      })),
    };
  }
}

const ID = 'HybridgeTopology';

function placeOf(construct: IConstruct): Place {
  const stack = Stack.of(construct);
  const known = (value: string) => Token.isUnresolved(value) ? undefined : value;
  const [account, region] = [known(stack.account), known(stack.region)];
  return { ...account !== undefined && { account }, ...region !== undefined && { region }, stack: stack.node.path };
}

function tunnels({ id, controlPlane, settings }: PlaneEntry): TunnelEntry[] {
  if (controlPlane === undefined) return [];
  const tunnel = { from: id, to: controlPlane, protection: 'mutual TLS' } as const;
  return [
    { ...tunnel, carries: 'configuration', port: portOf(settings[ENV.clusterControlPlane], PORTS.cluster) },
    { ...tunnel, carries: 'telemetry', port: portOf(settings[ENV.clusterTelemetryEndpoint], PORTS.telemetry) },
  ];
}

/** Control planes that run elsewhere may have other ports than ours. */
function portOf(endpoint: string | undefined, usual: number): number {
  const port = /:(\d+)$/.exec(endpoint ?? '')?.[1];
  return port === undefined ? usual : Number(port);
}
