/** Splits cluster.yaml into documents: where the tools do, and where people meant it. */
import type { Finding } from '../finding';
import { linesText } from '../syntax/lines';
import { fileFinding } from './file-finding';

/** The text of one document, with LF line ends. */
export interface Piece {
  readonly text: string;
  readonly firstLine: number;
}

interface Split {
  readonly pieces: readonly Piece[];
  readonly findings: readonly Finding[];
}

interface Separator {
  /** As it is written. */
  readonly line: string;
  readonly number: number;
}

/** The tools split on nothing but a line that is exactly `---`, and lose for one of their two readers what other separators begin. */
export function pieces(text: string): Split {
  const found: Piece[] = [];
  const lost: Separator[] = [];
  const missing: number[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  let separator: Separator | undefined;
  const close = (isFollowed: boolean) => {
    const isAfterContent = found.some((piece) => piece.firstLine >= lastPlain && hasContent(piece.text));
    if (separator && separator.line !== '---' && isAfterContent && lines.some(isContent)) lost.push(separator);
    // The line feed before a separator is the document's: a block of text may keep its last lines.
    found.push(...withoutSeparators({ text: `${lines.join('\n')}${isFollowed ? '\n' : ''}`, firstLine }, missing));
  };
  // Line of the last separator that the tools know: documents are lost among those after it.
  let lastPlain = 0;
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.replace(/\r$/, '');
    if (!/^---(\s|$)/.test(line)) {
      lines.push(line);
      continue;
    }
    close(true);
    separator = { line: written, number: index + 1 };
    if (written === '---') lastPlain = index + 1;
    lines = [line.replace(/^---/, '   ')];
    firstLine = index + 1;
  }
  close(false);
  return { pieces: found, findings: [...lostFindings(lost), ...missingFindings(missing)] };
}

function isContent(line: string): boolean {
  return /^[^#\s%]/.test(line) && line !== '...';
}

function hasContent(text: string): boolean {
  return text.split('\n').some(isContent);
}

function lostFindings(lost: readonly Separator[]): Finding[] {
  if (lost.length === 0) return [];
  const [{ line, number }] = lost;
  const lines = linesText(lost.map((separator) => separator.number));
  if (lost.every((separator) => separator.line === '---\r')) {
    const message = `ends its lines with CRLF, so that no separator is a line of exactly '---' (${lines}): the CLI loses the documents `
      + 'behind them';
    return [fileFinding(message, number, 'save it with LF line ends', 'P5')];
  }
  const message = `separates documents by ${JSON.stringify(line)} (${lines}); the CLI knows only a line of exactly '---', and loses what `
    + 'follows';
  return [fileFinding(message, number, 'remove what follows the three dashes', 'P5')];
}

/** Files that were put one after the other with nothing between them: the keys of a document come a second time. */
function withoutSeparators(piece: Piece, missing: number[]): Piece[] {
  const lines = piece.text.split('\n');
  const starts: number[] = [];
  let seen = new Set<string>();
  for (const [at, line] of lines.entries()) {
    const [, key] = /^\ufeff?(apiVersion|kind|metadata|spec|\{$)/.exec(line) ?? [];
    if (key === undefined) continue;
    if (seen.has(key) && (key === '{' ? lines[at - 1] === '}' : isDocument(lines, at))) {
      starts.push(at);
      seen = new Set();
    }
    seen.add(key);
  }
  missing.push(...starts.map((at) => piece.firstLine + at));
  return [0, ...starts].map((start, index) => ({
    text: textBefore(lines.slice(start, starts[index]), index < starts.length),
    firstLine: piece.firstLine + start,
  }));
}

/** A file without a final line feed leaves the separator of the next one at the end of its last line. */
function textBefore(lines: readonly string[], isFollowed: boolean): string {
  const text = lines.join('\n').replace(/^\ufeff/, '');
  return isFollowed ? `${text.replace(/---$/, '')}\n` : text;
}

/** Whether an API version and a kind follow. */
function isDocument(lines: readonly string[], start: number): boolean {
  const next = lines.slice(start, start + 40).join('\n');
  return /^\ufeff?apiVersion:/m.test(next) && /^\ufeff?kind:/m.test(next);
}

function missingFindings(missing: readonly number[]): Finding[] {
  if (missing.length === 0) return [];
  const message = `starts another document without a line '---' before it (${linesText(missing)}), as when files are put one after `
    + 'the other';
  return [fileFinding(message, missing[0], "put a line of exactly '---' between the documents")];
}
