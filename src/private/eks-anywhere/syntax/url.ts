/** URLs as Go's net/url reads them, where the EKS Anywhere tools rely on it. */

export interface Url {
  /** Lower case; empty for a bare path. */
  readonly scheme: string;
  /** Host name or address without port; empty when there is none. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;
/** Characters that Go refuses in a host name. */
const NO_HOST_CHARACTER = /[ "\\^`{|}#/?@]/;

/** `url.Parse`: any reference, relative ones too. */
export function parseUrl(text: string): Url | undefined {
  if (CONTROL_CHARACTER.test(text) || text.startsWith(':')) return undefined;
  const withoutFragment = text.split('#')[0];
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(withoutFragment)?.[0] ?? '';
  const rest = scheme ? withoutFragment.slice(scheme.length + 1) : withoutFragment;
  // `git@host:path` and `1.2.3.4:80` have a colon in the first segment and so are neither scheme nor path.
  if (!scheme && /^[^/?]*:/.test(rest)) return undefined;
  if (!rest.startsWith('//')) return BROKEN_ESCAPE.test(rest) ? undefined : { scheme: scheme.toLowerCase(), host: '', port: '', path: rest.split('?')[0] };
  const [, authority, after] = /^\/\/([^/?]*)(.*)$/s.exec(rest)!;
  const place = hostAndPort(authority.slice(authority.lastIndexOf('@') + 1));
  const path = after.split('?')[0];
  if (!place || BROKEN_ESCAPE.test(path)) return undefined;
  return { scheme: scheme.toLowerCase(), ...place, path };
}

/** `url.ParseRequestURI`: an absolute URL or an absolute path, without fragment handling. */
export function parseRequestUri(text: string): Url | undefined {
  if (text === '' || CONTROL_CHARACTER.test(text)) return undefined;
  const hasScheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text);
  if (!hasScheme && !text.startsWith('/')) return undefined;
  return parseUrl(text);
}

function hostAndPort(authority: string): { host: string; port: string } | undefined {
  const bracketed = /^\[([^\]]*)\](?::(\d*))?$/.exec(authority);
  if (bracketed) return { host: bracketed[1], port: bracketed[2] ?? '' };
  const colon = authority.lastIndexOf(':');
  const host = colon < 0 ? authority : authority.slice(0, colon);
  const port = colon < 0 ? '' : authority.slice(colon + 1);
  if (!/^\d*$/.test(port) || host.includes(':') || NO_HOST_CHARACTER.test(host) || BROKEN_ESCAPE.test(host)) return undefined;
  return { host, port };
}

/** Whether a proxy's address, with or without scheme, carries a password. */
export function holdsPassword(url: string): boolean {
  return /:[^/@]*@/.test(url.replace(/^https?:/, ''));
}
