/** How a file of machines is written: what a spreadsheet makes of it, and where its header is. */
import { readCsv } from '../syntax/csv';
import type { TextEncoding } from '../syntax/encoding';
import { COLUMNS, REQUIRED_COLUMNS } from './columns';
import { plainName } from './header';

/** What the tools would read otherwise than it is meant. */
export interface FormFlaw {
  readonly message: string;
  readonly fix: string;
}

export interface FileForm {
  /** With LF line ends and without a byte order mark. */
  readonly text: string;
  readonly separator: string;
  /** Line of the header, from 1; undefined when no line names columns. */
  readonly headerLine?: number;
  readonly flaws: readonly FormFlaw[];
}

const SEPARATORS = [',', ';', '\t'];
/** Rows above the header are a title, a date, a remark. */
const MAX_LINES_ABOVE = 20;
/** Below the first line fewer known names than this are words of a title. */
const MIN_KNOWN_NAMES = 2;

const PLAIN = 'save it as CSV in UTF-8 without byte order mark, with commas between cells';

export function formOf(source: string, encoding: TextEncoding = 'utf-8'): FileForm {
  const hasMark = source.startsWith('\ufeff');
  const marked = hasMark ? source.replace(/^\ufeff+/, '') : source;
  const firstLine = /^[^\n]*/.exec(marked)![0].replace(/\r+$/, '');
  const endsWithCr = firstLine.includes('\r');
  const text = endsWithCr ? marked.replace(/\r\n?/g, '\n') : marked;
  const header = headerOf(text);
  const { separator = ',', line, names = [] } = header ?? {};
  return {
    text,
    separator,
    headerLine: line,
    flaws: [
      ...(encoding === 'utf-16' ? [{ message: 'is UTF-16 text, the tools read UTF-8', fix: PLAIN }] : []),
      ...(hasMark && encoding !== 'utf-16' && markMatters(names[0], line) ? [BYTE_ORDER_MARK] : []),
      ...(separator === ',' ? [] : [separatedBy(separator)]),
      ...(endsWithCr ? [{ message: 'ends its lines with CR alone; expected LF', fix: 'save it with LF line ends' }] : []),
      ...(line !== undefined && line > 1 ? rowsAbove(text, line) : []),
    ],
  };
}

const BYTE_ORDER_MARK: FormFlaw = {
  message: 'starts with a byte order mark, which the tools read as part of the first column name',
  fix: PLAIN,
};

/** A mark before a column that the tools ignore does no harm, unless quotes follow it. */
function markMatters(first: string | undefined, line: number | undefined): boolean {
  return line === undefined || line > 1 || first === undefined || first.startsWith('"')
    || COLUMNS.some((column) => column === plainName(first));
}

function separatedBy(separator: string): FormFlaw {
  return { message: `is separated by ${separator === '\t' ? 'tabs' : `'${separator}'`}, the tools want ','`, fix: PLAIN };
}

function rowsAbove(text: string, line: number): FormFlaw[] {
  const count = text.split('\n', line - 1).filter((above) => above.trim() !== '').length;
  if (count === 0) return [];
  const rows = count === 1 ? 'a row' : `${count} rows`;
  return [{ message: `has ${rows} above the header; the tools take the first row for it`, fix: `delete what is above line ${line}` }];
}

/** The line among the first that names most columns, by the separator that finds most of them. */
function headerOf(text: string): { separator: string; line: number; names: readonly string[] } | undefined {
  const top = text.split('\n', MAX_LINES_ABOVE + 1).join('\n');
  const found = SEPARATORS.flatMap((separator) => readCsv(top, separator).records.map(({ cells, line }) => ({
    separator, line, names: cells, known: knownNames(cells),
  })));
  const most = Math.max(0, ...found.map(({ known }) => known));
  const header = found.find(({ known }) => known === most);
  return most < (header?.line === 1 ? 1 : MIN_KNOWN_NAMES) ? undefined : header;
}

function knownNames(cells: readonly string[]): number {
  const names = new Set(cells.map(plainName));
  return REQUIRED_COLUMNS.filter((column) => names.has(column)).length;
}
