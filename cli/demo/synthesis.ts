/** Runs a CDK app the way `cdk synth` does: the app writes its cloud assembly to the folder in CDK_OUTDIR. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandFailure } from '../command.ts';

/**
 * @param app the command that runs the app, as in cdk.json
 * @throws CommandFailure with the last lines of the app's output, and where all of it is
 */
export async function synthesize(app: string, assembly: string, log: string): Promise<void> {
  rmSync(assembly, { recursive: true, force: true });
  mkdirSync(dirname(log), { recursive: true });
  const output = createWriteStream(log);
  await once(output, 'open');
  const child = spawn(app, { shell: true, stdio: ['ignore', output, output], env: { ...process.env, CDK_OUTDIR: assembly } });
  const [code] = await once(child, 'exit') as [number | null];
  output.close();
  if (code === 0) return;
  throw new CommandFailure(
    `the app "${app}" ended with ${code ?? 'a signal'}:\n${lastLines(log, 15)}\nAll of its output: ${log}`,
    'configuration',
  );
}

export function lastLines(file: string, count: number): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).map((line) => `  ${line}`).join('\n');
}

/** Where a synthesis writes what is not CloudFormation. */
export function outputFolder(assembly: string): string {
  return join(assembly, 'hybridge');
}
