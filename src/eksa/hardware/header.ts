/** From the names in the header to the columns that the tools know. */
import { nearestName } from '../../private/input/nearest-name';
import { asWritten } from '../finding';
import type { Column } from './columns';
import { COLUMNS, REQUIRED_COLUMNS, columnOf } from './columns';

export interface Header {
  /** The column of each cell; undefined for those that the tools ignore. */
  readonly columns: readonly (Column | undefined)[];
  /** Names of required columns that the tools do not recognise, as they are written, and what they mean. */
  readonly misnamed: readonly { readonly name: string; readonly column: Column }[];
  readonly missing: readonly Column[];
  /** Names that nearly are those of optional columns: the tools ignore these without a word. */
  readonly ignored: readonly { readonly name: string; readonly column: Column }[];
  /** Whether every name but the first has a blank before it: then cells have one, too. */
  readonly isPadded: boolean;
}

/** A name as the tools write theirs: lower case, one word. */
export function plainName(name: string): string {
  return name.replace(/[\u200b\ufeff"]/g, '').trim().toLowerCase().replace(/[\s.-]+/g, '_');
}

export function readHeader(names: readonly string[]): Header {
  const columns = names.map(columnOf);
  const absent = COLUMNS.filter((column) => !columns.includes(column));
  const meant = absent.flatMap((column) => {
    const at = names.findIndex((name, index) => !columns[index] && isMeant(name, column));
    return at < 0 ? [] : [{ at, column, name: names[at] }];
  });
  const misnamed = meant.filter(({ column }) => REQUIRED_COLUMNS.includes(column));
  for (const { at, column } of misnamed) columns[at] = column;
  return {
    columns,
    misnamed: misnamed.map(({ name, column }) => ({ name, column })),
    missing: REQUIRED_COLUMNS.filter((column) => !columns.includes(column)),
    ignored: meant.filter(({ column }) => !REQUIRED_COLUMNS.includes(column)).map(({ name, column }) => ({ name, column })),
    isPadded: names.length > 1 && names.slice(1).every((name) => /^\s/.test(name) || name === ''),
  };
}

/** The same in another spelling: `IP Address`, `macs`, `ipaddress`. */
function isMeant(name: string, column: Column): boolean {
  const plain = plainName(name);
  const known = COLUMNS.find((candidate) => candidate === plain);
  if (known !== undefined) return known === column;
  const nearest = nearestName(plain, COLUMNS, Math.min(2, Math.floor(plain.length / 4)));
  return plain.replaceAll('_', '') === column.replaceAll('_', '') || nearest === column;
}

/** What is wrong with the names, and how they have to be. */
export function misnamedText({ misnamed, isPadded }: Header): { message: string; fix: string } | undefined {
  if (misnamed.length === 0) return undefined;
  if (isPadded && misnamed.every(({ name, column }) => name.trim() === column)) {
    return { message: 'has blanks after its separators, which the tools take for part of names and cells', fix: 'remove the blanks' };
  }
  const written = misnamed.map(({ name }) => asWritten(name)).join(', ');
  const wanted = misnamed.map(({ column }) => column).join(', ');
  return {
    message: `names columns ${written} where the tools want ${wanted}; names are case-sensitive and without blanks`,
    fix: `rename ${misnamed.length === 1 ? 'it' : 'them'} to ${wanted}`,
  };
}
