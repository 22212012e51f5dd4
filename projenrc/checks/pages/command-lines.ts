/**
 * Lines of a shell in pages: `hybridge …` is a command with options that it has, `npx projen …` and `npm run …` are
 * tasks of this repository.
 */
import { blocksOf, lineAt, proseOf } from './markdown';
import type { Page } from './markdown';

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly subcommands?: readonly Command[];
}

export interface Known {
  readonly commands: readonly Command[];
  /** Of projen; npm runs the same. */
  readonly tasks: readonly string[];
}

interface Line {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

/** What a page writes where a reader puts a value, or leaves words out. */
const PLACEHOLDER = /^(?:<|\[|…|\.\.\.)/;

/** @returns what is wrong, and how many lines were looked at */
export function wrongCommandLines(
  all: readonly Page[],
  { commands, tasks }: Known,
): { readonly problems: readonly string[]; readonly count: number } {
  const lines = all.filter(({ path }) => path !== 'CHANGELOG.md').flatMap(linesOf);
  const problems = lines.flatMap(({ page, line, text }) => {
    const words = text.split(/\s+/);
    const problem = words[0] === 'hybridge' ? commandProblem(commands, words.slice(1)) : taskProblem(tasks, words);
    return problem === undefined ? [] : [`${page}:${line}: ${text}: ${problem}`];
  });
  return { problems, count: lines.length };
}

function commandProblem(commands: readonly Command[], words: readonly string[]): string | undefined {
  const [name, ...rest] = words;
  if (name === undefined || PLACEHOLDER.test(name) || ['help', '--help', 'version', '--version'].includes(name)) return undefined;
  const command = commands.find((each) => each.name === name);
  if (!command) return `there is no command '${name}'`;
  const [next] = rest;
  if (command.subcommands && next !== undefined && !next.startsWith('-') && !PLACEHOLDER.test(next)) {
    // Alternatives, as in check|diff.
    const below = next.split('|').map((each) => command.subcommands!.find((candidate) => candidate.name === each));
    if (below.includes(undefined)) return `there is no subcommand '${next}'`;
    return optionProblem(below[0]!, rest.slice(1));
  }
  return optionProblem(command, rest);
}

function optionProblem({ usage }: Command, words: readonly string[]): string | undefined {
  const options = words.flatMap((word) => /^\[?(--[a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  const known = new Set([...usage.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option).concat('--help'));
  const unknown = options.find((option) => !known.has(option));
  return unknown === undefined ? undefined : `there is no option ${unknown}`;
}

function taskProblem(tasks: readonly string[], [, , name]: readonly string[]): string | undefined {
  return name === undefined || PLACEHOLDER.test(name) || tasks.includes(name) ? undefined : `there is no task '${name}'`;
}

/** `$ A=b npx hybridge x --y | z` → `hybridge x --y` */
const LINE = /^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(?:npx )?((?:hybridge|npx projen|projen|npm run)\b(?: [^|>;&#`\n]*)?)/;

function linesOf(page: Page): Line[] {
  const shell = blocksOf(page)
    .filter(({ language }) => ['', 'sh', 'console', 'text'].includes(language))
    .flatMap(({ line, code }) =>
      code
        .replace(/\\\n/g, ' ')
        .split('\n')
        .flatMap((text, at) => text.split(/ && | \| /).map((part) => ({ page: page.path, line: line + at + 1, text: part }))),
    );
  const prose = proseOf(page);
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap((match) => (
    match[1]!.split(/ && | \| /).map((text) => ({ page: page.path, line: lineAt(prose, match.index), text }))));
  return [...shell, ...inline].flatMap(({ text, ...place }) => {
    const command = LINE.exec(text)?.[1]?.trim();
    if (command === undefined || /^hybridge\b[^ ]/.test(command)) return [];
    const words = command.startsWith('projen ') ? `npx ${command}` : command;
    return words === 'npm run' || words === 'npx projen' ? [] : [{ ...place, text: words }];
  });
}
