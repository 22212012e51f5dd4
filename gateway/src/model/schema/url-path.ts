/** Paths of URLs: which characters they may have, and their normal form (RFC 3986 §6.2.2). */

/** Unreserved characters, sub-delimiters, `:`, `@`, `/` and percent signs. */
const RFC_3986_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;

export function hasOnlyPathCharacters(path: string): boolean {
  return RFC_3986_PATH.test(path);
}

/** The first percent sign that no two hexadecimal digits follow, with what follows; nothing when all are right. */
export function brokenEscape(path: string): string | undefined {
  return /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(path)?.[0];
}

/** Escaped unreserved characters unescaped, other escapes in capitals, dot segments resolved, runs of slashes made one. */
export function normalizedPath(path: string): string {
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
