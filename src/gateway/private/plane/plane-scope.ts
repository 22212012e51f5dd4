import { Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

/**
 * Where the construct of a data plane goes: beside its control plane wherever that is possible, because the control
 * plane's stack comes after the one with cluster and network; in the stack of the place in another region or account.
 *
 * @param place cluster or network that the plane runs in
 */
export function planeScope(controlPlane: Construct, place: IConstruct): Construct {
  const [here, there] = [Stack.of(controlPlane), Stack.of(place)];
  return here.region === there.region && here.account === there.account ? controlPlane : there;
}
