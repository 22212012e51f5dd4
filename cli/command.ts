/** What a command of the command line is. */
import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { messageOf } from '../gateway/src/base/errors.ts';
import type { ExitReason } from '../gateway/src/base/errors.ts';

export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** Commands below this one; the first word chooses, and `--help` after it shows theirs. */
  readonly subcommands?: readonly Command[];
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** A command ends without success for a reason that the operator can fix. */
export class CommandFailure extends Error {
  constructor(message: string, readonly reason: ExitReason = 'usage', options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

/**
 * The options among a command's arguments.
 *
 * @throws CommandFailure for an unknown option, a missing value, or arguments that are not options
 */
export function parseOptions<const T extends ParseArgsOptionsConfig>(command: string, args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new CommandFailure(`${messageOf(error)}; see hybridge ${command} --help`, 'usage', { cause: error });
  }
}
