/** What editors, web pages and chats did to the text of cluster.yaml: reported once, and undone without moving a line. */
import type { Finding } from '../finding';
import type { TextEncoding } from '../syntax/encoding';
import { linesText } from '../syntax/lines';
import { fileFinding } from './file-finding';

interface MendedText {
  readonly text: string;
  readonly findings: readonly { readonly finding: Finding; readonly isEncoding?: boolean }[];
}

/** Blanks that YAML takes for text. */
const OTHER_BLANKS = '\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000';
const OTHER_BLANK = new RegExp(`^(\\s*(?:[^\\s:#'"]+:|-)?)( *[${OTHER_BLANKS}][ ${OTHER_BLANKS}]*)`);
const FENCE = /^(```|~~~)[\w .-]*$/;

export function mended(source: string, encoding: TextEncoding): MendedText {
  const lines = source.replace(/^\ufeff/, '').split('\n');
  const findings: MendedText['findings'][number][] = encodingFindings(lines, encoding);
  const fences = numbersOf(lines, (line) => FENCE.test(line.trimEnd()));
  if (fences.length > 0) {
    const message = `holds the fences of Markdown, such as ${lines[fences[0] - 1].trim()} (${linesText(fences)}), which are no YAML`;
    findings.push({ finding: fileFinding(message, fences[0], 'remove these lines') });
    for (const number of fences) lines[number - 1] = '';
  }
  const blanks = numbersOf(lines, (line) => OTHER_BLANK.test(line));
  if (blanks.length > 0) {
    const code = new RegExp(`[${OTHER_BLANKS}]`).exec(lines[blanks[0] - 1])![0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const message = `has blanks that YAML takes for text (U+${code}, ${linesText(blanks)}), as web pages and word processors write them`;
    findings.push({ finding: fileFinding(message, blanks[0], 'replace them by plain blanks') });
    for (const number of blanks) lines[number - 1] = withPlainBlanks(lines[number - 1]);
  }
  return { text: lines.join('\n'), findings };
}

function numbersOf(lines: readonly string[], holds: (line: string) => boolean): number[] {
  return lines.flatMap((line, at) => holds(line) ? [at + 1] : []);
}

function encodingFindings(lines: readonly string[], encoding: TextEncoding): MendedText['findings'][number][] {
  if (encoding === 'utf-8') return [];
  const line = encoding === 'utf-16' ? 1 : lines.findIndex((text) => /[^\u0000-\u007f]/.test(text)) + 1;
  const message = `is ${encoding === 'utf-16' ? 'UTF-16 text' : 'not UTF-8 text, but in the encoding of Windows'}, the tools read UTF-8`;
  const finding = fileFinding(message, line, 'save it as UTF-8');
  return [{ finding, isEncoding: true }];
}

function withPlainBlanks(line: string): string {
  return line.replace(OTHER_BLANK, (_all, before: string, blanks: string) => {
    const plain = (text: string) => text.replace(/\u200b/g, '').replace(/[^ ]/g, ' ');
    return before.replace(/^\s+/, plain) + plain(blanks);
  });
}

/** The text of a document with blanks for tabs, where every line that is indented is so by tabs; undefined for others. */
export function withBlanks(text: string): string | undefined {
  const indented = text.split('\n').filter((line) => /^\s+[^\s#]/.test(line));
  if (!indented.every((line) => /^\t+[^\s]/.test(line))) return undefined;
  return text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length));
}
