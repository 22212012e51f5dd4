/** The `@example`s of the constructs, each in the fixture that jsii-rosetta takes as well. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './markdown';

export interface DocstringExample {
  readonly page: string;
  /** Of the tag, from 1. */
  readonly line: number;
  /** With what it relies on in one line before it, so that lines of errors are lines of the example. */
  readonly code: string;
}

export function docstringExamples(): readonly DocstringExample[] {
  const [before = '', after = ''] = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').split('  /// here\n');
  const assumed = before.replace(/^\/\/.*$/gm, '').replace(/\n/g, ' ');
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => examplesOf(join('src', file)))
    .map(({ code, ...place }) => ({ ...place, code: `${assumed}\n${code}\n${after}export {};\n` }));
}

function examplesOf(page: string): DocstringExample[] {
  const source = ts.createSourceFile(page, readFileSync(join(ROOT, page), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: DocstringExample[] = [];
  const visit = (node: ts.Node) => {
    for (const tag of ts.getJSDocTags(node).filter(({ tagName, parent }) => tagName.text === 'example' && parent.parent === node)) {
      found.push({ page, line: source.getLineAndCharacterOfPosition(tag.pos).line + 1, code: ts.getTextOfJSDocComment(tag.comment) ?? '' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
