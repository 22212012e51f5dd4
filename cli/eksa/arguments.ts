/** Options and files among the arguments of a subcommand. */
import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

interface FileCount {
  readonly min: number;
  readonly max: number;
  /** How the files are called, for the message. */
  readonly names: string;
}

/**
 * @throws CommandFailure for an unknown option, a missing value, or too few or too many files
 */
export function parseArguments<const T extends ParseArgsOptionsConfig>(
  subcommand: string,
  args: readonly string[],
  options: T,
  { min, max, names }: FileCount,
) {
  const hint = `see hybridge eksa ${subcommand} --help`;
  const { values, positionals } = parsed(args, options, hint);
  if (positionals.length < min || positionals.length > max) {
    throw new CommandFailure(
      `eksa ${subcommand}: got ${positionals.length === 0 ? 'no file' : positionals.join(' ')}; expected ${names}; ${hint}`,
    );
  }
  return { options: values, files: positionals };
}

function parsed<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, hint: string) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new CommandFailure(`${messageOf(error)}; ${hint}`, 'usage', { cause: error });
  }
}
