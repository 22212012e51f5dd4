/** What is down while a step runs. How long it takes depends on the machines, and is not guessed. */
import type { ClusterDocument } from '../model/document';
import type { GroupPlan } from '../update/replaced-nodes';

export function meanwhile(groups: readonly GroupPlan[], cluster: ClusterDocument): string[] {
  const says = groups.flatMap((group) => group.name === 'control plane'
    ? controlPlane(group, cluster)
    : group.name === 'etcd' ? etcd(group) : workers(group));
  return says.length === 0 ? ['nothing: no node is touched'] : says;
}

function controlPlane(group: GroupPlan, { spec }: ClusterDocument): string[] {
  const { action, nodesBefore, nodesAfter, surge } = group;
  const etcdOnNodes = spec?.externalEtcdConfiguration === undefined;
  const single = nodesBefore === 1;
  if (action === 'in place') {
    return [single
      ? 'control plane: the Kubernetes API is down while its only node is upgraded; pods go on'
      : 'control plane: one node after the other; the API moves away from the node that is upgraded'];
  }
  if (action === 'rolling') {
    const order = surge > 0 ? 'a new node joins before an old one goes' : 'an old node goes before a new one joins';
    return [
      `control plane: ${order}; API calls fail for seconds each time the address moves to another node`,
      ...(etcdOnNodes && surge === 0 ? [`control plane: etcd has ${nodesBefore - 1} of ${nodesBefore} members meanwhile`] : []),
      ...(etcdOnNodes && single ? ['control plane: etcd moves from the old node to the new one; keep the snapshot at hand'] : []),
    ];
  }
  if (nodesAfter === nodesBefore) return [];
  return [`control plane: members of etcd ${nodesAfter > nodesBefore ? 'join' : 'leave'} one by one; the API stays up`];
}

function etcd({ action, nodesBefore, nodesAfter, surge }: GroupPlan): string[] {
  if (action === 'nothing') return [];
  if (action === 'scale') return [`etcd: members ${nodesAfter > nodesBefore ? 'join' : 'leave'} one by one; the API stays up`];
  return [`etcd: members are replaced one by one (${nodesBefore} now${surge > 0 ? `, ${surge} more meanwhile` : ''}); the API stays up`];
}

function workers({ name, action, nodesBefore, nodesAfter, unavailable, surge }: GroupPlan): string[] {
  if (action === 'removed') return [`${name}: all its nodes are drained and go; its pods need room, and tolerations, elsewhere`];
  if (action === 'in place') return [`${name}: each node in turn; kubelet and containerd restart on it`];
  const gone = nodesBefore - nodesAfter;
  const scaled = action === 'new' || gone <= 0 ? [] : [`${name}: nodes that are drained and go: ${gone}; their pods move`];
  if (action !== 'rolling' || nodesBefore === 0) return scaled;
  const missing = Math.min(unavailable, nodesBefore);
  const room = missing === 0
    ? `${surge} added first`
    : missing === nodesBefore && surge === 0
      ? 'the group has no node for a while: its pods wait, or run elsewhere'
      : `up to ${missing} of ${nodesBefore} missing`;
  return [`${name}: every node is drained and replaced, its pods move (${room})`, ...scaled];
}
