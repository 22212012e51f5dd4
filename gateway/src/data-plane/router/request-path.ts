/** The two forms of a path: decoded, which routes match, and escaped, which upstreams get. */

/** RFC 3986 §2.2: decoding one of these changes what a path means, so they stay escaped. */
const RESERVED = new Set([...'!*\'();:@&=+$,/?%#[]'].map((char) => char.charCodeAt(0)));

/** Nothing to decode, no dot segments, no doubled slashes: most paths. */
const PLAIN = /^(?:\/(?!\.{0,2}(?:\/|$))[\w\-.~!$&'()*+,;=:@]*)+$|^\/$|^(?:\/(?!\.{0,2}(?:\/|$))[\w\-.~!$&'()*+,;=:@]*)+\/$/;

const NEEDS_ESCAPE = /[^!#$&'()*+,/:;=?@[\]A-Za-z0-9\-_.~%]/g;

export interface RequestPath {
  /** Decoded and without dot segments; text. */
  readonly path: string;
  /** For each use in URLs, escaped again. */
  readonly escaped: string;
}

/** `invalid`: answer 400. `unmatchable`: no route can match, since the bytes are no UTF-8. */
export type ParsedPath = RequestPath | 'invalid' | 'unmatchable';

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

/** The plain path of a route in the form that request paths are compared with. */
export function normaliseRoutePath(path: string): string {
  const parsed = parsePath(Buffer.from(path, 'utf8').toString('latin1'));
  return typeof parsed === 'string' ? path : parsed.path;
}

/** Percent-encodes what may not be in a URL. @param path one character for each byte */
export function escapePath(path: string): string {
  return path.replace(NEEDS_ESCAPE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Percent-encodes text. */
export function escapeText(path: string): string {
  return escapePath(Buffer.from(path, 'utf8').toString('latin1'));
}

/** Decodes escapes except those of reserved characters, whose digits become upper case. `undefined` for broken ones and for NUL. */
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

/** Removes `.` and `..` segments and doubled slashes. `undefined` when it leads above the root. */
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

/** Bytes as text; `undefined` when they are no UTF-8. */
function asText(bytes: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
