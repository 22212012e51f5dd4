/** The generated Go sources, compiled where the module proxy has what they require. */
import { join } from 'node:path';
import { isInstalled, run, skipped } from './language';

/** @param sources what jsii-pacmak has generated for Go */
export function go(sources: string): void {
  if (!isInstalled('go', 'version')) return skipped('the Go module', 'go is not installed here');
  const cwd = join(sources, 'cdkhybridge');
  try {
    run('go', ['mod', 'tidy'], { cwd });
  } catch (error) {
    const lacking = /^.*(?:40[34] |Forbidden|unrecognized import path|no matching versions|unknown revision).*$/m
      .exec((error as Error).message);
    if (lacking) return skipped('the Go module', `the module proxy does not have all of its requirements (${moduleIn(lacking[0])})`);
    throw error;
  }
  run('go', ['build', './...'], { cwd });
  process.stdout.write('Go: the module compiles\n');
}

/** The module that a line of go's report is about. */
function moduleIn(line: string): string {
  return /\b[\w.-]+\.[a-z]+\/[\w./-]+@v[\w.-]+/.exec(line)?.[0] ?? 'one that it does not name';
}
