/** Constructs that CloudFormation creates live in a stack. */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { atPlace } from './place';

/** @throws Error when no stack is around the construct: CDK would name a resource inside it, which no program mentions */
export function requireStack(construct: IConstruct): void {
  if (construct.node.scopes.some((scope) => Stack.isStack(scope))) return;
  const { scope, root } = construct.node;
  const got = scope === root ? 'the app' : scope?.node.path;
  atPlace(construct, () => {
    throw new Error(`scope: got ${got}, expected a stack, or a construct in a stack: `
      + 'CloudFormation creates what belongs to it; pass new Stack(app, \'Cloud\', { env: { region } })');
  });
}
