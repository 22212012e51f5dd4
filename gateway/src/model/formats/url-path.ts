/** Paths of URLs: allowed characters and normal form (RFC 3986 §6.2.2). */

/** Unreserved characters, sub-delimiters, `:`, `@`, `/` and percent signs. */
const RFC_3986_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;

export function hasOnlyPathCharacters(path: string): boolean {
  return RFC_3986_PATH.test(path);
}

/** The first percent sign without two hexadecimal digits, with the characters that follow; undefined when all are valid. */
export function brokenEscape(path: string): string | undefined {
  // Kong replaces the valid escapes before it looks for one that is not, and messages show what is left.
  return /%.{0,2}/su.exec(path.replace(/%[0-9A-Fa-f]{2}/g, '___'))?.[0];
}

/** What normal forms do not have, and escapes. Most paths have none of it. */
const CHANGEABLE = /%|\/[./]|^[^/]|^$/;

/** Reserved characters (RFC 3986 §2.2). They stay escaped, because decoding one changes the meaning of a path. */
export const RESERVED: ReadonlySet<number> = new Set(Buffer.from("!*'();:@&=+$,/?%#[]"));

/** Decodes escapes of all but reserved characters, makes the others upper case, resolves dot segments and merges repeated slashes. */
export function normalizedPath(path: string): string {
  if (!CHANGEABLE.test(path)) return path;
  const unescaped = path.replace(/(?:%[0-9A-Fa-f]{2})+/g, decoded);
  const segments: string[] = [];
  const given = unescaped.split('/').slice(1);
  given.forEach((segment, index) => {
    const isLast = index === given.length - 1;
    if (segment === '..') segments.pop();
    if (segment === '.' || segment === '..' || segment === '') {
      if (isLast) segments.push('');
    } else {
      segments.push(segment);
    }
  });
  return `/${segments.join('/')}`;
}

/** Escapes in a row are decoded together: they are the bytes of characters in UTF-8. */
function decoded(escapes: string): string {
  const bytes = escapes.match(/%../g)!.flatMap((escape) => {
    const byte = Number.parseInt(escape.slice(1), 16);
    return RESERVED.has(byte) ? [...Buffer.from(escape.toUpperCase())] : [byte];
  });
  return Buffer.from(bytes).toString();
}
