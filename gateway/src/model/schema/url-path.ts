/** Paths of URLs: allowed characters and normal form (RFC 3986 §6.2.2). */

/** Unreserved characters, sub-delimiters, `:`, `@`, `/` and percent signs. */
const RFC_3986_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;

export function hasOnlyPathCharacters(path: string): boolean {
  return RFC_3986_PATH.test(path);
}

/** The first percent sign without two hexadecimal digits, with the characters that follow; undefined when all are valid. */
export function brokenEscape(path: string): string | undefined {
  return /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(path)?.[0];
}

/** What normal forms do not have, and escapes. Most paths have none of it. */
const CHANGEABLE = /%|\/[./]|^[^/]|^$/;

/** Decodes escapes of unreserved characters, makes other escapes upper case, resolves dot segments and merges repeated slashes. */
export function normalizedPath(path: string): string {
  if (!CHANGEABLE.test(path)) return path;
  const unescaped = path.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(char) ? char : escape.toUpperCase();
  });
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
