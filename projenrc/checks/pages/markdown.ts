/** Pages of the repository, and what they are made of. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..', '..');

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** Of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** Every Markdown page that belongs to the repository, committed or not. */
export function pages(): readonly Page[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !path.includes('/recorded/') && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Fenced blocks; those in lists are indented. */
export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^([ \t]*)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm)].map((match) => ({
    line: lineAt(text, match.index), language: match[2] ?? '', code: match[3] ?? '',
  }));
}

/** The page without fenced blocks; lines stay where they are. */
export function proseOf({ text }: Page): string {
  return text.replace(/^([ \t]*)```[\s\S]*?^\1```$/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** From 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
