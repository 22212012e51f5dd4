/** What an upgrade in place does not do. */
import type { GroupPlan } from './replaced-nodes';

/** The upgrader exchanges containerd, the CNI plugins, kubeadm, kubelet and kubectl on a node: what comes with a version. */
const BY_IN_PLACE = new Set(['kubernetesVersion', 'eksaVersion', 'bundlesRef']);

/** Whether the nodes of a group would stay as they are, although the tools take them for upgraded: a new image is not written. */
export function isLeftByInPlace({ action, reasons }: GroupPlan): boolean {
  return action === 'in place' && !reasons.some((reason) => BY_IN_PLACE.has(reason));
}

/** Changes that reach a node only when its machine is installed again. */
export function leftByInPlace({ action, reasons }: GroupPlan): readonly string[] {
  return action === 'in place' ? reasons.filter((reason) => !BY_IN_PLACE.has(reason)) : [];
}
