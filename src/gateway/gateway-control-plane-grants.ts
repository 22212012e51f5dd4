import { Names } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretMount } from '../private/secrets/mount';
import type { EksPlane } from './private/clusters/eks-plane';
import { adminGroup, adminObjects } from './private/manifests/admin-objects';

/** Who may do what with a control plane. */
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
   * Lets people or pipelines with a role call the Admin API through `kubectl port-forward`: an access entry of the cluster whose only right is to find the plane's pods and to open ports to them. Whoever reaches the
   * Admin API may read and change everything in it.
   *
   * @param role has to have no access entry of this cluster yet: EKS takes one for each role
   */
  public adminAccess(role: iam.IRole): void {
    if (!this.hasObjects) this.resource.add('Admins', '5-admins', adminObjects(this.name));
    this.hasObjects = true;
    const { cluster } = this.resource;
    new CfnAccessEntry(this.plane, `Admin${Names.nodeUniqueId(role.node).slice(-40)}`, {
      clusterName: cluster.clusterName, principalArn: role.roleArn, kubernetesGroups: [adminGroup(this.name)], type: 'STANDARD',
    });
    // What `aws eks update-kubeconfig` asks for.
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }));
  }

  /**
   * Lets somebody read the secrets with the control plane's certificate of the tunnel. With one shared certificate that is what a data plane outside this app needs to join; with an authority it is the control plane's own key, which no
   * data plane should have.
   *
   * @throws Error when the certificate is in no secret of AWS: cert-manager keeps it in the cluster
   */
  public tunnelRead(grantee: iam.IGrantable): void {
    if (this.tunnelSecrets.length === 0) throw new Error('grantee: there is nothing to read, because cert-manager keeps the certificate in the cluster: use Trust.generated() or Trust.existing() for a certificate in Secrets Manager');
    this.tunnelSecrets.forEach(({ secret }) => secret.grantRead(grantee));
  }
}
