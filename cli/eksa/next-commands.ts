/**
 * The commands that come after `hybridge eksa render`, with the kubeconfig that each needs. Source: `eksctl anywhere`, which writes the
 * kubeconfig of a cluster to `<name>/<name>-eks-a-cluster.kubeconfig` in the folder where it runs, and looks for it there.
 */
import { neededFlags } from '../../src/eksa/feature-flags';
import type { ClusterDocument, Document } from '../../src/eksa/model/document';

/** Paths of what there is to install. */
export interface InstallFiles {
  readonly cluster: string;
  readonly hardware?: string;
  /** Whether its machines have management controllers. */
  readonly hasBmc?: boolean;
  readonly packages?: string;
  readonly packageNamespaces?: string;
  /** Folder whose content belongs in the repository that Flux follows. */
  readonly repository?: string;
}

/** One line each; the order is that in which they are run. */
export function nextCommands(documents: readonly Document[], given: InstallFiles): string[] {
  const files = forShells(given);
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  const name = cluster?.metadata?.name ?? 'CLUSTER';
  const manager = cluster?.spec?.managementCluster?.name || name;
  const isManaged = manager !== name;
  const flags = neededFlags(documents).map((flag) => `${flag}=true `).join('');
  const change = (verb: 'create' | 'upgrade') =>
    `${flags}eksctl anywhere ${verb} cluster -f ${files.cluster}${files.hardware ? ` --hardware-csv ${files.hardware}` : ''}`
      + (isManaged ? ` --kubeconfig ${kubeconfig(manager)}` : '');
  // No cluster can be created with it.
  const isUpgradeOnly = cluster?.spec?.etcdEncryption !== undefined;
  return [
    `next: ${change(isUpgradeOnly ? 'upgrade' : 'create')}`,
    // Flags are those of the CLI: the controllers on the management cluster would need them, too.
    ...(isManaged && flags === '' ? throughTheApi(files, kubeconfig(manager)) : []),
    ...packageCommands(files, kubeconfig(name), kubeconfig(manager)),
    ...(isUpgradeOnly ? [] : [`after a change: ${change('upgrade')}`]),
    ...(isManaged ? [`kubeconfigs: relative to the folder where eksctl anywhere created ${manager}`] : []),
    ...(files.repository ? [`for the repository that Flux follows: ${files.repository}`] : []),
  ];
}

/** A path with other than plain characters in quotes. */
function forShells(files: InstallFiles): InstallFiles {
  const word = (path: string) => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  return Object.fromEntries(
    Object.entries(files).map(([name, value]) => [name, typeof value === 'string' ? word(value) : value]),
  ) as unknown as InstallFiles;
}

/** Where `eksctl anywhere` writes the kubeconfig of a cluster that it creates. */
function kubeconfig(clusterName: string): string {
  return `${clusterName}/${clusterName}-eks-a-cluster.kubeconfig`;
}

/** The road without `eksctl`: the management cluster has to know the machines before the cluster. */
function throughTheApi({ cluster, hardware, hasBmc }: InstallFiles, managers: string): string[] {
  const apply = `kubectl apply -f ${cluster} --kubeconfig ${managers}`;
  if (!hardware) return [`or: ${apply}`];
  // For machines without a controller `eksctl anywhere` writes objects that the API refuses.
  const objects = hasBmc ? `eksctl anywhere generate hardware -z ${hardware}` : `hybridge eksa hardware ${hardware}`;
  return [`or: ${objects} | kubectl apply -f - --kubeconfig ${managers} && ${apply}`];
}

/** Namespaces are made on the cluster itself, Package objects on the one that manages it. */
function packageCommands({ packages, packageNamespaces }: InstallFiles, own: string, managers: string): string[] {
  return [
    ...(packageNamespaces ? [`then: kubectl apply -f ${packageNamespaces} --kubeconfig ${own}`] : []),
    ...(packages ? [`then: eksctl anywhere apply packages -f ${packages} --kubeconfig ${managers}`] : []),
  ];
}
