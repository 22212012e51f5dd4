/** Files of a synthesized cluster as texts to fill in: which values they want, and what they are with them. */
import { isScalar, parseAllDocuments } from 'yaml';
import { CsvSyntaxError, formatRecord, parseCsv } from '../../src/eksa/syntax/csv';
import type { CsvRecord } from '../../src/eksa/syntax/csv';
import { CommandFailure } from '../command.ts';
import { readText } from './files.ts';
import type { FillableText } from './placeholder-values.ts';

/** A file whose secrets are still to come. */
export interface FillableFile {
  /** What may be a placeholder. */
  readonly texts: readonly FillableText[];
  /**
   * @param values as many as there are texts, in their order
   * @returns the text of the file with them
   * @throws CommandFailure when a value cannot be what it is meant to be; it is not part of the message
   */
  readonly fill: (values: readonly string[]) => string;
}

/** The three parts of a JWT. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** cluster.yaml, in which only the licence token is secret; everything else stays as it is, byte by byte. */
export function fillableCluster(file: string): FillableFile {
  const text = readText(file);
  const cluster = parseAllDocuments(text, { logLevel: 'silent' }).find(
    (document) => 'get' in document && document.get('kind') === 'Cluster',
  );
  const token = cluster && 'getIn' in cluster ? cluster.getIn(['spec', 'licenseToken'], true) : undefined;
  if (!isScalar(token) || typeof token.value !== 'string' || !token.range) return { texts: [], fill: () => text };
  const [start, end] = token.range;
  return {
    texts: [{ text: token.value, place: 'Cluster.spec.licenseToken' }],
    fill: ([value = '']) => {
      if (!TOKEN.test(value)) {
        throw new CommandFailure(
          'nothing was written: Cluster.spec.licenseToken needs a licence token: three parts joined by dots; what '
            + `${String(token.value)} stands for is none`,
          'configuration',
        );
      }
      return `${text.slice(0, start)}${JSON.stringify(value)}${text.slice(end)}`;
    },
  };
}

/** A file that holds no secrets. */
export function plainFile(file: string): FillableFile {
  return { texts: [], fill: () => readText(file) };
}

/** hardware.csv, whatever its cells. */
export function fillableHardware(file: string): FillableFile {
  const [header, ...rows] = records(file);
  const columns = header?.cells ?? [];
  return {
    texts: cellTexts(
      columns,
      rows.map(({ cells }) => cells),
    ),
    fill: (values) =>
      [columns, ...rows.map((_row, index) => values.slice(index * columns.length, (index + 1) * columns.length))]
        .map((cells) => `${formatRecord(cells)}\n`)
        .join(''),
  };
}

/**
 * The cells of rows, one after the other.
 *
 * @param columns names of the columns; one is `hostname`
 */
export function cellTexts(columns: readonly string[], rows: readonly (readonly string[])[]): FillableText[] {
  return rows.flatMap((row) =>
    row.map((text, column) => ({ text, place: `machine '${row[columns.indexOf('hostname')] ?? '?'}': ${columns[column]}` })),
  );
}

function records(file: string): CsvRecord[] {
  try {
    return parseCsv(readText(file));
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    throw new CommandFailure(`${file}:${error.line} ${error.message}`, 'configuration', { cause: error });
  }
}
