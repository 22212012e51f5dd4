/** Comma-separated values as Go's encoding/csv reads them: RFC 4180 quotes, every record as long as the first. */

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line on which the record starts, from 1. */
  readonly line: number;
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
  const reader = new Reader(content.replace(/\r\n/g, '\n').replace(/\r$/, ''));
  const records: CsvRecord[] = [];
  while (!reader.ended) {
    const record = reader.record();
    if (!record) continue;
    const expected = records[0]?.cells.length ?? record.cells.length;
    if (record.cells.length !== expected) {
      throw new CsvSyntaxError(`has ${record.cells.length} cells; the header has ${expected} columns`, record.line);
    }
    records.push(record);
  }
  return records;
}

/** One line of CSV without its end; cells are quoted only where they must be. */
export function formatRecord(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]|^\s/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell).join(',');
}

class Reader {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  public get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The next record, or undefined for a blank line. */
  public record(): CsvRecord | undefined {
    const line = this.line;
    if (this.text[this.at] === '\n') {
      this.next();
      return undefined;
    }
    const cells: string[] = [];
    do cells.push(this.text[this.at] === '"' ? this.quoted() : this.bare());
    while (this.skip(','));
    this.skip('\n');
    return { cells, line };
  }

  private bare(): string {
    const start = this.at;
    while (!this.ended && this.text[this.at] !== ',' && this.text[this.at] !== '\n') {
      if (this.text[this.at] === '"') {
        throw new CsvSyntaxError('has a bare " inside a cell; quote the whole cell and double the quote', this.line);
      }
      this.at++;
    }
    return this.text.slice(start, this.at);
  }

  private quoted(): string {
    const start = this.line;
    let cell = '';
    this.next();
    for (;;) {
      if (this.ended) throw new CsvSyntaxError('has a quoted cell without an end', start);
      if (this.text[this.at] !== '"') cell += this.next();
      else if (this.text[this.at + 1] === '"') {
        cell += '"';
        this.at += 2;
      } else break;
    }
    this.next();
    if (!this.ended && this.text[this.at] !== ',' && this.text[this.at] !== '\n') {
      throw new CsvSyntaxError('has text after a quoted cell', this.line);
    }
    return cell;
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.next();
    return true;
  }

  private next(): string {
    const character = this.text[this.at++];
    if (character === '\n') this.line++;
    return character;
  }
}
