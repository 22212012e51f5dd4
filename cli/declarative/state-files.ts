/** Finds and reads state files: files, folders with everything below them, and standard input. */
import { closeSync, fstatSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { Source } from '../../gateway/src/declarative/source.ts';
import { decodeText } from '../../src/eksa/syntax/encoding';
import { CommandFailure } from '../command.ts';
import { MergedSource } from './merged-source.ts';
import type { StateFile } from './merged-source.ts';
import { substitute } from './substitution.ts';
import type { Environment } from './substitution.ts';

export const STANDARD_INPUT = '-';

/** Longest file. Its entities have to fit into memory several times. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Longest text in YAML, of which one character costs as much memory as a hundred of JSON. */
const MAX_YAML_CHARACTERS = 24 * 1024 * 1024;

/** Files in one folder and below: more is a folder that was meant otherwise. */
const MAX_FILES = 10_000;

export interface StateText {
  readonly source: MergedSource;
  /** Values of environment variables that are in the text. */
  readonly values: readonly string[];
}

/**
 * Reads files and puts them together.
 *
 * @param environment undefined: variables in the files are not read
 * @throws CommandFailure when a file is missing or too large
 */
export function readStateFiles(paths: readonly string[], environment: Environment | undefined): StateText {
  const files = paths.flatMap(filesAt);
  if (files.length === 0) throw new CommandFailure(`${paths.join(', ')}: there is no file that ends with .yaml, .yml or .json`, 'io');
  const values = new Set<string>();
  const read = files.map((path): StateFile => {
    const { text, errors, values: ofFile, lineOf } = substitute(textAt(path), environment);
    for (const value of ofFile) values.add(value);
    const source = new Source(errors.length > 0 ? {} : text, MAX_YAML_CHARACTERS);
    return { name: path === STANDARD_INPUT ? 'stdin' : path, source, errors, lineOf };
  });
  return { source: new MergedSource(read), values: [...values] };
}

function filesAt(path: string): readonly string[] {
  if (path === STANDARD_INPUT || !statOf(path).isDirectory()) return [path];
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const below = join(folder, entry.name);
      if (entry.isDirectory()) visit(below);
      else if (/\.(yaml|yml|json)$/.test(entry.name)) found.push(below);
      if (found.length > MAX_FILES) {
        throw new CommandFailure(
          `${path}: got more than ${MAX_FILES} files, expected a folder of state files`, 'io',
        );
      }
    }
  };
  visit(path);
  return found;
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw new CommandFailure(`cannot read ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}

/** The text of a file. @throws CommandFailure when it cannot be read, is too large, or is no text */
export function textAt(path: string): string {
  const bytes = bytesAt(path);
  const decoded = decodeText(bytes);
  if (decoded === undefined || decoded.encoding === 'windows-1252') throw new CommandFailure(`${shown(path)}: is no UTF-8 text`, 'io');
  // A byte order mark is no part of the text, and no parser expects one.
  return decoded.text.replace(/^\uFEFF/, '');
}

function bytesAt(path: string): Buffer {
  const tooLarge = () => new CommandFailure(
    `${shown(path)}: got more than ${MAX_FILE_BYTES / 1024 / 1024} MB, expected less: split it, and give select tags to its parts`, 'io');
  let bytes: Buffer;
  try {
    const file = path === STANDARD_INPUT ? 0 : openSync(path, 'r');
    try {
      if (fstatSync(file).size > MAX_FILE_BYTES) throw tooLarge();
      bytes = readFileSync(file);
    } finally {
      if (file !== 0) closeSync(file);
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`cannot read ${shown(path)}: ${messageOf(error)}`, 'io', { cause: error });
  }
  if (bytes.length > MAX_FILE_BYTES) throw tooLarge();
  return bytes;
}

function shown(path: string): string {
  return path === STANDARD_INPUT ? 'stdin' : path;
}
