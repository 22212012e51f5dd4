/** Checks the pages of the repository: TypeScript compiles, commands exist with their options, links lead somewhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { wrongCommandLines } from './pages/command-lines';
import type { Command, Known } from './pages/command-lines';
import { brokenLinks } from './pages/links';
import { ROOT, pages } from './pages/markdown';
import { compileSnippets } from './pages/snippets';

async function main() {
  const all = pages();
  const links = brokenLinks(all);
  const { problems, count } = wrongCommandLines(all, await known());
  for (const problem of [...links, ...problems]) console.error(problem);
  if (links.length + problems.length > 0) process.exitCode = 1;
  console.log(compileSnippets(all));
  console.log(`${count} command lines and the links of ${all.length} pages looked at, ${links.length + problems.length} wrong`);
}

async function known(): Promise<Known> {
  const { COMMANDS } = await import(pathToFileURL(join(ROOT, 'cli', 'command-table.ts')).href) as { COMMANDS: readonly Command[] };
  return { commands: COMMANDS, tasks: Object.keys(JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')).tasks) };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
