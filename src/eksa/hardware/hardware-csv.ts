/** Machines of hardware.csv: the columns, reading and writing them. Values stay text: rules judge them. */
import type { CsvRecord } from '../syntax/csv';
import { CsvSyntaxError, formatRecord, parseCsv } from '../syntax/csv';

/** How findings name the file; those about one machine read `hardware.csv/<hostname>.<column>`. */
export const HARDWARE_FILE = 'hardware.csv';

/** Columns in the order in which they are written; the first eight must be in every header. */
export const COLUMNS = [
  'hostname', 'mac', 'ip_address', 'netmask', 'gateway', 'nameservers', 'labels', 'disk',
  'bmc_ip', 'bmc_username', 'bmc_password', 'vlan_id',
] as const;

export type Column = (typeof COLUMNS)[number];

const REQUIRED_COLUMNS: readonly Column[] = COLUMNS.slice(0, 8);
export const BMC_COLUMNS: readonly Column[] = ['bmc_ip', 'bmc_username', 'bmc_password'];

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

/** What was read: machines, or the reason why there are none. */
export interface Hardware {
  readonly machines: readonly Machine[];
  /** Problems of the file as a whole: its syntax or its header. */
  readonly fileProblem?: { readonly message: string; readonly line: number };
}

export function parseHardware(csv: string): Hardware {
  try {
    const [header, ...rows] = parseCsv(csv);
    if (header?.cells.some((cell) => cell.includes('\r'))) return broken('ends its lines with CR alone; expected LF', header.line);
    if (!header) return broken('is empty; expected a header and one row a machine', 1);
    const columns = header.cells.map((cell) => columnOf(cell));
    const missing = REQUIRED_COLUMNS.filter((column) => !columns.includes(column));
    if (missing.length > 0) {
      return broken(`lacks the columns ${missing.join(', ')}; names are case-sensitive and without blanks`, header.line);
    }
    return { machines: rows.map((row) => machineOf(columns, row)) };
  } catch (error) {
    if (error instanceof CsvSyntaxError) return broken(error.message, error.line);
    throw error;
  }
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

function broken(message: string, line: number): Hardware {
  return { machines: [], fileProblem: { message, line } };
}

/** Required headers are taken literally; blanks around optional ones are tolerated. Unknown columns are ignored. */
function columnOf(header: string): Column | undefined {
  const name = REQUIRED_COLUMNS.includes(header as Column) ? header : header.trim();
  const column = COLUMNS.find((candidate) => candidate === name);
  return column && (header === column || !REQUIRED_COLUMNS.includes(column)) ? column : undefined;
}

function machineOf(columns: readonly (Column | undefined)[], row: CsvRecord): Machine {
  const cells: Record<Column, string> = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Record<Column, string>;
  for (const [index, column] of columns.entries()) {
    if (!column) continue;
    const isSecondList = column === 'nameservers' && columns.indexOf('nameservers') < index;
    cells[column] = isSecondList ? `${cells[column]}|${row.cells[index]}` : row.cells[index];
  }
  return machineFromCells(cells, row.line);
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
