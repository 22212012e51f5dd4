/** Directives of Cache-Control, and how long an answer is fresh by them. RFC 9111 §5.2 */

export type Directives = ReadonlyMap<string, string | undefined>;

/** Names in lower case; a value as it is, without quotes. @param values of all lines of the header */
export function directivesOf(values: readonly string[]): Directives {
  const directives = new Map<string, string | undefined>();
  for (const part of values.join(',').split(',')) {
    const [name = '', ...rest] = part.split('=');
    const trimmed = name.trim().toLowerCase();
    if (trimmed === '') continue;
    directives.set(trimmed, rest.length === 0 ? undefined : rest.join('=').trim().replace(/^"(.*)"$/s, '$1'));
  }
  return directives;
}

/** Seconds that a directive names; `undefined` for none, or what is no number. */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/**
 * Seconds for which an answer is fresh. An invalid number means stale, as RFC 9111 §4.2.1 encourages.
 *
 * @param expires lines of the header Expires; the last one counts
 */
export function freshSeconds(directives: Directives, expires: readonly string[], now: number): number {
  for (const name of ['s-maxage', 'max-age']) if (directives.has(name)) return secondsOf(directives, name) ?? 0;
  const end = Date.parse(expires.at(-1) ?? '');
  return Number.isNaN(end) ? 0 : Math.max(0, Math.ceil((end - now) / 1000));
}
