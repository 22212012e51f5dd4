import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Custom resource definitions and test files of the EKS Anywhere project, which are not ours to commit. */
const FOREIGN = join(__dirname, '..', '..', '..', 'shared', 'data', 'eks-anywhere');

/** A test that needs files of the EKS Anywhere project; without them, it is skipped and its title says why. */
export function testWithForeignFiles(title: string, run: () => void, timeoutMs?: number): void {
  if (existsSync(FOREIGN)) test(title, run, timeoutMs);
  else test.skip(`${title} (skipped: ../shared/data/eks-anywhere is not beside the repository)`, run);
}

export function foreignFile(path: string): string {
  return readFileSync(join(FOREIGN, path), 'utf8');
}

/** Cases judged by the real EKS Anywhere v0.26 code: see recorded/README.md. */
export function recordedLines<T>(name: 'cases' | 'updates'): T[] {
  const text = gunzipSync(readFileSync(join(__dirname, 'recorded', `${name}.jsonl.gz`))).toString('utf8');
  return text.trim().split('\n').map((line) => JSON.parse(line) as T);
}
