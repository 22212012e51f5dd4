/** What a person does around a step, and where the objects of a cluster are. */
import { isSelfManaged } from '../update/pair';
import { EKSA_VERSION } from './axes';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

/** Something that a person does or looks at. */
export interface Action {
  readonly what: string;
  readonly command?: string;
}

export interface StepFiles {
  /** `step-1`. */
  readonly folder: string;
  /** `cluster.yaml`, and `hardware.csv` where the step takes machines. */
  readonly files: readonly string[];
  /** Where the files are with their secrets; the same folder where they have no placeholders. */
  readonly filled: string;
  /** Whether machines of the step have credentials of their own. */
  readonly hasControllers: boolean;
}

/**
 * Nodes and pods are in the cluster itself; objects of Cluster API and of machines are in the cluster that manages it, which kubectl
 * talks to unless an option says otherwise.
 */
export interface Place {
  readonly name: string;
  readonly manager: string;
  readonly isManaged: boolean;
  readonly kubeconfig: string;
  readonly ownKubeconfig: string;
  /** Option of eksctl that names the management cluster; empty for a cluster that manages itself. */
  readonly management: string;
  /** Option of kubectl for the cluster itself; empty where that is the one that it talks to. */
  readonly own: string;
}

export function placeOf({ to }: Leg): Place {
  const cluster = clusterOf(to.documents);
  const name = cluster.metadata?.name ?? '';
  const manager = isSelfManaged(cluster) ? name : cluster.spec?.managementCluster?.name ?? name;
  const isManaged = manager !== name;
  const option = (each: string) => isManaged ? ` --kubeconfig ${kubeconfigOf(each)}` : '';
  return {
    name, manager, isManaged, kubeconfig: kubeconfigOf(manager), ownKubeconfig: kubeconfigOf(name),
    management: option(manager), own: option(name),
  };
}

/** Where the CLI writes it. */
function kubeconfigOf(cluster: string): string {
  return `${cluster}/${cluster}-eks-a-cluster.kubeconfig`;
}

export function hasChange({ diff }: Leg, path: string): boolean {
  return diff.changes.some((change) => change.path === path);
}

/** Whether components of EKS Anywhere or of Kubernetes become newer. */
export function isUpgrade(leg: Leg): boolean {
  return hasChange(leg, EKSA_VERSION) || leg.diff.groups.some(({ reasons }) => reasons.includes('kubernetesVersion'));
}

export function isReplacing({ diff }: Leg): boolean {
  return diff.groups.some(({ action }) => action === 'rolling' || action === 'in place');
}
