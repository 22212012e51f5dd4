import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

const ID = 'HybridgeStackSizes';

/** Refuses, at synthesis, stacks with more resources than CloudFormation takes, and says what they consist of. One for each app. */
export class StackSizes extends Construct {
  /** Puts the scope's stack under watch. */
  public static watch(scope: IConstruct): void {
    const { root } = scope.node;
    const stack = [...scope.node.scopes].reverse().find((each) => Stack.isStack(each)) as Stack | undefined;
    if (!stack || !App.isApp(root)) return;
    const sizes = root.node.tryFindChild(ID) as StackSizes | undefined ?? new StackSizes(root);
    sizes.stacks.add(stack);
  }

  private readonly stacks = new Set<Stack>();

  private constructor(root: Construct) {
    super(root, ID);
    this.node.addValidation({ validate: () => [...this.stacks].flatMap(refusal) });
  }
}

function refusal(stack: Stack): string[] {
  const total = resources(stack, stack);
  if (total <= MAX_RESOURCES) return [];
  const parts = stack.node.children
    .map((child) => ({ path: child.node.path, count: resources(child, stack) }))
    .sort((one, other) => other.count - one.count);
  const largest = parts.slice(0, 3).map(({ path, count }) => `${path} ${count}`).join(', ');
  return [
    `${stack.node.path}: has ${total} resources (${largest}, ...), expected at most ${MAX_RESOURCES}, which `
      + 'CloudFormation takes: give some planes a stack of their own, as the scope of' +
      ' new GatewayDataPlane(stack, ...)',
  ];
}

/** Nested stacks count for themselves. */
function resources(scope: IConstruct, stack: Stack): number {
  return scope.node.findAll().filter((construct) => CfnResource.isCfnResource(construct) && Stack.of(construct) === stack).length;
}
