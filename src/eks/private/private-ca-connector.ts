/** The AWS Private CA Connector for Kubernetes, an add-on of EKS: its identity comes before its pods. */
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { podRole } from '../../private/kubernetes/pod-role';

/** Name of the add-on. */
export const CONNECTOR_ADDON = 'aws-privateca-connector-for-kubernetes';

/** Namespace and service account of the add-on's pods. */
export const CONNECTOR = 'aws-privateca-issuer';

const roles = new WeakMap<eks.ICluster, iam.IRole>();

/**
 * The role of the connector's pods. Pods get credentials only if the association was there when they started, so the
 * add-on waits for it.
 *
 * @param given role of the program's, whose association the add-on makes
 * @returns what the add-on waits for
 */
export function connectorIdentity(scope: Construct, cluster: eks.ICluster, given: iam.IRole | undefined): readonly IDependable[] {
  if (given) {
    roles.set(cluster, given);
    return [];
  }
  const role = connectorRole(scope, 'PrivateCaConnector', cluster);
  roles.set(cluster, role.role);
  return [role.role, role.association];
}

/** The role that the cluster's own add-on has; none for clusters that are not ours, or have no add-on. */
export function roleOfConnector(cluster: eks.ICluster): iam.IRole | undefined {
  return roles.get(cluster);
}

/** Makes the role, with its association. */
export function connectorRole(scope: Construct, prefix: string, { clusterName }: eks.ICluster) {
  const role = podRole(scope, `${prefix}Role`, 'AWS Private CA Connector for Kubernetes: certificates of gateway planes');
  const association = new CfnPodIdentityAssociation(scope, `${prefix}Identity`, {
    clusterName, namespace: CONNECTOR, serviceAccount: CONNECTOR, roleArn: role.roleArn,
  });
  return { role, association };
}
