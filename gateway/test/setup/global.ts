/** Runs once before all suites: what several of them need is built here, so that no suite depends on another's order. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

import { makeFolderOfRun } from './folder-of-run.ts';
import { MariaDbServer } from './mariadb-server.ts';
import type { MariaDbAddress } from './mariadb-server.ts';
import { PostgresServer } from './postgres-server.ts';
import type { PostgresAddress } from './postgres-server.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

declare module 'vitest' {
  interface ProvidedContext {
    /** A running server; null where the platform has no binaries. */
    readonly postgres: PostgresAddress | null;
    /** A running server; null where the machine has no MariaDB. */
    readonly mariadb: MariaDbAddress | null;
    /** Temporary folder of the run. */
    readonly temporaryFolder: string;
  }
}

/** @returns the function that ends it all, and fails the run when tests left temporary files */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env.HYBRIDGE_TEST_BUNDLE !== 'keep' || !existsSync(join(ROOT, 'lib', 'bundle', 'image'))) {
    execFileSync(join(ROOT, 'node_modules', '.bin', 'tsx'), ['projenrc/bundle.ts'], { cwd: ROOT, stdio: 'inherit' });
  }
  const folder = makeFolderOfRun();
  project.provide('temporaryFolder', folder.path);
  const [server, mariadb] = await Promise.all([PostgresServer.start(folder.path), MariaDbServer.start(folder.path)]);
  if (!server) console.warn(`no PostgreSQL for ${process.platform}-${process.arch} among the installed packages: its suites are skipped`);
  project.provide('postgres', server?.address ?? null);
  if (!mariadb) console.warn('no MariaDB on this machine (Debian: mariadb-server): its suites are skipped');
  project.provide('mariadb', mariadb?.address ?? null);
  return async () => {
    await Promise.all([server?.remove(), mariadb?.remove()]);
    folder.remove();
  };
}
