/** What is done to constructs of this library, and to what CDK added to their stacks, when the tree is complete. */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { makeAssetsReadable } from './asset-modes';
import { limitBelow, limitInStack } from './service-timeouts';

const watched = new WeakSet<IConstruct>();
const finishedStacks = new WeakSet<IConstruct>();

/** Ids of the functions that CDK makes once for a stack. */
const SINGLETON = /^Custom::/;

/** At validation, which is after CDK has added its own and before templates are written; also in a stage, whose templates come first. */
export function finishAtSynthesis(ours: IConstruct): void {
  if (watched.has(ours)) return;
  watched.add(ours);
  ours.node.addValidation({
    validate: () => {
      makeAssetsReadable(ours);
      limitBelow(ours);
      ours.node.scopes.filter((each) => Stack.isStack(each)).forEach(finishStack);
      return [];
    },
  });
}

function finishStack(stack: IConstruct): void {
  if (finishedStacks.has(stack)) return;
  finishedStacks.add(stack);
  limitInStack(stack);
  stack.node.children.filter(({ node }) => SINGLETON.test(node.id)).forEach(makeAssetsReadable);
}
