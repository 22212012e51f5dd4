import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { BareMetalCluster } from '../../eks-anywhere/bare-metal-cluster';
import { DockerCluster } from '../../eks-anywhere/docker-cluster';
import { EksAnywhereCluster } from '../../eks-anywhere/eks-anywhere-cluster';
import { VSphereCluster } from '../../eks-anywhere/vsphere-cluster';
import { writeFilesAtSynthesis } from '../output-files';
import { PolicyPack } from '../policy/policy-pack';
import type { PlaneSettings } from './plane';

/** One plane as `topology.json` shows it. */
export interface PlaneEntry {
  readonly id: string;
  readonly role: 'control_plane' | 'data_plane';
  /** `eks` or the kind of EKS Anywhere cluster. */
  readonly target: string;
  readonly region?: string;
  /** Name of the cluster it runs on, where the cluster has one. */
  readonly cluster?: string;
  /** Relative to the folder that topology.json lies in. */
  readonly folder: string;
  readonly manifests: readonly string[];
  readonly settings: PlaneSettings;
  /** Id of the control plane that a data plane belongs to. */
  readonly controlPlane?: string;
}

/** One cluster as `topology.json` shows it. */
export interface ClusterEntry {
  readonly name: string;
  readonly kind: string;
  /** Absent for clusters that need no files. */
  readonly folder?: string;
  readonly files: readonly string[];
}

/** Collects what an app declares, and writes `cdk.out/hybridge/topology.json`. One for each app. */
export class Topology extends Construct {
  /** The app's topology. Whoever asks is a part of it, and comes under the policy. */
  public static of(scope: IConstruct): Topology {
    PolicyPack.watch(scope);
    const { root } = scope.node;
    return root.node.tryFindChild(ID) as Topology | undefined ?? new Topology(root as Construct);
  }

  private readonly planes = new Map<string, () => PlaneEntry>();
  private readonly clusters: (() => ClusterEntry)[] = [];

  private constructor(root: Construct) {
    super(root, ID);
    writeFilesAtSynthesis(this, '.', () => ({ 'topology.json': this.render() }));
  }

  /**
   * @param entry called at synthesis
   * @throws Error when another plane has the id: both would write the same folder
   */
  public addPlane(id: string, entry: () => PlaneEntry): void {
    if (this.planes.has(id)) throw new Error(`id: another plane of this app is called ${id} already: give this one another id`);
    this.planes.set(id, entry);
  }

  public addCluster(entry: () => ClusterEntry): void {
    this.clusters.push(entry);
  }

  private render(): string {
    const planes = [...this.planes.values()].map((entry) => entry());
    const sites = this.node.root.node.findAll().filter((construct) => construct instanceof EksAnywhereCluster).map(siteEntry);
    const clusters = [...this.clusters.map((entry) => entry()), ...sites];
    return `${JSON.stringify({ planes, clusters }, undefined, 2)}\n`;
  }
}

const ID = 'HybridgeTopology';

/** Clusters on sites are declared without any plane, too: they are found, not told. */
function siteEntry(cluster: EksAnywhereCluster): ClusterEntry {
  const { kind, files } = SITE_KINDS.find(({ type }) => cluster instanceof type)!;
  return { name: cluster.clusterName, kind, folder: cluster.node.id, files: [...files, ...cluster._furtherFiles()] };
}

/** From the particular to the general. */
const SITE_KINDS = [
  { type: BareMetalCluster, kind: 'eks-anywhere-bare-metal', files: ['cluster.yaml', 'hardware.csv'] },
  { type: VSphereCluster, kind: 'eks-anywhere-vsphere', files: ['cluster.yaml'] },
  { type: DockerCluster, kind: 'eks-anywhere-docker', files: ['cluster.yaml'] },
  { type: EksAnywhereCluster, kind: 'eks-anywhere', files: ['cluster.yaml'] },
];
