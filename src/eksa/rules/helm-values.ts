/** Helm values of Cilium beside the fields that they supersede. */
import { asWritten } from '../finding';
import type { Cilium } from '../model/cluster';
import type { ClusterDocument } from '../model/document';
import { HELM_VALUES_REPLACE } from '../releases/breakages';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.clusterNetwork.cniConfig.cilium';

/** Fields of Cilium, and where its chart has the same setting. */
const IN_CHART: Readonly<Partial<Record<keyof Cilium, string>>> = {
  policyEnforcementMode: 'policyEnforcementMode',
  egressMasqueradeInterfaces: 'egressMasqueradeInterfaces',
  routingMode: 'routingMode',
  ipv4NativeRoutingCIDR: 'ipv4NativeRoutingCIDR',
  ipv6NativeRoutingCIDR: 'ipv6NativeRoutingCIDR',
  cniExclusive: 'cni.exclusive',
};

/** What the chart does anyway: the API server writes some of these by itself. */
const DEFAULTS: Readonly<Partial<Record<keyof Cilium, unknown>>> = {
  policyEnforcementMode: 'default', routingMode: 'overlay', cniExclusive: true,
};

export const HELM_VALUES_RULES: readonly Rule<ClusterDocument>[] = [{ id: 'helm-values-beside', check: besideOtherFields }];

function* besideOtherFields(cluster: ClusterDocument, { release }: Context): Iterable<Problem> {
  const cilium = cluster.spec?.clusterNetwork?.cniConfig?.cilium;
  if (cilium?.helmValues === undefined) return;
  const isReplaced = release.breakages.some(({ id }) => id === HELM_VALUES_REPLACE.id);
  for (const [name, setting] of Object.entries(IN_CHART)) {
    const value = cilium[name as keyof Cilium];
    if (value === undefined || value === '' || value === DEFAULTS[name as keyof Cilium]) continue;
    yield {
      at: `${AT}.${name}`,
      severity: 'warning',
      message: isReplaced
        ? `is ${asWritten(value)} and has no effect: EKS Anywhere ${release.version} ignores it beside helmValues`
        : `is ${asWritten(value)} beside helmValues, which take precedence; EKS Anywhere documents the field as deprecated`,
      fix: `set ${setting} in helmValues instead`,
    };
  }
}
