/** What to do where no order of the changes is accepted. */
import type { Refusal } from '../update/rule';

export interface Advice {
  /** Undefined where the refusal's own fix says all. */
  readonly instead?: string;
}

const ANOTHER_CLUSTER = 'create another cluster from the new file, under another name and address, move the workloads, then '
  + 'delete this one';
const ANOTHER_GROUP = 'add a worker group with another name and another machine configuration beside it, move its workloads '
  + '(kubectl drain), then remove it: two plans, one after the other';

/** The first row whose place matches. */
const INSTEAD: readonly { readonly place: RegExp; readonly says: string }[] = [
  { place: /^Cluster\.spec\.workerNodeGroupConfigurations\[\d+\]\.(labels|taints|machineGroupRef)/, says: ANOTHER_GROUP },
  {
    place: /^Cluster\.spec\.controlPlaneConfiguration\.(labels|taints)/,
    says: 'label or taint the nodes by kubectl until a new cluster takes its place',
  },
  {
    place: /^Cluster\.spec\.(clusterNetwork|controlPlaneConfiguration\.endpoint|datacenterRef|externalEtcd|proxy)/,
    says: ANOTHER_CLUSTER,
  },
  { place: /^Cluster\.metadata\.name/, says: ANOTHER_CLUSTER },
  {
    place: /^(Tinkerbell|VSphere)MachineConfig\/[^.]*\.spec\.(osFamily|storagePolicyName)/,
    says: `${ANOTHER_GROUP}; for a control plane, another cluster`,
  },
  { place: /^TinkerbellDatacenterConfig\/[^.]*\.spec\.tinkerbellIP/, says: ANOTHER_CLUSTER },
  { place: /^VSphereDatacenterConfig\/[^.]*\.spec\.(server|datacenter|network)/, says: ANOTHER_CLUSTER },
];

/** Only what is fixed for good has another way; a wrong value is to be corrected. */
export function insteadOf(refusal: Refusal): Refusal & Advice {
  const isFixed = /^(W3|W4|W5|W13|W15|W16|W17|W19)$/.test(refusal.ruleId);
  const says = isFixed ? INSTEAD.find(({ place }) => place.test(refusal.path))?.says : undefined;
  return says ? { ...refusal, instead: says } : refusal;
}
