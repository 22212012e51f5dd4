import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { withReadableTokens } from '../kubernetes/readable-tokens';
import type { PlacedDataPlane } from './placement';
import { Topology } from './topology';

/** Lists a data plane that CloudFormation alone makes, without files of its own. */
export function describeCloudPlane(scope: Construct, target: string, { plane, controlPlane }: PlacedDataPlane): void {
  const stack = Stack.of(scope);
  Topology.of(scope).addPlane(plane.name, () => ({
    id: plane.name,
    role: plane.role,
    target,
    ...!Token.isUnresolved(stack.region) && { region: stack.region },
    folder: plane.name,
    manifests: [],
    settings: withReadableTokens(stack, plane.settings),
    controlPlane,
  }));
}
