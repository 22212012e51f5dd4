/** Comma-separated values as Go's encoding/csv reads them: RFC 4180 quotes, every record as long as the first. */

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line on which the record starts, from 1. */
  readonly line: number;
}

/** Quotes that Go refuses, and where. */
export interface CsvProblem {
  readonly message: string;
  readonly line: number;
}

export interface CsvText {
  /** Every record, whatever its length; a blank line is none. */
  readonly records: readonly CsvRecord[];
  /** The records are read as if these quotes were part of their cells. */
  readonly problems: readonly CsvProblem[];
  /** Line of a quote without its partner: what follows is one cell. */
  readonly openQuote?: number;
}

/** Why a text is no CSV, and where. */
export class CsvSyntaxError extends Error {
  constructor(message: string, public readonly line: number) {
    super(message);
  }
}

/**
 * The records of a text; blank lines are none.
 *
 * @throws CsvSyntaxError on quotes out of place and on records of another length than the first
 */
export function parseCsv(content: string): CsvRecord[] {
  const { records, problems } = readCsv(content);
  const expected = records[0]?.cells.length;
  const odd = records.find(({ cells }) => cells.length !== expected);
  const length = odd && { message: `has ${odd.cells.length} cells; the header has ${expected} columns`, line: odd.line };
  const [first] = [...problems.slice(0, 1), ...(length ? [length] : [])].sort((one, other) => one.line - other.line);
  if (first) throw new CsvSyntaxError(first.message, first.line);
  return [...records];
}

/** The records of a text, with everything that Go would refuse about its quotes. */
export function readCsv(content: string, separator = ','): CsvText {
  const reader = new Reader(content.includes('\r') ? content.replace(/\r\n/g, '\n').replace(/\r$/, '') : content, separator);
  const records: CsvRecord[] = [];
  while (!reader.ended) {
    const record = reader.record();
    if (record) records.push(record);
  }
  return { records, problems: reader.problems, openQuote: reader.openQuote };
}

/** One line of CSV without its end; cells are quoted only where they must be. */
export function formatRecord(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]|^\s/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell).join(',');
}

class Reader {
  public readonly problems: CsvProblem[] = [];
  public openQuote?: number;
  private at = 0;
  private line = 1;

  constructor(private readonly text: string, private readonly separator: string) {}

  public get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The next record, or undefined for a blank line. */
  public record(): CsvRecord | undefined {
    const line = this.line;
    const end = this.endOf('\n');
    if (end === this.at) {
      this.skip('\n');
      return undefined;
    }
    const text = this.text.slice(this.at, end);
    // Few files have quotes: without them a line is a record.
    if (!text.includes('"')) {
      this.at = end;
      this.skip('\n');
      return { cells: text.split(this.separator), line };
    }
    const cells: string[] = [];
    do cells.push(this.text[this.at] === '"' ? this.quoted() : this.bare());
    while (this.skip(this.separator));
    this.skip('\n');
    return { cells, line };
  }

  private bare(): string {
    const text = this.rest();
    if (text.includes('"')) this.refuse('has a bare " inside a cell; quote the whole cell and double the quote');
    return text;
  }

  private quoted(): string {
    const start = this.line;
    let cell = '';
    this.at++;
    for (;;) {
      const end = this.endOf('"');
      const text = this.text.slice(this.at, end);
      this.line += text.split('\n').length - 1;
      this.at = end + 1;
      cell += text;
      if (end === this.text.length) {
        this.at = end;
        this.openQuote = start;
        this.refuse('has a quoted cell without an end', start);
        return cell;
      }
      if (this.text[this.at] !== '"') break;
      cell += '"';
      this.at++;
    }
    const behind = this.rest();
    if (behind !== '') this.refuse('has text after a quoted cell');
    return cell + behind;
  }

  /** Up to the end of the cell, quotes taken for text. */
  private rest(): string {
    const line = this.text.slice(this.at, this.endOf('\n'));
    const end = line.indexOf(this.separator);
    const text = end < 0 ? line : line.slice(0, end);
    this.at += text.length;
    return text;
  }

  private endOf(character: string): number {
    const found = this.text.indexOf(character, this.at);
    return found < 0 ? this.text.length : found;
  }

  private refuse(message: string, line = this.line) {
    this.problems.push({ message, line });
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    if (character === '\n') this.line++;
    return true;
  }
}
