import { Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IResolvable } from 'aws-cdk-lib';

/**
 * A document with every CloudFormation expression written as text that a person can read:
 * `{ "Fn::GetAtt": ["Db", "Endpoint.Address"] }` → `${Db.Endpoint.Address}`.
 *
 * @param document plain data whose strings may hold tokens
 */
export function withReadableTokens<T>(stack: Stack, document: T): T {
  if (typeof document === 'string') return readableText(stack, document) as T;
  if (Array.isArray(document)) return document.map((item) => withReadableTokens(stack, item)) as T;
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([key, field]) => [key, withReadableTokens(stack, field)])) as T;
}

function readableText(stack: Stack, value: string): string {
  if (!Token.isUnresolved(value)) return value;
  const parts = Tokenization.reverseString(value).mapTokens({ mapToken: (token) => text(ownerOf(token, stack).resolve(token)) });
  return parts.join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}

/** A value of another stack is shown as it is called there, not as CDK carries it over. */
function ownerOf(token: IResolvable, stack: Stack): Stack {
  return Reference.isReference(token) ? Stack.of(token.target) : stack;
}

type Printer = (argument: any) => string;

const INTRINSICS: Readonly<Record<string, Printer>> = {
  'Ref': (name: string) => `\${${name}}`,
  'Fn::GetAtt': (path: string[]) => `\${${path.join('.')}}`,
  'Fn::ImportValue': (name: unknown) => `\${import ${text(name)}}`,
  'Fn::Sub': (template: unknown) => text(Array.isArray(template) ? template[0] : template),
  'Fn::Join': ([separator, parts]: [string, unknown[]]) => parts.map(text).join(separator),
  'Fn::Select': ([index, list]: [unknown, unknown]) => `\${${text(list)}[${text(index)}]}`,
  'Fn::Split': ([separator, value]: [string, unknown]) => `split(${text(value)}, '${separator}')`,
};

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = [], ...others] = Object.entries(value ?? {});
  const print = others.length === 0 && name !== undefined ? INTRINSICS[name] : undefined;
  return print ? print(argument) : JSON.stringify(value);
}
