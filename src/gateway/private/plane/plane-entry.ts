import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { withReadableTokens } from '../../../private/kubernetes/readable-tokens';
import { Topology } from '../../../private/topology/topology';
import type { DataPlaneSpec } from './data-plane-spec';

/** Lists a data plane that CloudFormation alone makes, without files of its own. */
export function describeCloudPlane(scope: Construct, target: string, spec: DataPlaneSpec): void {
  const { region } = Stack.of(scope);
  describePlane(scope, target, spec, [], Token.isUnresolved(region) ? undefined : region);
}

/**
 * Lists a data plane that is no set of Kubernetes objects.
 *
 * @param files that are written for it
 * @param region absent outside AWS
 */
export function describePlane(scope: Construct, target: string, { plane, controlPlane }: DataPlaneSpec, files: readonly string[], region?: string): void {
  Topology.of(scope).addPlane(plane.name, () => ({
    id: plane.name,
    role: plane.role,
    target,
    ...region && { region },
    folder: plane.name,
    manifests: files,
    settings: withReadableTokens(Stack.of(scope), plane.settings),
    controlPlane,
  }));
}
