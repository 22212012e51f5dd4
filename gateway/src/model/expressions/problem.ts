/** What is wrong with an expression, and where: the text that Admin API and logs show. */
export class ExpressionProblem extends Error {
  /**
   * @param from position of the first character that is wrong, counted from 0
   * @param to position behind the last one
   */
  constructor(source: string, readonly reason: string, readonly from: number, to: number) {
    super(shown(source, reason, from, to));
    this.name = 'ExpressionProblem';
  }
}

/** The line of the source with marks below what is wrong, in the form of Kong's router. */
function shown(source: string, reason: string, from: number, to: number): string {
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const end = source.indexOf('\n', from);
  const line = source.slice(start, end === -1 ? undefined : end);
  const row = source.slice(0, start).split('\n').length;
  const width = Math.min(Math.max(to - from, 1), Math.max(line.length - (from - start), 1));
  const marks = width === 1 ? '^---' : `^${'-'.repeat(width - 2)}^`;
  const margin = ' '.repeat(String(row).length);
  return [
    `${margin}--> ${row}:${from - start + 1}`,
    `${margin} |`,
    `${row} | ${line}`,
    `${margin} | ${' '.repeat(from - start)}${marks}`,
    `${margin} |`,
    `${margin} = ${reason}`,
  ].join('\n');
}
