import type { Hardware } from '../../eksa/hardware/hardware-csv';
import type { ClusterDocument, Document } from '../../eksa/model/document';
import type { CuratedPackage, PackageCluster } from '../../eksa/packages/curated-package';
import { inOrder, packageDocument, packageNamespaces } from '../../eksa/packages/curated-package';
import type { PackageFinding } from '../../eksa/packages/rules';
import { packageFindings } from '../../eksa/packages/rules';
import { siteAddresses } from '../../eksa/packages/site-addresses';
import { toYaml } from '../../eksa/yaml/emit';
import type { OutputFiles } from '../../private/output-files';
import type { Package } from '../packages/package';

/** Addresses that the cluster assigns or uses, in addition to those of packages. */
interface AddressClaim {
  /** Property that they come from, for messages. */
  readonly owner: string;
  readonly range: string;
}

/** Add-ons of a cluster, in addition to its documents: packages, addresses of services, files of other constructs. */
export class ClusterAddOns {
  private readonly packages: Package[] = [];
  private readonly claims: AddressClaim[] = [];
  private readonly files = new Map<string, () => string>();

  public addPackage(added: Package): void {
    this.packages.push(added);
  }

  public claimAddresses(claim: AddressClaim): void {
    this.claims.push(claim);
  }

  /** @throws Error when the cluster already has a file of that name */
  public addFile(name: string, render: () => string): void {
    if (this.files.has(name)) throw new Error(`cluster: got one that has ${name} already, expected another: a cluster has one`);
    this.files.set(name, render);
  }

  public findings(documents: readonly Document[], hardware: Hardware | undefined): PackageFinding[] {
    const cluster = clusterOf(documents);
    const packages = this.packages.map((added) => added._on(cluster));
    const addresses = siteAddresses(documents, hardware);
    const claims = this.claims.map(({ owner, range }) => ({ at: owner, range, isLocal: true }));
    return packageFindings({ cluster, documents, addresses, packages, claims });
  }

  public render(documents: readonly Document[]): OutputFiles {
    const cluster = clusterOf(documents);
    const packages = inOrder(this.packages.map((added) => added._on(cluster)));
    const files = new Map([...this.files].map(([name, render]): [string, string] => [name, render()]));
    if (packages.length > 0) files.set(PACKAGES_FILE, toYaml(packages.map((curated) => packageDocument(curated, cluster))));
    if (namespacesOf(packages, cluster).length > 0) files.set(NAMESPACES_FILE, toYaml(namespacesOf(packages, cluster)));
    return Object.fromEntries(files);
  }
}

const PACKAGES_FILE = 'packages.yaml';
const NAMESPACES_FILE = 'package-namespaces.yaml';

/** A package that runs on the management cluster needs its namespace there. */
function namespacesOf(packages: readonly CuratedPackage[], cluster: PackageCluster): Document[] {
  return packageNamespaces(packages.filter(({ installedOn = cluster.clusterName }) => installedOn === cluster.clusterName));
}

function clusterOf(documents: readonly Document[]): PackageCluster {
  const { metadata, spec } = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument;
  const clusterName = metadata?.name ?? '';
  return {
    clusterName,
    managementClusterName: spec?.managementCluster?.name ?? clusterName,
    hasWorkers: (spec?.workerNodeGroupConfigurations ?? []).length > 0,
  };
}
