import type { Stack } from 'aws-cdk-lib';

/**
 * A document with every CloudFormation expression written as text that a person can read:
 * `{ "Fn::GetAtt": ["Db", "Endpoint.Address"] }` → `${Db.Endpoint.Address}`.
 */
export function withReadableTokens<T>(stack: Stack, document: T): T {
  return readable(stack.resolve(document)) as T;
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

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const print = entries.length === 1 ? INTRINSICS[entries[0][0]] : undefined;
  if (print) return print(entries[0][1]);
  return Object.fromEntries(entries.map(([key, field]) => [key, readable(field)]));
}

function text(value: unknown): string {
  const printed = readable(value);
  return typeof printed === 'string' ? printed : JSON.stringify(printed);
}
