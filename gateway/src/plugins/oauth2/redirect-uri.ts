/** URLs that a user may be sent to after authorization. RFC 6749 §3.1.2 */

/** A scheme and a host, perhaps with user information and a port. */
const ABSOLUTE = /^[A-Za-z0-9][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(?<host>\[[^/?#\]]+\]|[^/?#:@[\]]+)(?::[^/?#:]*)?(?:[/?#]|$)/;

export function redirectUriViolation(uri: string): string | undefined {
  if (!ABSOLUTE.test(uri)) return `cannot parse '${uri}'`;
  return uri.includes('#') ? `fragment not allowed in '${uri}'` : undefined;
}
