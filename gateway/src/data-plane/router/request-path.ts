/** The two forms of a path: decoded for matching routes, and escaped for upstreams. */

import { RESERVED } from '../../model/formats/url-path.ts';

/** Matches paths without escapes, dot segments and empty segments, which are most paths. */
const PLAIN = /^(?:\/(?!\.{0,2}(?:\/|$))[\w\-.~!$&'()*+,;=:@]*)+$|^\/$|^(?:\/(?!\.{0,2}(?:\/|$))[\w\-.~!$&'()*+,;=:@]*)+\/$/;

const NEEDS_ESCAPE = /[^!#$&'()*+,/:;=?@[\]A-Za-z0-9\-_.~%]/g;

export interface RequestPath {
  /** Decoded, without dot segments. */
  readonly path: string;
  /** Escaped again, for URLs. */
  readonly escaped: string;
}

/** `invalid`: respond with 400. `unmatchable`: the bytes are not valid UTF-8, so no route can match. */
type ParsedPath = RequestPath | 'invalid' | 'unmatchable';

/** Parses the path of a request target, without its query. */
export function parsePath(raw: string): ParsedPath {
  if (PLAIN.test(raw)) return { path: raw, escaped: raw };
  const bytes = decode(raw);
  if (bytes === undefined) return 'invalid';
  const resolved = resolveDots(bytes);
  if (resolved === undefined) return 'invalid';
  const path = asText(resolved);
  return path === undefined ? 'unmatchable' : { path, escaped: escapePath(resolved) };
}

/** Normalizes the plain path of a route like request paths. */
export function normaliseRoutePath(path: string): string {
  const parsed = parsePath(Buffer.from(path, 'utf8').toString('latin1'));
  return typeof parsed === 'string' ? path : parsed.path;
}

/** Percent-encodes characters that URLs must not contain. @param path one character for each byte */
function escapePath(path: string): string {
  return path.replace(NEEDS_ESCAPE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Percent-encodes text. */
export function escapeText(path: string): string {
  return escapePath(Buffer.from(path, 'utf8').toString('latin1'));
}

/** Decodes escapes except those of reserved characters, whose digits become upper case. `undefined` for invalid escapes and for NUL. */
function decode(raw: string): string | undefined {
  let broken = raw.includes('\0');
  const decoded = raw.replace(/%(.{0,2})/gs, (escape, digits: string) => {
    if (!/^[0-9a-f]{2}$/i.test(digits)) {
      broken = true;
      return escape;
    }
    const code = Number.parseInt(digits, 16);
    if (code === 0) broken = true;
    return RESERVED.has(code) ? escape.toUpperCase() : String.fromCharCode(code);
  });
  return broken ? undefined : decoded;
}

/** Removes `.` and `..` segments and repeated slashes. `undefined` when the path leaves the root. */
function resolveDots(path: string): string | undefined {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..' && kept.pop() === undefined) return undefined;
    if (segment !== '' && segment !== '.' && segment !== '..') kept.push(segment);
  }
  const last = segments.at(-1);
  const directory = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${directory && kept.length > 0 ? '/' : ''}`;
}

/** Decodes bytes as UTF-8; `undefined` when they are invalid. */
function asText(bytes: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
