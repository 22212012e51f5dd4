/** What the owner of an existing cluster states about it: synthesis cannot see it, and planes depend on it. */
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Statements about a cluster; what is absent is warned of. */
export interface ClusterStatements {
  readonly networkPoliciesEnforced?: boolean;
  readonly subnetsTagged?: boolean;
  readonly controllersInstalled?: boolean;
  readonly nodeSecurityGroups?: readonly unknown[];
}

interface Question {
  readonly id: string;
  readonly text: string;
}

/** The property that answers it → what happens where the answer is no. */
const QUESTIONS: Readonly<Record<keyof ClusterStatements, Question>> = {
  networkPoliciesEnforced: {
    id: 'network-policies',
    text: 'a cluster may store NetworkPolicy objects without enforcing them; the Admin API then listens on the loopback address of its '
      + 'pods only, and other ports are open to every pod. Enforced by vpc-cni with enableNetworkPolicy, in Auto Mode by the ConfigMap '
      + 'amazon-vpc-cni',
  },
  subnetsTagged: {
    id: 'subnet-tags',
    text: 'controllers find subnets for load balancers by the tags kubernetes.io/role/elb and kubernetes.io/role/internal-elb, '
      + 'and CDK cannot tag imported subnets',
  },
  controllersInstalled: {
    id: 'controllers',
    text: 'planes need the Pod Identity agent, the Secrets Store CSI driver with the AWS provider (add-on '
      + 'aws-secrets-store-csi-driver-provider), the load balancer controller of loadBalancerClass, metrics-server for maxReplicas and '
      + 'cert-manager for certificates from it',
  },
  nodeSecurityGroups: {
    id: 'node-security-groups',
    text: 'pods have the security groups of their nodes; databases, caches and logs admit the security group of the cluster and these. '
      + 'Give [] where nodes have that of the cluster only, as in Auto Mode',
  },
};

/** Warns of each question without an answer, once for a cluster. */
export function askOwner(cluster: Construct, stated: ClusterStatements): void {
  for (const [property, { id, text }] of Object.entries(QUESTIONS)) {
    if (stated[property as keyof ClusterStatements] !== undefined) continue;
    const warning = `cdk-hybridge:cluster.${id}`;
    Annotations.of(cluster).addWarningV2(warning, `${property}: not stated: ${text}: state it in EksTarget.existingCluster()`);
  }
}
