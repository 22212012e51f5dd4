/** Known breakages that came with one release and were repaired in another. */
import { OsFamily } from '../model/os-family';
import type { Breakage } from './release';

/** aws/eks-anywhere#10959. */
export const HELM_VALUES_REPLACE: Breakage = {
  id: 'helm-values',
  concerns: { field: 'spec.clusterNetwork.cniConfig.cilium.helmValues' },
  says: 'replace the whole default configuration that EKS Anywhere gives Cilium, instead of being merged into it: what they do not '
    + 'repeat falls back to the defaults of the chart (Envoy is switched on, for example)',
  fix: 'repeat the settings of EKS Anywhere in helmValues, or use v0.26.3 or newer (v0.25.4 or newer of v0.25), which merges them',
};

export const MERGED_HELM_VALUES =
  'helmValues of Cilium are merged into the default configuration of EKS Anywhere, which they replaced before';

/** Release notes of v0.26.1. */
export const BOTTLEROCKET_MIRROR: Breakage = {
  id: 'bottlerocket-mirror',
  concerns: {
    field: 'spec.registryMirrorConfiguration', provider: 'vsphere', osFamily: OsFamily.BOTTLEROCKET, kubernetes: { oldest: 33 },
  },
  says: 'does not work on nodes with Bottlerocket and Kubernetes 1.33 or newer: they fail to pull images through it',
  fix: 'use v0.26.1 or newer',
};
