/**
 * Compiles every `ts` block of the README and of docs/, and every `@example` of the constructs, as a file of its own
 * against the sources. A page of fragments names what they rely on in a comment that readers do not see: `<!-- snippets
 * assume`, lines of TypeScript, `-->`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docstringExamples } from './docstring-examples';
import { ROOT, blocksOf } from './markdown';
import type { Page } from './markdown';

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

/**
 * @returns a line about what was compiled, examples of docstrings included. @throws Error with the messages of the
 * compiler, at the lines of the pages
 */
export function compileSnippets(all: readonly Page[]): string {
  // READMEs of examples show lines of their programs, which compile: test/example-readmes.test.ts compares them. The
  // API reference shows declarations.
  const ofPages = all.filter(({ path }) => /^(?:README|CONTRIBUTING)\.md$|^docs\/(?!reference\/api\/)/.test(path)).flatMap(snippetsOf);
  const ofSources = docstringExamples();
  const snippets = [...ofPages, ...ofSources];
  if (ofPages.length === 0) throw new Error('no ```ts block found: the README must show a program');

  const folder = mkdtempSync(join(ROOT, 'examples', '.snippets-'));
  try {
    snippets.forEach(({ code }, at) => writeFileSync(join(folder, `snippet-${at}.ts`), code));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'], compilerOptions: { noUnusedLocals: false } }),
    );
    compile(folder, snippets);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const pageCount = new Set(ofPages.map(({ page }) => page)).size;
  return `${ofPages.length} snippets of ${pageCount} pages and ${ofSources.length} examples of docstrings compile`;
}

function compile(folder: string, snippets: readonly Snippet[]) {
  try {
    execFileSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder, '--noEmit'], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    const output = String((error as { stdout?: string }).stdout);
    throw new Error(output.replace(/snippet-(\d+)\.ts\((\d+),/g, (_, at: string, line: string) => {
      const snippet = snippets[Number(at)]!;
      return `${snippet.page}:${snippet.line + Number(line)} (`;
    }));
  }
}

function snippetsOf(page: Page): Snippet[] {
  // In one line, so that lines of errors are lines of the fragment.
  const assumed = /<!-- snippets assume\n([\s\S]*?)-->/.exec(page.text)?.[1]?.trim().split('\n').join(' ') ?? '';
  return blocksOf(page)
    .filter(({ language }) => language === 'ts')
    .map(({ line, code }) => ({ page: page.path, line, code: asModule(code, assumed) }));
}

/**
 * A block without import or export would share its names with the others; a fragment may give a name that another one
 * takes for granted.
 */
function asModule(block: string, assumed: string): string {
  return /^import /m.test(block) || assumed === '' ? `${block}\nexport {};\n` : `${assumed} {${block}}\nexport {};\n`;
}
