/** One temporary folder for each run of the suites: removed at the end, when every suite has to have left it empty. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder that contains the temporary folder of each worker; test/setup/environment.ts makes and empties them. */
    readonly temporaryFolders: string;
  }
}

/** @returns the end of the run: throws when something was written after its suite had ended */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hybridge-suites-'));
  project.provide('temporaryFolders', folder);
  return () => {
    const left = readdirSync(folder).flatMap((worker) => readdirSync(join(folder, worker)));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) {
      throw new Error(`temporary folder: contains ${left.join(', ')} after the last suite; a suite removes what it writes before it ends`);
    }
  };
}
