/** Machines of hardware.csv: reading and writing them. Values stay text: rules judge them. */
import type { Severity } from '../finding';
import type { CsvText } from '../syntax/csv';
import { formatRecord, readCsv } from '../syntax/csv';
import type { SourceText, TextEncoding } from '../syntax/encoding';
import { textOf } from '../syntax/encoding';
import type { Column } from './columns';
import { COLUMNS, REQUIRED_COLUMNS } from './columns';
import { formOf } from './file-form';
import type { FileForm } from './file-form';
import { misnamedText, readHeader } from './header';
import type { Header } from './header';
import { readRows } from './rows';
import { unwrapped } from './spreadsheet-cell';

/** How findings name the file; those about one machine read `hardware.csv/<hostname>.<column>`. */
export const HARDWARE_FILE = 'hardware.csv';

export type MachineCells = Readonly<Record<Column, string>>;

interface LabelPair {
  readonly key: string;
  readonly value: string;
}

export interface Machine {
  readonly cells: MachineCells;
  readonly labels: Readonly<Record<string, string>>;
  /** Every pair in order, doubled keys included; undefined when the cell is malformed. */
  readonly labelPairs?: readonly LabelPair[];
  /** Line in the file, from 1; undefined for machines that come from code. */
  readonly line?: number;
}

/** A problem of the file as a whole: its form, its header, rows that are no machines. */
export interface FileProblem {
  readonly severity: Severity;
  readonly message: string;
  readonly fix?: string;
  readonly line: number;
}

/** What was read. Machines are those of the file as if its problems were fixed, as far as it is clear how. */
export interface Hardware {
  readonly machines: readonly Machine[];
  /** The error that explains the others best. */
  readonly fileProblem?: FileProblem;
  /** Every problem of the file as a whole, that one first. */
  readonly fileProblems?: readonly FileProblem[];
  /** Whether rows could not be read, so that machines may be missing. */
  readonly isIncomplete?: boolean;
}

export function parseHardware(source: SourceText): Hardware {
  const { text: csv, encoding } = textOf(source);
  if (csv.trim() === '') return hardwareOf([], [problem('is empty; expected a header and one row a machine', 1)], true);
  const form = formOf(csv, encoding);
  const text = readCsv(form.text, form.separator);
  const at = text.records.findIndex(({ line }) => line === form.headerLine);
  if (at < 0) return hardwareOf([], [withoutHeader(form, text)], true);
  const names = text.records[at];
  const header = readHeader(names.cells);
  const rows = readRows(header.columns, names.cells.length, text.records.slice(at + 1), cellAsMeant(header, text));
  const problems = [
    ...formProblems(form, header, names.line),
    ...quoteProblems(text, form),
    ...rows.problems,
    ...warnings(header, names.line, encoding),
  ];
  // Rows say nothing about a column that is not there: only the header is judged.
  const isUnclear = header.missing.length > 0 || text.openQuote !== undefined;
  const machines = isUnclear ? [] : rows.rows.map(({ cells, line }) => machineFromCells(cells, line));
  return hardwareOf(machines, problems, isUnclear || rows.isIncomplete);
}

function hardwareOf(machines: readonly Machine[], fileProblems: readonly FileProblem[], isIncomplete: boolean): Hardware {
  const fileProblem = fileProblems.find(({ severity }) => severity === 'error');
  return { machines, ...(fileProblem ? { fileProblem } : {}), ...(fileProblems.length > 0 ? { fileProblems } : {}), isIncomplete };
}

function problem(message: string, line: number, fix?: string): FileProblem {
  return { severity: 'error', message, line, fix };
}

function withoutHeader({ flaws }: FileForm, { records }: CsvText): FileProblem {
  const message = `has no header: the first row must name the columns ${REQUIRED_COLUMNS.join(', ')}`;
  return problem([...flaws.map((flaw) => flaw.message), message].join('; '), records[0]?.line ?? 1, `add the line ${COLUMNS.join(',')}`);
}

/** One sentence about the form of the file, whatever is wrong with it: it is fixed by saving it once in another way. */
function formProblems({ flaws }: FileForm, header: Header, line: number): FileProblem[] {
  const misnamed = misnamedText(header);
  const missing = header.missing.length === 0 ? [] : [{
    message: `lacks the columns ${header.missing.join(', ')}`,
    fix: `add ${header.missing.length === 1 ? 'the column' : 'the columns'} to the header and to every row`,
  }];
  const all = [...flaws, ...(misnamed ? [misnamed] : []), ...missing];
  if (all.length === 0) return [];
  return [problem(all.map(({ message }) => message).join('; '), line, [...new Set(all.map(({ fix }) => fix))].join('; '))];
}

/** The first only: what follows is read in its light. */
function quoteProblems({ problems }: CsvText, { text }: FileForm): FileProblem[] {
  return problems.slice(0, 1).map(({ message, line }) => {
    const isFormula = text.split('\n')[line - 1]?.includes('="');
    return isFormula
      ? problem('has cells written as formulas, such as ="text"; the tools take no quotes inside a cell', line, 'write the text alone')
      : problem(message, line);
  });
}

/** A flaw that all cells of a file share is reported once. */
function cellAsMeant({ isPadded, misnamed }: Header, { problems }: CsvText): ((cell: string) => string) | undefined {
  if (isPadded && misnamed.length > 0) return (cell) => cell.trim();
  return problems.length > 0 ? unwrapped : undefined;
}

/** What the tools pass over without a word. */
function warnings({ ignored }: Header, line: number, encoding: TextEncoding): FileProblem[] {
  const names: FileProblem[] = ignored.map(({ name, column }) => ({
    severity: 'warning',
    message: `has a column '${name}', which the tools ignore; did you mean '${column}'?`,
    fix: `rename it to ${column}`,
    line,
  }));
  const message = 'is not UTF-8 text, but in the encoding of Windows';
  const bytes: FileProblem = { severity: 'warning', message, fix: 'save it as UTF-8', line: 1 };
  return encoding === 'windows-1252' ? [...names, bytes] : names;
}

/** A machine from its cells, as it would be after writing and reading it. */
export function machineFromCells(cells: MachineCells, line?: number): Machine {
  const labelPairs = parseLabels(cells.labels);
  return { cells, line, labelPairs, labels: Object.fromEntries((labelPairs ?? []).map(({ key, value }) => [key, value])) };
}

/** The file; optional columns appear when some machine uses them. Reading and writing it again gives the same bytes. */
export function formatHardware(machines: readonly MachineCells[]): string {
  const columns = COLUMNS.filter((column) => REQUIRED_COLUMNS.includes(column) || machines.some((machine) => machine[column] !== ''));
  return [columns, ...machines.map((machine) => columns.map((column) => machine[column]))]
    .map((cells) => `${formatRecord(cells)}\n`)
    .join('');
}

/** `k=v|k=v`; blanks around pairs, keys and values do not count. */
function parseLabels(cell: string): LabelPair[] | undefined {
  if (cell.trim() === '') return [];
  const pairs: LabelPair[] = [];
  for (const pair of cell.split('|')) {
    const parts = pair.trim().split('=');
    if (parts.length !== 2) return undefined;
    pairs.push({ key: parts[0].trim(), value: parts[1].trim() });
  }
  return pairs;
}
