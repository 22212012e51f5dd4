/** Folders of tests, gone when the tests' process ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `hybridge-${name}-`));
  folders.push(folder);
  return folder;
}
