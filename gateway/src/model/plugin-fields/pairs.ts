/** Pairs in one text, as `name:value`, which plugins use to change requests and responses. */

/** A Lua pattern: a name, a colon, and anything. */
export const COLON_PAIR = '^[^:]+:.*$';

/** The name is absent where the text begins with a colon. Several colons count as one. */
export function splitPair(pair: string): { readonly name?: string; readonly value: string } {
  const [, name, value] = /^([^:]+):*(.*)$/s.exec(pair) ?? [];
  return { name, value: value ?? '' };
}

/** The name must be that of a header. */
export function headerNameViolation(pair: string): string | undefined {
  return notAHeader(splitPair(pair).name);
}

/** Both must be names of headers. */
export function headerNamesViolation(pair: string): string | undefined {
  const { name, value } = splitPair(pair);
  return notAHeader(name) ?? notAHeader(value);
}

function notAHeader(name: string | undefined): string | undefined {
  return name !== undefined && /^[A-Za-z0-9_-]+$/.test(name) ? undefined : `'${name ?? 'nil'}' is not a valid header`;
}
