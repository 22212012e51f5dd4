/** Conditional requests to a stored answer. */
import type { ClientRequest } from '../plugin-kit/exchange.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** Whether the client has the answer already: its If-None-Match names the answer's ETag. RFC 9110 §13.1.2, by weak comparison */
export function isNotModified(request: ClientRequest, { status, headers }: StoredAnswer): boolean {
  const wanted = request.headerValues('if-none-match').join(',');
  if (wanted === '' || status !== 200) return false;
  const tag = headers.find(([name]) => name.toLowerCase() === 'etag')?.[1];
  if (tag === undefined) return false;
  return wanted.trim() === '*' || (wanted.match(/(?:W\/)?"[^"]*"/g) ?? []).some((one) => opaque(one) === opaque(tag));
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
