import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cases judged by the real EKS Anywhere v0.26 code, and its custom resource definitions; too large for the repository. */
const FOLDER = join(__dirname, '..', '..', '..', '..', 'shared', 'data', 'eks-anywhere');

/** A test that needs the recorded data; without it, it is skipped and its title says why. */
export function testWithData(title: string, run: () => void, timeoutMs?: number): void {
  if (existsSync(FOLDER)) test(title, run, timeoutMs);
  else test.skip(`${title} (skipped: ../shared/data/eks-anywhere is not beside the repository)`, run);
}

export function recorded(path: string): string {
  return readFileSync(join(FOLDER, path), 'utf8');
}

export function recordedLines<T>(path: string): T[] {
  return recorded(path).trim().split('\n').map((line) => JSON.parse(line) as T);
}
