/** Names that two of one kind cannot have: who came first keeps it, and the second is refused. */
import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** One claimed name. */
interface Claim {
  /** Property that the name comes from. */
  readonly property: string;
  /** What is called so, for people, such as `cluster`. */
  readonly what: string;
  readonly name: string | number;
  /** Where the name is taken, such as a cluster. Absent: account and region of the stack. */
  readonly among?: string;
}

const TAKEN = new WeakMap<IConstruct, Map<string, string>>();

/**
 * @param owner that takes the name
 * @throws Error that names the property and who has the name already
 */
export function claimName(owner: IConstruct, { property, what, name, among }: Claim): void {
  if (Token.isUnresolved(name)) return;
  const { root } = owner.node;
  const taken = TAKEN.get(root) ?? new Map<string, string>();
  TAKEN.set(root, taken);
  const key = JSON.stringify([what, name, among ?? placeOf(owner)]);
  const first = taken.get(key);
  if (first !== undefined && first !== owner.node.path) {
    throw new Error(
      `${property}: got ${JSON.stringify(name)}, which is the ${what} of `
        + `${first}${among === undefined ? ' in the same account and region' : ` in ${among}`} already, expected another `
        + `one: a ${what} belongs to one`,
    );
  }
  taken.set(key, owner.node.path);
}

/** Stacks that say no account or region are deployed to the same one. */
function placeOf(owner: IConstruct): string {
  const { account, region } = Stack.of(owner);
  return [account, region].map((part) => Token.isUnresolved(part) ? 'default' : part).join(' ');
}
