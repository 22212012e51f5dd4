/** What to look at before the next step begins. */
import { counted } from '../finding';
import type { Action } from './action';
import { hasChange, placeOf } from './action';
import { KUBERNETES_VERSION } from './axes';
import { FREE_MACHINES, health } from './before';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

export function actionsAfter(leg: Leg): Action[] {
  const [nodes, , cluster] = health(leg);
  const { groups } = leg.diff;
  if (groups.every(({ action }) => action === 'nothing')) return [cluster];
  const spec = clusterOf(leg.to.documents).spec;
  const total = groups.filter(({ name }) => name !== 'etcd').reduce((sum, { nodesAfter }) => sum + nodesAfter, 0);
  const version = hasChange(leg, KUBERNETES_VERSION) ? `; the control plane has ${spec?.kubernetesVersion}` : '';
  const isBareMetal = spec?.datacenterRef?.kind === 'TinkerbellDatacenterConfig';
  return [
    { ...nodes, what: `${total} node${total === 1 ? ' is' : 's are'} Ready${version}` },
    cluster,
    etcd(leg),
    ...(isBareMetal ? [{ what: 'which machines are free now', command: FREE_MACHINES }] : []),
  ];
}

function etcd(leg: Leg): Action {
  const { own } = placeOf(leg);
  const members = (name: string) => leg.diff.groups.find((group) => group.name === name)?.nodesAfter;
  const external = members('etcd');
  const count = external ?? members('control plane') ?? 0;
  return {
    what: `${counted(count, 'member')} of etcd ${count === 1 ? 'is' : 'are'} healthy`,
    command: external === undefined
      ? `kubectl get pods -n kube-system -l component=etcd${own}`
      : 'kubectl get etcdadmclusters.etcdcluster.cluster.x-k8s.io -n eksa-system',
  };
}
