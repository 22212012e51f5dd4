/** Log entries as recordings show them: whole, in parts, or by the types of their values. */

/** An entry of a line; with what precedes its JSON, if anything does. */
export function entryOf(line: string, paths: readonly string[] | undefined): unknown {
  const start = line.indexOf('{');
  if (start === -1) return line;
  const entry = picked(JSON.parse(line.slice(start)), paths);
  return start === 0 ? entry : { head: line.slice(0, start), entry };
}

/** Dotted paths of an entry, or the entry. */
export function picked(entry: unknown, paths: readonly string[] | undefined): unknown {
  if (paths === undefined) return entry;
  if (Array.isArray(entry)) return entry.map((item) => picked(item, paths));
  return Object.fromEntries(paths.map((path) => [
    path, path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], entry) ?? '<absent>',
  ]));
}

/** Types in place of values. A list has each shape of its items once. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Map(value.map(shapeOf).map((shape) => [JSON.stringify(shape), shape])).values()];
  if (typeof value === 'boolean') return 'bool';
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shapeOf(item)]));
}
