/** Where kube-vip, which every cluster has for its endpoint, serves Services as well. */
import type { ClusterDocument, Document } from '../model/document';
import type { TinkerbellDatacenterSpec } from '../model/machines';

/** Why it does not, as the end of a sentence; undefined where it does. Source: the Tinkerbell provider of EKS Anywhere. */
export function kubeVipAbsence(documents: readonly Document[]): string | undefined {
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  const datacenter = documents.find(({ kind }) => kind === 'TinkerbellDatacenterConfig') as Document<TinkerbellDatacenterSpec> | undefined;
  const { managementCluster, workerNodeGroupConfigurations: workers = [], controlPlaneConfiguration } = cluster?.spec ?? {};
  if (!datacenter) return 'kube-vip serves the endpoint only, except on bare metal';
  // Without workers the pods of kube-vip on the control plane nodes do both.
  if (workers.length === 0) {
    return controlPlaneConfiguration?.skipLoadBalancerDeployment ? 'skipLoadBalancerDeployment leaves it out' : undefined;
  }
  if (datacenter.spec?.skipLoadBalancerDeployment) return 'skipServiceLoadBalancer leaves it out';
  if (managementCluster?.name && managementCluster.name !== cluster?.metadata?.name) {
    return 'it comes with the installer of machines, which runs on the management cluster';
  }
  return undefined;
}

/**
 * Whether every machine that runs pods runs kube-vip, too: without workers, as a static pod of each control plane node,
 * which elects a leader for each Service among the nodes with a pod (https://github.com/aws/eks-anywhere/pull/6614).
 */
export function kubeVipIsBesidePods(documents: readonly Document[]): boolean {
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  return (cluster?.spec?.workerNodeGroupConfigurations ?? []).length === 0;
}
