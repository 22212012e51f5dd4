/** Reading and writing of the files that subcommands work on. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

/**
 * The text of a file.
 *
 * @throws CommandFailure (exit code 74) when it cannot be read or is no UTF-8
 */
export function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    const reason = error instanceof TypeError ? 'is no UTF-8 text' : messageOf(error);
    throw new CommandFailure(`cannot read ${path}: ${reason}`, 'io', { cause: error });
  }
}
