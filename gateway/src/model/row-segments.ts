/** Divides the rows of a table into short runs, most of which are the same objects again in the next table. */
import type { ConfigTable, Row } from './config-table.ts';

/** Never empty, never changed: what is worked out for it can be kept by its identity. */
export type Segment = readonly Row[];

/** A list of up to so many rows is one segment. Rows. */
const MOST_ROWS = 128;

/** Shorter ones are joined with others, lest changes leave many of them. Rows. */
const LEAST_ROWS = 32;

export class RowSegments {
  #last: ReadonlyMap<string, readonly Segment[]> = new Map();

  /** Segments by entity type; types without rows are left out. Segments of the last table come again where their rows do. */
  of(table: ConfigTable): ReadonlyMap<string, readonly Segment[]> {
    const segments = new Map<string, readonly Segment[]>();
    for (const [name, rows] of Object.entries(table)) {
      if (Array.isArray(rows) && rows.length > 0) segments.set(name, divided(rows as readonly Row[], this.#last.get(name) ?? []));
    }
    this.#last = segments;
    return segments;
  }
}

function divided(rows: readonly Row[], known: readonly Segment[]): readonly Segment[] {
  if (rows.length <= MOST_ROWS) return known.length === 1 && isSame(rows, known[0]!) ? known : [rows];
  const byFirst = new Map(known.filter((segment) => segment.length >= LEAST_ROWS).map((segment) => [segment[0]!, segment]));
  const segments: Segment[] = [];
  let start = 0;
  let at = 0;
  while (at < rows.length) {
    const segment = byFirst.get(rows[at]!);
    if (segment && segment.every((row, index) => row === rows[at + index])) {
      divide(rows, start, at, segments);
      segments.push(segment);
      at += segment.length;
      start = at;
    } else {
      at += 1;
    }
  }
  divide(rows, start, at, segments);
  return segments;
}

/** Appends rows as segments of about equal length. */
function divide(rows: readonly Row[], start: number, end: number, segments: Segment[]): void {
  if (start === end) return;
  const from = end - start < LEAST_ROWS ? start - (segments.pop()?.length ?? 0) : start;
  const size = Math.ceil((end - from) / Math.ceil((end - from) / MOST_ROWS));
  for (let at = from; at < end; at += size) segments.push(rows.slice(at, Math.min(at + size, end)));
}

function isSame(some: readonly Row[], others: readonly Row[]): boolean {
  return some.length === others.length && some.every((row, index) => row === others[index]);
}
