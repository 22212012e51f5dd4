/** Writes the result of a command to a file that only its owner reads, or to standard output. */
import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

const OWNER_ONLY = 0o600;

/** @param path `-` is standard output */
export function writeResult(path: string, text: string): void {
  if (path === '-') {
    process.stdout.write(text);
    return;
  }
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(temporary, text, { mode: OWNER_ONLY, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    throw new CommandFailure(`cannot write ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}
