/** Runs subcommands in the test's own process, with what they print kept. */
import { join } from 'node:path';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';
import { eksa } from '../commands/eksa.ts';

interface Outcome {
  readonly code: number;
  readonly output: string;
  /** The one line that a failure ends with. */
  readonly failure?: string;
}

export function sample(name: string): string {
  return join(import.meta.dirname, 'samples', name);
}

export async function runEksa(...args: string[]): Promise<Outcome> {
  const written: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => {
    written.push(text);
    return true;
  }) as typeof write;
  try {
    return { code: await eksa.run(args), output: written.join('') };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: EXIT_CODES[error.reason], output: written.join(''), failure: error.message };
  } finally {
    process.stdout.write = write;
  }
}
