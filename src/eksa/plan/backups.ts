/** Copies that a failed roll-out of the control plane is repaired from. */
import type { Action } from './action';
import { placeOf } from './action';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

const PKI = '/etc/kubernetes/pki/etcd';

export function backups(leg: Leg): Action[] {
  const touched = leg.diff.groups.filter(({ name, action }) => {
    return (name === 'control plane' || name === 'etcd') && (action === 'rolling' || action === 'in place');
  });
  if (touched.length === 0) return [];
  const { own, isManaged, manager } = placeOf(leg);
  const isExternal = clusterOf(leg.to.documents).spec?.externalEtcdConfiguration !== undefined;
  const snapshot = isExternal
    ? { what: 'a snapshot of etcd is there: etcdctl snapshot save on one of its machines, copied away from it' }
    : {
      what: 'a snapshot of etcd is there (NODE is a control-plane node), copied away from the node',
      command: [
        `kubectl exec${own} -n kube-system etcd-NODE -- etcdctl`,
        `  --cacert ${PKI}/ca.crt --cert ${PKI}/server.crt --key ${PKI}/server.key`,
        '  snapshot save /var/lib/etcd/before-upgrade.db',
      ].join(' \\\n'),
    };
  const objects = { what: `the CLI saves the objects of Cluster API to ${manager}/cluster-state-backup-<time> first: keep that folder` };
  return [snapshot, ...(leg.path === 'cli' && !isManaged ? [objects] : [])];
}
