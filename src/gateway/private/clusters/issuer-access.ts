import { Names, Stack } from 'aws-cdk-lib';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { podRole } from '../../../private/kubernetes/pod-role';
import { PolicyPack } from '../../../private/policy/policy-pack';

/** Namespace and service account of the AWS Private CA Connector for Kubernetes, an add-on of EKS. */
const CONNECTOR = 'aws-privateca-issuer';

/**
 * What the connector on one cluster may do: have certificates signed by the authorities of the planes there. Pods have
 * one role, so there is one for all planes.
 */
export class IssuerAccess extends Construct {
  /** That of the cluster, made for the first plane. */
  public static of(plane: Construct, cluster: eks.ICluster): IssuerAccess {
    const stack = Stack.of(plane);
    const id = `HybridgeIssuerAccess${Names.nodeUniqueId(cluster.node).slice(-32)}`;
    return stack.node.tryFindChild(id) as IssuerAccess | undefined ?? new IssuerAccess(stack, id, cluster);
  }

  private readonly role: iam.Role;
  private readonly authorities = new Set<string>();

  private constructor(scope: Construct, id: string, cluster: eks.ICluster) {
    super(scope, id);
    PolicyPack.watch(this);
    this.role = podRole(this, 'Role', 'AWS Private CA Connector for Kubernetes: certificates of gateway planes');
    new CfnPodIdentityAssociation(this, 'Identity', {
      clusterName: cluster.clusterName, namespace: CONNECTOR, serviceAccount: CONNECTOR, roleArn: this.role.roleArn,
    });
  }

  /** @param arn of the authority */
  public allow(arn: string): void {
    if (this.authorities.has(arn)) return;
    this.authorities.add(arn);
    this.role.addToPolicy(new iam.PolicyStatement({
      actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:IssueCertificate'],
      resources: [arn],
    }));
  }
}
