/** Options and files among the words of a subcommand. */
import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

export interface FileCount {
  readonly least: number;
  readonly most: number;
  /** How the files are called, for the message. */
  readonly names: string;
}

/**
 * @throws CommandFailure for an unknown option, a missing value, or too few or too many files
 */
export function parseWords<const T extends ParseArgsOptionsConfig>(
  subcommand: string,
  words: readonly string[],
  options: T,
  { least, most, names }: FileCount,
) {
  const hint = `see hybridge eksa ${subcommand} --help`;
  const { values, positionals } = parsed(words, options, hint);
  if (positionals.length < least || positionals.length > most) {
    throw new CommandFailure(
      `eksa ${subcommand}: got ${positionals.length === 0 ? 'no file' : positionals.join(' ')}; expected ${names}; ${hint}`,
    );
  }
  return { options: values, files: positionals };
}

function parsed<const T extends ParseArgsOptionsConfig>(words: readonly string[], options: T, hint: string) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new CommandFailure(`${messageOf(error)}; ${hint}`, 'usage', { cause: error });
  }
}
