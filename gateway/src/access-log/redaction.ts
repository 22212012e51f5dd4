/** Takes credentials out of what is logged of a request target. */

/** Names of arguments that hold credentials, wherever they are used. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'key', 'pwd', 'passwd', 'sig', 'signature', 'jwt', 'code', 'assertion', 'credential', 'credentials', 'auth', 'authorization', 'session',
  'sid', 'nonce', 'state',
]);

/** Ends of names that hold credentials. */
const SECRET_END = /(?:api[-_]?key|token|secret|password|signature|credential)$/;

/** `user[password]` is about a password. */
function isSecret(name: string, configured: ReadonlySet<string> | undefined): boolean {
  const parts = name.toLowerCase().split(/[[\].]+/).filter((part) => part !== '');
  return configured?.has(name.toLowerCase()) === true || parts.some((part) => SECRET_NAMES.has(part) || SECRET_END.test(part));
}

const REDACTED = 'REDACTED';

/** A query without any of these texts, and without escaped ones, names no credential: most have none, and need no closer look. */
const HINT = new RegExp([...SECRET_NAMES, 'token', 'secret', 'password', '[%+]'].join('|'), 'i');

function mayHoldSecret(query: string, configured: ReadonlySet<string> | undefined): boolean {
  if (HINT.test(query)) return true;
  if (configured === undefined || configured.size === 0) return false;
  const lower = query.toLowerCase();
  for (const name of configured) if (lower.includes(name)) return true;
  return false;
}

/** @param configured further names, in lower case */
export function redactedQuery(query: string, configured?: ReadonlySet<string>): string {
  if (query === '' || !mayHoldSecret(query, configured)) return query;
  return query.split('&').map((argument) => {
    const at = argument.indexOf('=');
    if (at < 0) return argument;
    return isSecret(decoded(argument.slice(0, at)), configured) ? `${argument.slice(0, at)}=${REDACTED}` : argument;
  }).join('&');
}

/** The address of the page that a request came from: a page of the same host may have been opened with credentials in its query. */
export function redactedReferer(referer: string, configured?: ReadonlySet<string>): string {
  const [, origin = '', path = '', query, fragment] = REFERER.exec(referer) ?? [];
  const part = (mark: string, text: string | undefined): string => (text === undefined ? '' : mark + redactedQuery(text, configured));
  return `${origin}${path}${part('?', query)}${part('#', fragment)}`;
}

/** Scheme, path and query; the user that an address may name is none of them. */
const REFERER = /^([^/?#]*\/\/)?(?:[^/?#]*@)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Credentials in the Admin API's paths, where they take the place of an id. */
const CREDENTIAL_PATH = /(\/(?:key-auths?|basic-auths?|jwts?|hmac-auths?|oauth2|oauth2_tokens)\/)([^/]+)/gi;

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function redactedAdminPath(path: string): string {
  return path.replace(CREDENTIAL_PATH, (_all, before: string, key: string) => `${before}${ID.test(key) ? key : REDACTED}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
