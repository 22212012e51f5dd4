/** Trailers of an answer in chunks. RFC 9110 §6.5.1 */
import { readLines } from './head-lines.ts';

/** Lines of one trailer section. */
const MAX_TRAILERS = 100;

/** Fields that mean something before the body only: framing, routing, authentication, what is done with the body. */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'transfer-encoding', 'content-length', 'trailer', 'host', 'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'te', 'expect',
  'content-encoding', 'content-type', 'content-range', 'content-location', 'content-disposition',
  'authorization', 'proxy-authorization', 'proxy-authenticate', 'www-authenticate', 'cookie', 'set-cookie',
  'cache-control', 'pragma', 'expires', 'age', 'vary', 'date', 'warning', 'location', 'retry-after', 'max-forwards', 'range',
  'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'forwarded', 'via',
]);

/**
 * @param text the section with its empty line @param end where the empty line begins
 * @returns names and values in turn, without those that are none of a trailer's; `undefined` for malformed lines
 */
export function readTrailers(text: string, end: number): readonly string[] | undefined {
  const lines = readLines(text, 0, end);
  if (lines === undefined || lines.count > MAX_TRAILERS) return undefined;
  const trailers: string[] = [];
  for (let line = 0; line < lines.count; line += 1) {
    const name = lines.nameAt(line);
    const lower = name.toLowerCase();
    // Names of the gateway itself cannot come behind the body either.
    if (!NOT_IN_TRAILERS.has(lower) && !lower.startsWith('x-forwarded-')) trailers.push(name, lines.valueAt(line));
  }
  return trailers;
}
