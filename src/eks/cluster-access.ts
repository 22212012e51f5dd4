import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';

/** What somebody may do in a cluster: access policies of EKS. */
export class ClusterAccess {
  /** Everything, in the whole cluster. */
  public static admin(): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSClusterAdminPolicy'));
  }

  /** Look at everything, Secrets included, in the whole cluster. */
  public static adminView(): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSAdminViewPolicy'));
  }

  /**
   * Change most objects.
   *
   * @param namespaces the whole cluster when none is named
   */
  public static edit(...namespaces: string[]): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSEditPolicy', namespaces));
  }

  /**
   * Look at most objects, not at Secrets.
   *
   * @param namespaces the whole cluster when none is named
   */
  public static view(...namespaces: string[]): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSViewPolicy', namespaces));
  }

  private constructor(
    /** @internal */
    public readonly _policy: eks.IAccessPolicy,
  ) {}
}

function policy(name: string, namespaces: string[] = []): eks.IAccessPolicy {
  namespaces.forEach((namespace, at) => {
    // EKS takes a star at the end.
    if (Token.isUnresolved(namespace) || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9*])?$/.test(namespace)) return;
    throw new Error(`ClusterAccess: namespaces[${at}]: got ${JSON.stringify(namespace)}, expected the name of a namespace: 1 to 63 lower-case letters, digits and '-'`);
  });
  return eks.AccessPolicy.fromAccessPolicyName(name, namespaces.length > 0
    ? { accessScopeType: eks.AccessScopeType.NAMESPACE, namespaces }
    : { accessScopeType: eks.AccessScopeType.CLUSTER });
}
