/** URLs as Kong's schemas accept them: split by RFC 2396, with little said about each part. A query begins only behind a path. */

export interface ParsedUrl {
  readonly scheme?: string;
  readonly userinfo?: string;
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fragment?: string;
}

/** Splits a URL; parts that it does not have are absent. */
export function parseUrl(text: string): ParsedUrl {
  const [, scheme, authority, path, query, fragment] = (
    /^(?:([A-Za-z0-9][A-Za-z0-9+.-]*):)?(?:\/\/([^/#]*))?([^;?#]*)(?:;[^?#]*)?(?:\?([^#]*))?(?:#(.*))?$/s.exec(text)!
  );
  return { scheme, ...parseAuthority(authority), ...path === '' ? {} : { path }, query, fragment };
}

function parseAuthority(authority: string | undefined): Pick<ParsedUrl, 'userinfo' | 'host' | 'port'> {
  if (authority === undefined) return {};
  const [, userinfo, rest] = /^(?:([^@]*)@)?(.*)$/s.exec(authority)!;
  const [, host, port] = /^(.*?)(?::([^:\]]*))?$/s.exec(rest!)!;
  if (host === '') return { userinfo, port };
  return { userinfo, host: /^\[(.+)\]$/s.exec(host!)?.[1] ?? host, port };
}

export function urlViolation(text: string): string | undefined {
  const { host, scheme } = parseUrl(text);
  if (host === undefined) return 'missing host in url';
  return scheme === undefined ? 'missing scheme in url' : undefined;
}
