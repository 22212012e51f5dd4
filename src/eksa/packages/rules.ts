/** Rules about the curated packages of one cluster; K1 to K3 are the webhook's, the others what would fail later or in silence. */
import type { ClusterDocument, Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import { BUNDLE, bundlePackage, nearestPackage } from './bundle';
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
  /** @default 'error' */
  readonly severity?: 'warning';
  /** Packages that it is about. */
  readonly only?: string;
  /** What is wrong with a package, as a sentence that follows its name. */
  readonly check?: (curated: CuratedPackage, context: PackageContext) => Iterable<string>;
  /** What is wrong with the cluster as a whole, as a sentence. */
  readonly checkAll?: (context: PackageContext) => Iterable<string>;
}

/** What is wrong, as one sentence. */
export interface PackageFinding {
  readonly ruleId: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

const RULES: readonly PackageRule[] = [
  { id: 'K1', check: packagesEnabled },
  { id: 'K2', check: workloadOnly },
  { id: 'K3', check: onceOnly },
  { id: 'K4', check: ownName },
  { id: 'K5', only: 'cluster-autoscaler', check: somethingToScale },
  { id: 'K6', only: 'credential-provider-package', check: notOnBottlerocket },
  { id: 'K7', check: poolsFree, checkAll: claimsFree },
  { id: 'K8', checkAll: rangesApart },
  { id: 'unknown-package', severity: 'warning', check: inBundle },
  { id: 'controller-package', severity: 'warning', check: notOfController },
  { id: 'package-crds', severity: 'warning', only: 'emissary', check: definitionsAdded },
  { id: 'package-namespace', severity: 'warning', check: namespaceOfChart },
];

/** All that is wrong, in the order of packages and rules. */
export function packageFindings(context: PackageContext): PackageFinding[] {
  const found = (rule: PackageRule, message: string): PackageFinding => ({ ruleId: rule.id, severity: rule.severity ?? 'error', message });
  return [
    ...context.packages.flatMap((curated) =>
      RULES.filter(({ only }) => only === undefined || only === curated.packageName).flatMap((rule) =>
        [...(rule.check?.(curated, context) ?? [])].map((problem) => found(rule, `package ${curated.name}: ${problem}`)),
      ),
    ),
    ...RULES.flatMap((rule) => [...(rule.checkAll?.(context) ?? [])].map((problem) => found(rule, problem))),
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
  if (!bundlePackage(packageName)?.isWorkloadOnly || cluster.managementClusterName !== cluster.clusterName) return;
  yield `${packageName} goes on workload clusters only, and ${cluster.clusterName} manages itself (it has one for its `
    + 'own use): add it to a cluster with a managementCluster';
}

function* onceOnly(curated: CuratedPackage, { packages }: PackageContext): Iterable<string> {
  if (bundlePackage(curated.packageName)?.isRepeatable) return;
  const earlier = packages.slice(0, packages.indexOf(curated)).find(({ packageName }) => packageName === curated.packageName);
  if (earlier) yield `${curated.packageName} is on the cluster already, as ${earlier.name}: two of them would fight over the same objects`;
}

function* ownName(curated: CuratedPackage, { packages }: PackageContext): Iterable<string> {
  const earlier = packages.slice(0, packages.indexOf(curated)).find(({ name }) => name === curated.name);
  const isTold = earlier?.packageName === curated.packageName && !bundlePackage(curated.packageName)?.isRepeatable;
  if (earlier && !isTold) yield `name is also that of ${earlier.packageName}: choose another`;
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

/** Bundles gain packages, so an unknown one may well be there. */
function* inBundle({ packageName }: CuratedPackage): Iterable<string> {
  if (bundlePackage(packageName)) return;
  const meant = nearestPackage(packageName);
  yield `no known bundle has ${packageName}${meant === undefined ? '' : ` (did you mean ${meant}?)`}, and the package controller refuses `
    + `what the active bundle does not have; known are ${BUNDLE.map(({ name }) => name).join(', ')}`;
}

function* notOfController({ packageName }: CuratedPackage): Iterable<string> {
  if (!bundlePackage(packageName)?.isOfController) return;
  yield `EKS Anywhere installs ${packageName} by itself, and a second one would fight with it: leave the package out`;
}

/** The controller makes a missing dependency with the settings and the namespace of what needs it, where no program sees it. */
function* definitionsAdded(_curated: CuratedPackage, { packages }: PackageContext): Iterable<string> {
  if (packages.some(({ packageName }) => packageName === 'emissary-crds')) return;
  yield 'emissary-crds, which has its custom resource definitions, is not among the packages of the cluster, so the package controller '
    + "would install it outside of this program, with emissary's settings and namespace: add Package.emissaryCrds()";
}

/** Helm refuses to take over a namespace that its chart makes and an operator made before. */
function* namespaceOfChart({ packageName, targetNamespace }: CuratedPackage): Iterable<string> {
  if (!['emissary', 'emissary-crds'].includes(packageName) || targetNamespace !== CHART_NAMESPACE) return;
  yield `targetNamespace is ${CHART_NAMESPACE}, which the chart of emissary-crds makes itself: Helm refuses a namespace that is there `
    + 'already, and cannot install into one that is not; choose another, such as emissary';
}

/** Made by `charts/crds/templates/namespace.yaml` of that package. */
const CHART_NAMESPACE = 'emissary-system';

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
