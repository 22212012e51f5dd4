import { Names, Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { connectorRole, roleOfConnector } from '../../../eks/private/private-ca-connector';
import { PolicyPack } from '../../../private/policy/policy-pack';

/**
 * What the AWS Private CA Connector for Kubernetes on one cluster may do: have certificates signed by the authorities
 * of the planes there. Its pods have one role, so there is one for all planes: that of the add-on of a `CloudCluster`, or
 * one that is made here, where the pods that run already have to be restarted once.
 */
export class IssuerAccess extends Construct {
  /** That of the cluster, made for the first plane. */
  public static of(plane: Construct, cluster: eks.ICluster): IssuerAccess {
    const stack = Stack.of(plane);
    const id = `HybridgeIssuerAccess${Names.nodeUniqueId(cluster.node).slice(-32)}`;
    return stack.node.tryFindChild(id) as IssuerAccess | undefined ?? new IssuerAccess(stack, id, cluster);
  }

  private readonly policy: iam.Policy;
  private readonly authorities = new Set<string>();

  private constructor(scope: Construct, id: string, cluster: eks.ICluster) {
    super(scope, id);
    PolicyPack.watch(this);
    const role = roleOfConnector(cluster) ?? connectorRole(this, '', cluster).role;
    // Here, not in the cluster's stack: that would refer to the authority, which is made after the cluster.
    this.policy = new iam.Policy(this, 'Policy', { roles: [role] });
  }

  /** @param arn of the authority */
  public allow(arn: string): void {
    if (this.authorities.has(arn)) return;
    this.authorities.add(arn);
    this.policy.addStatements(new iam.PolicyStatement({
      actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:IssueCertificate'],
      resources: [arn],
    }));
  }
}
