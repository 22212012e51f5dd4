/** Versions of add-ons that follow the cluster's version of Kubernetes. */
import { CustomResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CustomResourceFunction } from '../../private/lambda-function';
import { PolicyPack } from '../../private/policy/policy-pack';
import { SERVICE_TIMEOUT } from '../../private/service-timeouts';

const ID = 'HybridgeAddonVersions';

/**
 * Asks EKS at deployment which version it chooses. EKS chooses only once, when an add-on is installed without a
 * version: later versions of Kubernetes would keep it.
 */
export class AddonVersions extends Construct {
  public static of(scope: Construct): AddonVersions {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(ID) as AddonVersions | undefined ?? new AddonVersions(stack, ID);
  }

  private readonly serviceToken: string;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    PolicyPack.watch(this);
    const read = new iam.PolicyStatement({ actions: ['eks:DescribeAddonVersions'], resources: ['*'] });
    this.serviceToken = new CustomResourceFunction(this, 'Function', 'addon-version', [read]).serviceToken;
  }

  /** @returns version of the add-on, known after deployment; the answer is asked again when the version of Kubernetes changes */
  public versionOf(scope: Construct, id: string, addonName: string, kubernetesVersion: string): string {
    return new CustomResource(scope, id, {
      resourceType: 'Custom::HybridgeAddonVersion',
      serviceToken: this.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { AddonName: addonName, KubernetesVersion: kubernetesVersion },
    }).getAttString('Version');
  }
}
