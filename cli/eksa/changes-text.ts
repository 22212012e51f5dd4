/** What differs between two files, as people read it. */
import type { Change } from '../../src/eksa/update/changes';
import { renderTable } from '../terminal/table.ts';

/** A table that is wider wraps in most terminals: then a change has a line for each side. */
const WIDEST_TABLE = 120;
const LONGEST_VALUE = 60;
/** How much of what both values begin with is shown before the place where they differ. */
const LEAD = 15;
const CUT = '...';

export function describeChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return 'none';
  const rows = changes.map(({ path, old, new: now }) => [path, ...changedValues(old, now)] as const);
  const table = renderTable({ headings: ['where', 'from', 'to'], rows });
  if (table.split('\n').every((line) => line.length <= WIDEST_TABLE)) return table;
  return rows.map(([path, from, to]) => `${path}\n  from  ${from}\n  to    ${to}`).join('\n');
}

/** Both sides of a change; of long values, the part that differs. */
export function changedValues(old: unknown, now: unknown): [string, string] {
  const [from, to] = [textOf(old), textOf(now)];
  const difference = firstDifference(from, to);
  const lead = difference < LONGEST_VALUE - LEAD ? 0 : difference - LEAD;
  return [cutFrom(from, lead), cutFrom(to, lead)];
}

function textOf(value: unknown): string {
  if (value === undefined) return '(nothing)';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** A text that is too long, from where it begins to be interesting; a late beginning moves back as far as there is room. */
function cutFrom(text: string, lead: number): string {
  if (text.length <= LONGEST_VALUE) return text;
  const start = Math.min(lead, text.length - LONGEST_VALUE + CUT.length);
  if (start <= CUT.length) return `${text.slice(0, LONGEST_VALUE - CUT.length)}${CUT}`;
  const end = start + LONGEST_VALUE - CUT.length;
  return `${CUT}${end >= text.length ? text.slice(start) : `${text.slice(start, end - CUT.length)}${CUT}`}`;
}
