/** What of a request the choice of a route depends on, as one text. Properties that no route matches on are left out. */
import type { MatchedProperty, RouterInput } from './router-input.ts';

/** Longer keys are not worth their memory. */
const MAX_LENGTH = 1_024;

/** @returns a key, or undefined for a request that is not to be cached */
export type CacheKey = (input: RouterInput) => string | undefined;

const PARTS: Readonly<Record<string, (input: RouterInput) => string>> = {
  method: ({ method }) => method,
  host: ({ host }) => host,
  port: ({ port }) => String(port),
  protocol: ({ scheme }) => scheme,
  tls: ({ scheme, sni = '' }) => (scheme === 'https' ? `+${sni}` : ''),
  search: ({ search }) => search,
  // The path may contain any character: it comes last.
  path: ({ path }) => path,
};

export function cacheKeyFor(matched: ReadonlySet<MatchedProperty>): CacheKey {
  // Each connection has another port: nearly nothing would be found again.
  if (matched.has('ends')) return () => undefined;
  const headers = [...matched].flatMap((property) => (property.startsWith('header ') ? [property.slice('header '.length)] : []));
  const parts = Object.keys(PARTS).filter((name) => matched.has(name as MatchedProperty)).map((name) => PARTS[name]!);
  return (input) => {
    let key = '';
    for (const name of headers) {
      const values = input.headerValues(name);
      key += `${values.length}${values.join('\r')}\n`;
    }
    // Nothing follows the last part: where it is alone, no text has to be made.
    for (let at = 0; at < parts.length; at += 1) key += at === parts.length - 1 ? parts[at]!(input) : `${parts[at]!(input)}\n`;
    return key.length > MAX_LENGTH ? undefined : key;
  };
}
