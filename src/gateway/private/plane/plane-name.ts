import { kebabCase, requireObjectName } from '../../../private/kubernetes/names';

/**
 * Namespaces that Kubernetes, add-ons of EKS, EKS Anywhere and what planes rely on have to themselves: a plane would be
 * mixed with them, and take them away when it goes.
 */
const OWNED =
  new RegExp(
    '^(default|kube-.*|amazon-.*|aws-.*|capi-.*|capt-.*|capv-.*|cert-manager|eks-.*|eksa-.*|etcdadm-.*|external-secrets|flux-system'
      + '|metallb-system|monitoring|tinkerbell)$',
  );

/**
 * Name of a plane, which is that of its namespace and its folder.
 *
 * @throws Error that names the property
 */
export function planeNameOf(id: string): string {
  // They would be left out, and the name would be a strange one.
  if (/[^\x20-\x7e]/.test(id)) {
    throw new Error(`id: got ${JSON.stringify(id)}, expected letters a to z, digits and '-': namespaces have no others`);
  }
  const name = requireObjectName('id', kebabCase(id));
  if (!OWNED.test(name)) return name;
  throw new Error(
    `id: got ${JSON.stringify(id)}, which would be the namespace ${name}, expected one that nothing else in a `
      + `cluster has: such as ${name}-gateway`,
  );
}
