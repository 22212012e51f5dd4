/** What a resource can become: templates choose values with conditions, and rules judge each choice. */

/** More conditions than this in one resource are tried one by one instead of all together: 2^8 readings are enough to judge. */
const MAX_CONDITIONS = 8;

type Choice = ReadonlyMap<string, boolean>;

/** CloudFormation leaves a property out that has this value. */
const NO_VALUE = 'AWS::NoValue';

/** @returns the properties of a resource for each outcome of its conditions: without `Fn::If`, and with joined text as text */
export function readingsOf(properties: unknown): readonly unknown[] {
  const conditions = [...conditionsOf(properties)];
  return choicesOf(conditions).map((choice) => read(properties, choice) ?? {});
}

function conditionsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  const choice = ifOf(value);
  if (choice) found.add(choice[0]);
  for (const each of Object.values(value)) conditionsOf(each, found);
  return found;
}

function choicesOf(conditions: readonly string[]): readonly Choice[] {
  if (conditions.length <= MAX_CONDITIONS) {
    return conditions.reduce<readonly Choice[]>(
      (choices, condition) => choices.flatMap((choice) => [true, false].map((outcome) => new Map([...choice, [condition, outcome]]))),
      [new Map()],
    );
  }
  const uniform = (outcome: boolean, except?: string): Choice => new Map(conditions.map((each) => [each, (each === except) !== outcome]));
  return [true, false].flatMap((outcome) => [uniform(outcome), ...conditions.map((each) => uniform(outcome, each))]);
}

function read(value: unknown, choice: Choice): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => read(each, choice)).filter((each) => each !== undefined);
  const condition = ifOf(value);
  if (condition) return read(condition[choice.get(condition[0]) ? 1 : 2], choice);
  const node = value as Readonly<Record<string, unknown>>;
  if (node.Ref === NO_VALUE) return undefined;
  const kept = Object.entries(node).map(([name, each]) => [name, read(each, choice)] as const).filter(([, each]) => each !== undefined);
  return joined(Object.fromEntries(kept));
}

/** A text of which all parts are known. */
function joined(node: Readonly<Record<string, unknown>>): unknown {
  const join = node['Fn::Join'];
  if (!Array.isArray(join) || !Array.isArray(join[1])) return node;
  return join[1].every((part) => typeof part === 'string') ? join[1].join(String(join[0])) : node;
}

function ifOf(value: object): readonly [string, unknown, unknown] | undefined {
  const choice = (value as { readonly 'Fn::If'?: unknown })['Fn::If'];
  return Array.isArray(choice) && choice.length === 3 && typeof choice[0] === 'string' ? choice as [string, unknown, unknown] : undefined;
}
