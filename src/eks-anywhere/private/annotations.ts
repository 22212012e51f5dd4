import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const LEVELS: Readonly<Record<string, string>> = { 'aws:cdk:warning': 'Warning', 'aws:cdk:info': 'Info' };

const printed = new WeakMap<Construct, Set<string>>();

/**
 * Prints the warnings and notes of a construct as the CDK CLI does, which shows those of stacks only: warnings outside
 * stacks would be lost. Prints each once, and only when that CLI, or a tool that sets the folder of the assembly, runs
 * the app.
 *
 * @param environment of the process
 */
export function printOutsideStacks(construct: Construct, environment: Readonly<NodeJS.ProcessEnv>, print: (line: string) => void): void {
  if (environment.CDK_OUTDIR === undefined || construct.node.scopes.some(Stack.isStack)) return;
  const told = printed.get(construct) ?? new Set();
  printed.set(construct, told);
  for (const { type, data } of construct.node.metadata) {
    const line = `[${LEVELS[type]} at /${construct.node.path}] ${String(data)}\n`;
    if (!LEVELS[type] || told.has(line)) continue;
    told.add(line);
    print(line);
  }
}
