/** Runs the tools that the admin machine of a site has: kubectl, aws. */
import { spawn } from 'node:child_process';
import { CommandFailure } from '../command.ts';

/**
 * What a tool prints.
 *
 * @param input given to it; it gets nothing otherwise
 * @throws CommandFailure (exit code 69) with the first line of its complaint when it is not there or fails
 */
export async function runTool(tool: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A tool that ends early closes its input; its exit code tells more than that.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resume, fail) => {
    child.on('error', fail);
    child.on('close', resume);
  });
  child.stdin.end(input);
  const code = await ended.catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      error.code === 'ENOENT' ? `${tool} is not on the PATH: install it on this machine` : `${tool} cannot be run: ${error.message}`,
      'unavailable',
      { cause: error },
    );
  });
  if (code === 0) return Buffer.concat(printed).toString('utf8');
  const complaint = Buffer.concat(complaints).toString('utf8').trim().split('\n')[0] || `it ended with ${code}`;
  throw new CommandFailure(`${tool} ${args.slice(0, 2).join(' ')}: ${complaint}`, 'unavailable');
}
