/** What people read in a file: comments and strings of sources, prose of pages. Code, links and quoted commands are left out. */
import * as ts from 'typescript';

/** A piece of prose. */
export interface Prose {
  /** Line of the file where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Prose of a file, by what its name ends with. */
export function proseOf(file: string, text: string): Prose[] {
  return file.endsWith('.md') ? proseOfPage(text) : proseOfSource(text);
}

/** Lines of a page without code: fences, inline code, targets of links and addresses. */
function proseOfPage(text: string): Prose[] {
  let fenced = false;
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) {
      fenced = !fenced;
      return [];
    }
    if (fenced) return [];
    return [{ line: at + 1, text: withoutCode(line).replace(/\]\([^)]*\)/g, ']') }];
  });
}

/** Comments and literals of a TypeScript or JavaScript file. */
function proseOfSource(text: string): Prose[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const found: Prose[] = [];
  const add = (position: number, piece: string) => {
    const first = source.getLineAndCharacterOfPosition(position).line + 1;
    piece.split('\n').forEach((line, at) => found.push({ line: first + at, text: withoutCode(line) }));
  };
  const comments = new Map<number, number>();
  const visit = (node: ts.Node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) comments.set(range.pos, range.end);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) comments.set(range.pos, range.end);
    if (ts.isStringLiteralLike(node) && !isName(node)) add(node.getStart(), node.text);
    else if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) add(node.getStart(), node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  // The last token of a file carries the comments after the last statement.
  for (const range of ts.getLeadingCommentRanges(text, source.endOfFileToken.getFullStart()) ?? []) comments.set(range.pos, range.end);
  for (const [start, end] of comments) add(start, text.slice(start, end));
  return found.sort((one, other) => one.line - other.line);
}

/** Module specifiers and property names are no prose. */
function isName(node: ts.StringLiteralLike): boolean {
  return (
    ts.isImportDeclaration(node.parent) ||
    ts.isExportDeclaration(node.parent) ||
    (ts.isPropertyAssignment(node.parent) && node.parent.name === node)
  );
}

function withoutCode(line: string): string {
  return line.replace(/`[^`]*`/g, '`…`').replace(/\bhttps?:\/\/\S+/g, '');
}
