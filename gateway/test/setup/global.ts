/** Runs once before all suites: what several of them need is built here, so that no suite depends on another's order. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export default function setup(): void {
  if (process.env.HYBRIDGE_TEST_BUNDLE !== 'keep' || !existsSync(join(ROOT, 'lib', 'bundle', 'image'))) {
    execFileSync(join(ROOT, 'node_modules', '.bin', 'tsx'), ['projenrc/bundle.ts'], { cwd: ROOT, stdio: 'inherit' });
  }
}
