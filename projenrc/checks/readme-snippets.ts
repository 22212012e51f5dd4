/**
 * Compiles every `ts` block of the README and of docs/ as a file of its own against the sources: what a reader copies, compiles. A page of fragments
 * names what they take for granted in a comment that readers do not see: `<!-- snippets assume`, a line of TypeScript each, `-->`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

function main() {
  // READMEs of examples show lines of their programs, which compile: test/example-readmes.test.ts compares them.
  const pages = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs')].filter((page) => existsSync(join(ROOT, page)));
  const snippets = pages.flatMap((page) => snippetsOf(page));
  if (snippets.length === 0) throw new Error('no ```ts block found: the README must show a program');

  const folder = mkdtempSync(join(ROOT, 'examples', '.snippets-'));
  try {
    snippets.forEach(({ code }, at) => writeFileSync(join(folder, `snippet-${at}.ts`), code));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'], compilerOptions: { noUnusedLocals: false } }));
    compile(folder, snippets);
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${snippets.length} snippets of ${new Set(snippets.map((snippet) => snippet.page)).size} pages compile`);
}

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

function compile(folder: string, snippets: readonly Snippet[]) {
  try {
    execFileSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder, '--noEmit'], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    const output = String((error as { stdout?: string }).stdout);
    throw new Error(output.replace(/snippet-(\d+)\.ts\((\d+),/g, (_, at: string, line: string) => {
      const snippet = snippets[Number(at)];
      return `${snippet.page}:${snippet.line + Number(line)} (`;
    }));
  }
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  // In one line, so that the lines of the fragment can be told.
  const assumed = /<!-- snippets assume\n([\s\S]*?)-->/.exec(text)?.[1]?.trim().split('\n').join(' ') ?? '';
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    code: asModule(match[1]!, assumed),
  }));
}

/** A block without import or export would share its names with the others; a fragment may give a name that another one takes for granted. */
function asModule(block: string, assumed: string): string {
  return /^import /m.test(block) || assumed === '' ? `${block}\nexport {};\n` : `${assumed} {${block}}\nexport {};\n`;
}

function markdownIn(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules') && !name.includes('cdk.out'))
    .map((name) => join(folder, name));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
