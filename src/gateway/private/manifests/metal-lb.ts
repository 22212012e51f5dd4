import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';

/** MetalLB reads its configuration from its own namespace only; the curated package and the chart's documentation agree on this name. */
const METAL_LB_NAMESPACE = 'metallb-system';

/** A pool of addresses for one plane, announced on the local network. Given to Services that ask for it by name only. */
export function metalLbObjects(plane: PlaneDescription, range: string): readonly KubernetesObject[] {
  const metadata = { name: plane.name, namespace: METAL_LB_NAMESPACE, labels: objectLabels(plane) };
  return [
    { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec: { addresses: [range], autoAssign: false } },
    { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata, spec: { ipAddressPools: [plane.name] } },
  ];
}
