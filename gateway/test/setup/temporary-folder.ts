/** Temporary folders of suites. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

// The workers of a run are ended by a signal, so that nothing can wait for the end of the process.
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Makes a folder that is removed after the suite that imports this file. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `hybridge-${name}-`));
  folders.push(folder);
  return folder;
}
