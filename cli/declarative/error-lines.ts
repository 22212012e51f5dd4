/** What is wrong with state files, one line each: file, line, part, problem. */
import type { SourceError } from '../../gateway/src/declarative/source.ts';

/** More lines than these are rarely read. */
const MAX_LINES = 200;

export function errorLines(errors: readonly SourceError[]): readonly string[] {
  const lines = errors.slice(0, MAX_LINES).map(({ file, line, path, message }) => (
    `${file ?? ''}:${line}: ${path === '' ? '' : `${path}: `}${message}`));
  return errors.length > MAX_LINES ? [...lines, `and ${errors.length - MAX_LINES} more`] : lines;
}
