import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** A role that pods of clusters of its account get by EKS Pod Identity. The agent tags its sessions, so that may be allowed, too. */
export function podRole(scope: Construct, id: string, description: string): iam.Role {
  const principal = new iam.ServicePrincipal('pods.eks.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
  const role = new iam.Role(scope, id, { assumedBy: principal, description });
  role.assumeRolePolicy?.addStatements(new iam.PolicyStatement({ principals: [principal], actions: ['sts:TagSession'] }));
  return role;
}
