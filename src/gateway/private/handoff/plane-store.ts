import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { OidcIssuer } from '../../../eks-anywhere/aws/oidc-issuer';
import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { secretReadStatements } from '../../../private/secrets/access';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';

/** Name of the store and its service account in the plane's namespace. */
export const PLANE_STORE = 'hybridge-secrets';

/**
 * A store of the External Secrets Operator for one plane, which signs in with a service account of the plane's
 * namespace: the operator asks for its token, and needs no credentials itself. Field table: external-secrets.io/v1.
 *
 * @throws Error when the plane's secrets are in several regions: a store reads one
 */
export function planeStore(scope: Construct, plane: PlaneDescription, issuer: OidcIssuer): readonly KubernetesObject[] {
  const region = requireOneRegion(scope, plane);
  const metadata = { name: PLANE_STORE, namespace: plane.name, labels: objectLabels(plane) };
  return [
    native({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...metadata, annotations: { 'eks.amazonaws.com/role-arn': storeRole(scope, plane, issuer).roleArn } },
      automountServiceAccountToken: false,
    }),
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata,
      spec: {
        provider: { aws: { service: 'SecretsManager', region, auth: { jwt: { serviceAccountRef: { name: PLANE_STORE } } } } },
      },
    },
  ];
}

/**
 * @returns where the plane's secrets are
 * @throws Error when they are in several regions: a store reads one
 */
export function requireOneRegion(scope: Construct, plane: PlaneDescription): string | undefined {
  const regions = [...new Set(plane.secrets.map(({ secret }) => Stack.of(secret).region))];
  if (regions.length <= 1) return regions[0];
  const places = plane.secrets.map((mount) => `${mount.secretName} in ${Stack.of(mount.secret).region}`);
  throw new Error(
    `${scope.node.path}: the plane's secrets are in ${regions.join(' and ')}, and one SecretStore reads one region; expected one `
      + `(${places.join(', ')}): make identity and control plane in the same region, and replicate the secrets of \`secrets\` there`,
  );
}

function storeRole(scope: Construct, plane: PlaneDescription, issuer: OidcIssuer): iam.Role {
  const role = issuer.createRole(`${plane.name}-secrets`, {
    namespace: plane.name, serviceAccount: PLANE_STORE, description: `External Secrets for the gateway plane ${plane.name}`,
  });
  plane.secrets.flatMap((mount) => secretReadStatements('cluster', mount, scope)).forEach((statement) => role.addToPolicy(statement));
  return role;
}
