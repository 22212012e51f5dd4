/** Reading and writing of the files that subcommands work on. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { decodeText } from '../../src/eksa/syntax/encoding';
import type { DecodedText } from '../../src/eksa/syntax/encoding';
import { CommandFailure } from '../command.ts';

/** What stands for standard input where a file is read. */
const STANDARD_INPUT = '-';

/**
 * The text of a file, in whatever encoding it is: rules tell what the tools would not read. `-` is standard input.
 *
 * @throws CommandFailure (exit code 74) when it cannot be read or is no text
 */
export function readSource(path: string): DecodedText {
  const source = decodeText(readBytes(path));
  if (!source) throw new CommandFailure(`cannot read ${shownPath(path)}: is no UTF-8 text`, 'io');
  return source;
}

/**
 * The text of a file.
 *
 * @throws CommandFailure (exit code 74) when it cannot be read or is no UTF-8
 */
export function readText(path: string): string {
  const { text, encoding } = readSource(path);
  if (encoding !== 'utf-8') throw new CommandFailure(`cannot read ${shownPath(path)}: is no UTF-8 text, but ${encoding}`, 'io');
  return text;
}

/** How a file is called for people. */
export function shownPath(path: string): string {
  return path === STANDARD_INPUT ? 'stdin' : path;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === STANDARD_INPUT ? 0 : path);
  } catch (error) {
    throw new CommandFailure(`cannot read ${shownPath(path)}: ${messageOf(error)}`, 'io', { cause: error });
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
