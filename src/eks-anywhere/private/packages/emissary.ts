import type { EmissaryOptions, HelloEksAnywhereOptions } from '../../packages/emissary';
import type { PackageOptions } from '../../packages/package-options';
import type { PackageForCluster } from './package-for-cluster';
import { GREATEST_INT32, identity, requireWholeIfGiven, unexpected } from './package-for-cluster';

/** Not `emissary-system`: the chart of the definitions makes that one. */
const NAMESPACE = 'emissary';

export function emissary(options: EmissaryOptions): PackageForCluster {
  const common = identity('emissary', options, { targetNamespace: NAMESPACE });
  const { replicas, daemonSet, hostNetwork, createDefaultListeners } = options;
  requireWholeIfGiven('replicas', replicas, { min: 1, max: GREATEST_INT32 });
  if (replicas !== undefined && daemonSet) {
    throw unexpected('replicas', replicas, 'none: a daemon set has one instance on each node, so omit replicas or daemonSet');
  }
  return () => ({ ...common, config: { replicaCount: replicas, daemonSet, hostNetwork, createDefaultListeners } });
}

export function emissaryCrds(options: PackageOptions): PackageForCluster {
  const common = identity('emissary-crds', options, { targetNamespace: NAMESPACE });
  return () => common;
}

export function helloEksAnywhere(options: HelloEksAnywhereOptions): PackageForCluster {
  const common = identity('hello-eks-anywhere', options, { targetNamespace: 'default' });
  const { title, subtitle } = options;
  return () => ({ ...common, config: { title, subtitle } });
}
