import { IMAGE_NAME } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';

/** Group of Kubernetes that access entries put administrators of a plane into. */
export function adminGroup(plane: string): string {
  return `${IMAGE_NAME}:${plane}:admins`;
}

/** What `kubectl port-forward service/<plane>-admin` needs, and nothing more. */
export function adminObjects(plane: string): readonly KubernetesObject[] {
  const metadata = { name: `${plane}-admins`, namespace: plane };
  return [
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['services'], resourceNames: [`${plane}-admin`], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
        { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create'] },
      ],
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: adminGroup(plane) }],
    }),
  ];
}
