/**
 * The packages that a bundle of EKS Anywhere has. Source: `generatebundlefile/data/bundles_prod/1-35.yaml` and
 * `bundles_staging/1-36.yaml` of aws/eks-anywhere-packages; dependencies and namespaces: the charts in aws/eks-anywhere-build-tooling.
 */
import { nearestName } from '../../private/input/nearest-name';

export interface BundlePackage {
  readonly name: string;
  /** Whether its webhook accepts it on workload clusters only. */
  readonly isWorkloadOnly?: boolean;
  /** Whether one cluster may have several, each with a name of its own. */
  readonly isRepeatable?: boolean;
  /** Whether EKS Anywhere installs it by itself where packages are enabled. */
  readonly isOfController?: boolean;
  /** Whether other packages need it: it is written before them. */
  readonly isDependency?: boolean;
  /** Annotations without which its webhook refuses it. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The webhook accepts this package only with the first; Helm keeps the resources that it created. */
const INTERNAL = { 'anywhere.eks.aws.com/internal': 'true', 'helm.sh/resource-policy': 'keep' };

export const BUNDLE: readonly BundlePackage[] = [
  { name: 'adot' },
  { name: 'cert-manager', isWorkloadOnly: true },
  { name: 'cluster-autoscaler' },
  { name: 'credential-provider-package', annotations: INTERNAL },
  { name: 'eks-anywhere-packages', isOfController: true },
  { name: 'eks-anywhere-packages-crds', isOfController: true },
  { name: 'eks-anywhere-packages-migrations', isOfController: true },
  { name: 'emissary', isRepeatable: true },
  { name: 'emissary-crds', isDependency: true },
  { name: 'harbor' },
  { name: 'hello-eks-anywhere', isRepeatable: true },
  { name: 'metallb' },
  { name: 'metallb-crds', isDependency: true },
  { name: 'metrics-server' },
  { name: 'prometheus' },
];

/** @returns undefined for a package that no known bundle has */
export function bundlePackage(name: string): BundlePackage | undefined {
  return BUNDLE.find((candidate) => candidate.name === name);
}

/** What a name that no known bundle has was probably meant to be. */
export function nearestPackage(name: string): string | undefined {
  return nearestName(name, BUNDLE.map((known) => known.name));
}
