import { Names } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretMount } from '../private/secrets/mount';
import type { EksPlane } from './private/clusters/eks-plane';
import { adminGroup, adminObjects } from './private/manifests/admin-objects';

/** Grants for a control plane. */
export class GatewayControlPlaneGrants {
  /** @internal */
  public static _of(plane: Construct, name: string, resource: EksPlane, tunnelSecrets: readonly SecretMount[]): GatewayControlPlaneGrants {
    return new GatewayControlPlaneGrants(plane, name, resource, tunnelSecrets);
  }

  private hasObjects = false;

  private constructor(
    private readonly plane: Construct,
    private readonly name: string,
    private readonly resource: EksPlane,
    private readonly tunnelSecrets: readonly SecretMount[],
  ) {}

  /**
   * Allows a role to call the Admin API through `kubectl port-forward`: adds an access entry of the cluster that
   * may only find the plane's pods and forward ports to them. The Admin API lets every caller read and change
   * everything.
   *
   * @param role must not have an access entry of this cluster yet: EKS accepts one per role
   */
  public adminAccess(role: iam.IRole): void {
    if (!this.hasObjects) this.resource.add('Admins', '5-admins', adminObjects(this.name));
    this.hasObjects = true;
    const { cluster } = this.resource;
    new CfnAccessEntry(this.plane, `Admin${Names.nodeUniqueId(role.node).slice(-40)}`, {
      clusterName: cluster.clusterName, principalArn: role.roleArn, kubernetesGroups: [adminGroup(this.name)], type: 'STANDARD',
    });
    // `aws eks update-kubeconfig` needs it.
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }));
  }

  /**
   * Allows a grantee to read the secret with the control plane's tunnel certificate. With a shared certificate a
   * data plane outside this app needs it to join. With an authority it contains the control plane's own key, which no
   * data plane should have.
   *
   * @throws Error when the certificate is not in Secrets Manager, because cert-manager keeps it in the cluster
   */
  public tunnelRead(grantee: iam.IGrantable): void {
    if (this.tunnelSecrets.length === 0) {
      throw new Error(
        'grantee: there is nothing to read, because cert-manager keeps the certificate in the cluster: use '
          + 'Trust.generated() or Trust.existing() for a certificate in Secrets Manager',
      );
    }
    this.tunnelSecrets.forEach(({ secret }) => secret.grantRead(grantee));
  }
}
