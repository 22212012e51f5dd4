/** Rules about the curated packages of one cluster; the first three are the webhook's, the others what would fail later or in silence. */
import type { ClusterDocument, Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import type { AddressPool, CuratedPackage, PackageCluster } from './curated-package';
import type { SiteAddresses } from './site-addresses';
import { poolProblems, sharedAddresses } from './site-addresses';

interface PackageContext {
  readonly cluster: PackageCluster;
  readonly documents: readonly Document[];
  readonly addresses: SiteAddresses;
  /** All packages of the cluster, in the order in which they were added. */
  readonly packages: readonly CuratedPackage[];
  /** Ranges of addresses that services on the cluster give out, in addition to those of packages. */
  readonly claims: readonly AddressPool[];
}

/** One row of the table. */
interface PackageRule {
  readonly id: string;
  /** Packages that it is about. */
  readonly only?: string;
  /** What is wrong with a package, as a sentence that follows its name. */
  readonly check?: (curated: CuratedPackage, context: PackageContext) => Iterable<string>;
  /** What is wrong with the cluster as a whole, as a sentence. */
  readonly checkAll?: (context: PackageContext) => Iterable<string>;
}

const RULES: readonly PackageRule[] = [
  { id: 'K1', check: packagesEnabled },
  { id: 'K2', only: 'cert-manager', check: workloadOnly },
  { id: 'K3', check: onceOnly },
  { id: 'K4', check: ownName },
  { id: 'K5', only: 'cluster-autoscaler', check: somethingToScale },
  { id: 'K6', only: 'credential-provider-package', check: notOnBottlerocket },
  { id: 'K7', check: poolsFree, checkAll: claimsFree },
  { id: 'K8', checkAll: rangesApart },
];

/** One sentence for each thing that is wrong, with the rule behind it. */
export function packageProblems(context: PackageContext): string[] {
  return [
    ...context.packages.flatMap((curated) =>
      RULES.filter(({ only }) => only === undefined || only === curated.packageName).flatMap(({ id, check }) =>
        [...(check?.(curated, context) ?? [])].map((problem) => `package ${curated.name}: ${problem} [rule ${id}]`),
      ),
    ),
    ...RULES.flatMap(({ id, checkAll }) => [...(checkAll?.(context) ?? [])].map((problem) => `${problem} [rule ${id}]`)),
  ];
}

function clusterSpec({ documents }: PackageContext): ClusterDocument['spec'] {
  return (documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined)?.spec;
}

function* packagesEnabled(_curated: CuratedPackage, context: PackageContext): Iterable<string> {
  if (clusterSpec(context)?.packages?.disable) {
    yield 'curatedPackages of the cluster is false, so nothing would install it: leave curatedPackages out, or the package';
  }
}

function* workloadOnly({ packageName }: CuratedPackage, { cluster }: PackageContext): Iterable<string> {
  if (cluster.managementClusterName !== cluster.clusterName) return;
  yield `${packageName} goes on workload clusters only, and ${cluster.clusterName} manages itself (it has one for its `
    + 'own use): add it to a cluster with a managementCluster';
}

function* onceOnly(curated: CuratedPackage, { packages }: PackageContext): Iterable<string> {
  const earlier = packages.slice(0, packages.indexOf(curated)).find(({ packageName }) => packageName === curated.packageName);
  if (earlier) yield `${curated.packageName} is on the cluster already, as ${earlier.name}: two of them would fight over the same objects`;
}

function* ownName(curated: CuratedPackage, { packages }: PackageContext): Iterable<string> {
  const earlier = packages.slice(0, packages.indexOf(curated)).find(({ name }) => name === curated.name);
  if (earlier && earlier.packageName !== curated.packageName) yield `name is also that of ${earlier.packageName}: choose another`;
}

function* somethingToScale(_curated: CuratedPackage, context: PackageContext): Iterable<string> {
  const groups = clusterSpec(context)?.workerNodeGroupConfigurations ?? [];
  if (groups.some(({ autoscalingConfiguration }) => autoscalingConfiguration)) return;
  yield 'no group of workerNodes has autoscaling, so there is nothing to scale: set autoscaling on a group, or leave the package out';
}

function* notOnBottlerocket(_curated: CuratedPackage, { documents }: PackageContext): Iterable<string> {
  const machines = documents.filter(({ kind }) => kind.endsWith('MachineConfig')) as readonly Document<MachineSpec>[];
  if (machines.some(({ spec }) => spec?.osFamily === 'bottlerocket')) {
    yield 'it does not work on Bottlerocket, which os names: use Ubuntu or Red Hat';
  }
}

function* poolsFree({ pools = [] }: CuratedPackage, { addresses }: PackageContext): Iterable<string> {
  for (const pool of pools) for (const problem of poolProblems(pool, addresses)) yield `${pool.at} ${problem}`;
}

function* claimsFree({ claims, addresses }: PackageContext): Iterable<string> {
  for (const claim of claims) for (const problem of poolProblems(claim, addresses)) yield `${claim.at} ${problem}`;
}

function* rangesApart({ packages, claims }: PackageContext): Iterable<string> {
  const pooled = packages.flatMap(({ name, pools = [] }) => pools.map((pool) => ({ ...pool, at: `package ${name}: ${pool.at}` })));
  yield* sharedAddresses([...pooled, ...claims]);
}
