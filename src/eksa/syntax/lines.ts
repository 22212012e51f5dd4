/** Numbers of lines as people read them. */

/** More ranges would not help. */
const LISTED_RANGES = 4;

/** `line 4`, `lines 4 to 9, 12 and 3 more`. */
export function linesText(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges[ranges.length - 1];
    if (last && line === last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  const listed = ranges.slice(0, LISTED_RANGES).map(([from, to]) => from === to ? `${from}` : `${from} to ${to}`);
  const more = ranges.length - listed.length;
  return `${lines.length === 1 ? 'line' : 'lines'} ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
