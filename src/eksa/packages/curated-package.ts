/** Curated packages of EKS Anywhere as documents. The settings of a package travel as text that holds YAML: an object there is refused. */
import type { Document } from '../model/document';
import { toYaml } from '../yaml/emit';
import { bundlePackage } from './bundle';

/** The cluster that a package is for, as far as packages depend on it. */
export interface PackageCluster {
  readonly clusterName: string;
  /** Its own name where it manages itself. */
  readonly managementClusterName: string;
  readonly hasWorkers: boolean;
}

/** One package, settled for one cluster. */
export interface CuratedPackage {
  /** Name in the bundle, such as `metallb`. */
  readonly packageName: string;
  /** Name of the object and of the Helm release. */
  readonly name: string;
  /** @default the newest in the active bundle */
  readonly version?: string;
  /** @default the namespace `default` */
  readonly targetNamespace?: string;
  /** Settings that are undefined, and objects that have none, are left out. */
  readonly config?: PackageConfig;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The cluster that the package is installed on; another than the one it is for only where it works from the management cluster. */
  readonly installedOn?: string;
  /** Ranges of addresses that it gives out. */
  readonly pools?: readonly AddressPool[];
}

interface PackageConfig {
  readonly [setting: string]: unknown;
}

export interface AddressPool {
  /** Path of the range, for messages: `pools[0].addresses[1]`. */
  readonly at: string;
  readonly range: string;
  /** Whether the addresses are announced on the nodes' own network, so that they must be in it. */
  readonly isLocal: boolean;
}

/** Namespaces that every cluster has, or that the controller of packages makes. */
const PRESENT_NAMESPACES = ['default', 'kube-system', 'eksa-system', 'eksa-packages'];

/** The object for the management cluster, whose controller installs the package. */
export function packageDocument(curated: CuratedPackage, cluster: PackageCluster): Document {
  const config = curated.config && withoutGaps(curated.config) as PackageConfig | undefined;
  return {
    apiVersion: 'packages.eks.amazonaws.com/v1alpha1',
    kind: 'Package',
    metadata: {
      name: curated.name,
      namespace: `eksa-packages-${curated.installedOn ?? cluster.clusterName}`,
      annotations: curated.annotations,
    },
    spec: {
      packageName: curated.packageName,
      packageVersion: curated.version,
      targetNamespace: curated.targetNamespace,
      config: config && toYaml([config]).trimEnd(),
    },
  };
}

/** Packages that others need come first; apart from that the order stays. */
export function inOrder(packages: readonly CuratedPackage[]): CuratedPackage[] {
  const isFirst = ({ packageName }: CuratedPackage) => bundlePackage(packageName)?.isDependency ?? false;
  return [...packages.filter(isFirst), ...packages.filter((curated) => !isFirst(curated))];
}

/** The namespaces of packages that an operator must create on the cluster first. */
export function packageNamespaces(packages: readonly CuratedPackage[]): Document[] {
  const wanted = new Set(
    packages.flatMap(({ targetNamespace = 'default' }) => PRESENT_NAMESPACES.includes(targetNamespace) ? [] : [targetNamespace]),
  );
  return [...wanted].sort().map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, content]) => [name, withoutGaps(content)] as const)
    .filter(([, content]) => content !== undefined);
  return entries.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(entries);
}
