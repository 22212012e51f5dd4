/**
 * Holds the word list (projenrc/checks/words/word-list.ts) over everything that people read: pages, docstrings,
 * comments, messages, test titles.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusedWords } from './words/find';

const ROOT = join(__dirname, '..', '..');

/**
 * The list and its test quote what they refuse. Recordings are the words of other projects; snapshots and generated files follow from
 * the sources.
 */
const LEFT_OUT = new RegExp([
  '^projenrc/checks/words/', '^test/projenrc/words\\.test\\.ts$', '^API\\.md$', '^docs/reference/api/', '^LICENSE',
  '/recorded/', '/fixtures/kong-chart/', '__snapshots__',
].join('|'));

function main() {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split('\n')
    .filter((file) => /\.(?:ts|mts|mjs|md)$/.test(file) && !LEFT_OUT.test(file) && existsSync(join(ROOT, file)))
    .filter((file) => isBelow(file, process.argv.slice(2)));
  const problems = files.flatMap((file) => refusedWords(file, readFileSync(join(ROOT, file), 'utf8')));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  console.log(`${files.length} files read, ${problems.length} wordings refused`);
}

function isBelow(file: string, rooms: readonly string[]): boolean {
  return rooms.length === 0 || rooms.some((room) => file === room || file.startsWith(`${room.replace(/\/$/, '')}/`));
}

main();
