/** Reading and writing of the files that subcommands work on. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

/** What holds secrets is for the person who installs. */
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * Writes a file that only its owner reads, and its folder if that is missing. A new file takes the place of an old one, so that at no
 * moment the text is in a file with wider permissions.
 *
 * @throws CommandFailure (exit code 74) when it cannot be written
 */
export function writeOwnerOnly(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    writeFileSync(temporary, text, { mode: OWNER_ONLY, flag: 'wx' });
    chmodSync(temporary, OWNER_ONLY);
    renameSync(temporary, path);
  } catch (error) {
    throw new CommandFailure(`cannot write ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}
