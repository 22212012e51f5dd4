/** The folder on the admin machine that a site's files are pulled to. */
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommandFailure } from '../command.ts';
import { readText, writeOwnerOnly } from '../eksa/files.ts';

type FileState = 'new' | 'changed' | 'unchanged' | 'gone';

export interface FileChange {
  readonly path: string;
  readonly state: FileState;
}

/** Record of the files that a pull wrote. It tells a file that the site no longer gets from one that the operator put there. */
interface PulledFolder {
  readonly site: string;
  readonly files: readonly string[];
}

const RECORD = '.handoff.json';

/**
 * What writing would change.
 *
 * @param isPart whether a file written earlier belongs to what is pulled now
 * @throws CommandFailure when the folder holds another site, or is part of a cloud assembly
 */
export function compareFolder(
  folder: string,
  site: string,
  files: ReadonlyMap<string, string>,
  isPart: (path: string) => boolean,
): FileChange[] {
  refuseAssembly(folder);
  const record = recordOf(folder);
  if (record && record.site !== site) {
    throw new CommandFailure(`--out: ${folder} holds what was pulled for the site ${record.site}; choose another folder for ${site}`);
  }
  const gone = (record?.files ?? []).filter((path) => isPart(path) && !files.has(path) && existsSync(join(folder, path)));
  return [
    ...[...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]): FileChange => ({ path, state: stateOf(join(folder, path), text) })),
    ...gone.map((path): FileChange => ({ path, state: 'gone' })),
  ];
}

/** Writes what is new or changed, for the owner only, and removes what is gone. */
export function writeFolder(folder: string, site: string, files: ReadonlyMap<string, string>, changes: readonly FileChange[]): void {
  const kept = (recordOf(folder)?.files ?? []).filter((path) => !changes.some((change) => change.path === path && change.state === 'gone'));
  for (const { path, state } of changes) {
    if (state === 'gone') rmSync(join(folder, path));
    // Unchanged ones, too: their mode may have been widened.
    else writeOwnerOnly(join(folder, path), files.get(path)!);
  }
  const record: PulledFolder = { site, files: [...new Set([...kept, ...files.keys()])].sort() };
  writeOwnerOnly(join(folder, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
}

function stateOf(file: string, text: string): FileState {
  if (!existsSync(file)) return 'new';
  return readText(file) === text ? 'unchanged' : 'changed';
}

function recordOf(folder: string): PulledFolder | undefined {
  const file = join(folder, RECORD);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PulledFolder;
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: remove the folder, or choose another`, 'io', { cause: error });
  }
}

/** What a cloud assembly holds is uploaded and kept: it must contain no secret. */
function refuseAssembly(folder: string): void {
  const start = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, 'manifest.json')) && existsSync(join(at, 'cdk.out'))) {
      throw new CommandFailure(
        `--out: ${folder} is inside the cloud assembly ${at}, which must contain no secret; choose a folder outside`,
      );
    }
    if (dirname(at) === at) return;
  }
}
