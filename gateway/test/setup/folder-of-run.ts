/** The temporary folder of one run of all suites. A run that leaves something there fails. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Caches of tools that suites start. */
const OF_TOOLS = /^(tsx-|node-compile-cache$)/;

export interface FolderOfRun {
  readonly path: string;
  /** Removes it. @throws Error naming what the tests have left */
  remove(): void;
}

/** Makes the folder. It is the temporary folder (`TMPDIR`) of all suites (environment.ts) and of the processes that they start. */
export function makeFolderOfRun(): FolderOfRun {
  const path = mkdtempSync(join(tmpdir(), 'hybridge-tests-'));
  // PostgreSQL runs as another user, in a folder below.
  chmodSync(path, 0o711);
  return {
    path,
    remove() {
      const left = readdirSync(path).filter((name) => !OF_TOOLS.test(name)).sort();
      rmSync(path, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`tests left in the temporary folder: ${left.join(', ')}; make folders with temporaryFolder()`);
    },
  };
}
