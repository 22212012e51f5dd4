/** From records below the header to the cells of machines; rows that are no machines are reported. */
import type { Severity } from '../finding';
import type { CsvRecord } from '../syntax/csv';
import { linesText } from '../syntax/lines';
import type { Column } from './columns';
import { COLUMNS, REQUIRED_COLUMNS } from './columns';

interface RowProblem {
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  readonly line: number;
}

interface Rows {
  readonly rows: readonly { readonly cells: Record<Column, string>; readonly line: number }[];
  readonly problems: readonly RowProblem[];
  /** Whether some row may be a machine that cannot be read. */
  readonly isIncomplete: boolean;
}

/**
 * @param width how many cells the header has, and therefore every row
 * @param asMeant what a cell is without the flaw that all cells have
 */
export function readRows(
  columns: readonly (Column | undefined)[], width: number, records: readonly CsvRecord[], asMeant: (cell: string) => string = asIs,
): Rows {
  const rows: Rows['rows'][number][] = [];
  const empty: number[] = [];
  const remarks: number[] = [];
  const odd: CsvRecord[] = [];
  const lastRequired = Math.max(...REQUIRED_COLUMNS.map((column) => columns.indexOf(column)));
  let isIncomplete = false;
  for (const record of records) {
    const filled = filledUpTo(record.cells);
    if (filled === 0) {
      empty.push(record.line);
      continue;
    }
    if (record.cells.length !== width) odd.push(record);
    if (filled > width || record.cells.length <= lastRequired || record.cells.length > width && isShifted(columns, record.cells)) {
      isIncomplete = true;
      continue;
    }
    const cells = cellsOf(columns, record.cells, asMeant);
    if (isRemark(cells)) remarks.push(record.line);
    else rows.push({ cells, line: record.line });
  }
  return {
    rows,
    isIncomplete,
    problems: [...oddRows(columns, odd, width), ...emptyRows(empty), ...remarkRows(remarks)],
  };
}

const asIs = (cell: string) => cell;

/** Whether a cell more, and not a comma at the end, makes a row too long: then something else is where the disk should be. */
function isShifted(columns: readonly (Column | undefined)[], cells: readonly string[]): boolean {
  return !/^\s*\//.test(cells[columns.indexOf('disk')]);
}

/** How many cells there are up to the last that holds anything. */
function filledUpTo(cells: readonly string[]): number {
  let length = cells.length;
  while (length > 0 && cells[length - 1].trim() === '') length--;
  return length;
}

function cellsOf(
  columns: readonly (Column | undefined)[], record: readonly string[], asMeant: (cell: string) => string,
): Record<Column, string> {
  const cells = { ...BLANK };
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at];
    if (!column) continue;
    const cell = asMeant(record[at] ?? '');
    // A second list of nameservers is added to the first; of other columns the last counts.
    cells[column] = column === 'nameservers' && columns.indexOf(column) < at ? `${cells[column]}|${cell}` : cell;
  }
  return cells;
}

const BLANK = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Record<Column, string>;

/** A sum or a note below the table: nothing in it is where a machine must have something, but for one cell. */
function isRemark(cells: Record<Column, string>): boolean {
  return REQUIRED_COLUMNS.filter((column) => cells[column].trim() !== '').length <= 1;
}

function oddRows(columns: readonly (Column | undefined)[], records: readonly CsvRecord[], width: number): RowProblem[] {
  if (records.length === 0) return [];
  const [{ cells, line }] = records;
  const others = records.length === 1 ? '' : ` (also ${linesText(records.slice(1).map((record) => record.line))})`;
  const fix = cells.length > width && filledUpTo(cells) <= width && !isShifted(columns, cells)
    ? 'remove the commas behind the last column'
    : cells.length > width
      ? "quote cells that hold a comma; join several nameservers or labels by '|'"
      : 'give every row a cell for each column, be it empty';
  return [{ severity: 'error', message: `has ${cells.length} cells; the header has ${width} columns${others}`, fix, line }];
}

function emptyRows(lines: readonly number[]): RowProblem[] {
  if (lines.length === 0) return [];
  const message = `has ${lines.length === 1 ? 'a row' : 'rows'} without any value (${linesText(lines)}); the tools take each for a machine`;
  return [{ severity: 'error', message, fix: `delete the ${lines.length === 1 ? 'row' : 'rows'}`, line: lines[0] }];
}

function remarkRows(lines: readonly number[]): RowProblem[] {
  if (lines.length === 0) return [];
  const rows = lines.length === 1 ? 'a row' : 'rows';
  const message = `has ${rows} with hardly a value (${linesText(lines)}); the tools take each for a machine`;
  return [{ severity: 'error', message, fix: 'delete what describes no machine', line: lines[0] }];
}
