import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';

/** Rights of an IAM role in a cluster: EKS access policies. */
export class ClusterAccess {
  /** All rights, in the whole cluster. */
  public static admin(): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSClusterAdminPolicy'));
  }

  /** Read everything, Secrets included, in the whole cluster. */
  public static adminView(): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSAdminViewPolicy'));
  }

  /**
   * Change most objects.
   *
   * @param namespaces default: the whole cluster
   */
  public static edit(...namespaces: string[]): ClusterAccess {
    return new ClusterAccess(policy('AmazonEKSEditPolicy', namespaces));
  }

  /**
   * Read most objects, but not Secrets.
   *
   * @param namespaces default: the whole cluster
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
    // EKS accepts a `*` at the end.
    if (Token.isUnresolved(namespace) || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9*])?$/.test(namespace)) return;
    throw new Error(
      `ClusterAccess: namespaces[${at}]: got ${JSON.stringify(namespace)}, expected the name of a namespace: 1 to 63 `
        + 'lower-case letters, digits and \'-\'',
    );
  });
  return eks.AccessPolicy.fromAccessPolicyName(name, namespaces.length > 0
    ? { accessScopeType: eks.AccessScopeType.NAMESPACE, namespaces }
    : { accessScopeType: eks.AccessScopeType.CLUSTER });
}
