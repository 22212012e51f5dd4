/** URLs as Go's net/url reads them, where the EKS Anywhere tools rely on it. */
import { parseIp } from './ip';

interface Url {
  /** Lower case; empty for a bare path. */
  readonly scheme: string;
  /** Host name or address without port; empty when there is none. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
/** Characters that may be unescaped in a host; an escape may only encode a percent sign or a character outside ASCII. */
const HOST = /^(?:[!"$&'()*+,.:;<=>[\]_~\w\u0080-\uffff-]|%25|%[89a-fA-F][0-9a-fA-F])*$/;
const USER = /^(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*$/;
const OPTIONAL_PORT = /^(?::\d*)?$/;

/** `url.Parse`: any reference, relative ones too. */
export function parseUrl(text: string): Url | undefined {
  const [reference, ...fragment] = text.split('#');
  return BROKEN_ESCAPE.test(fragment.join('#')) ? undefined : parse(reference, false);
}

/** `url.ParseRequestURI`: an absolute URL or an absolute path; a fragment is not cut off. */
export function parseRequestUri(text: string): Url | undefined {
  return text === '' ? undefined : parse(text, true);
}

function parse(text: string, isRequest: boolean): Url | undefined {
  if (CONTROL_CHARACTER.test(text) || text.startsWith(':')) return undefined;
  if (text === '*') return { scheme: '', host: '', port: '', path: text };
  const scheme = (SCHEME.exec(text)?.[1] ?? '');
  const rest = (scheme ? text.slice(scheme.length + 1) : text).split('?')[0];
  if (!rest.startsWith('/')) {
    if (scheme) return { scheme: scheme.toLowerCase(), host: '', port: '', path: rest };
    // `git@host:path` and `1.2.3.4:80` have a colon in the first segment and so are neither scheme nor path.
    if (isRequest || /^[^/]*:/.test(rest)) return undefined;
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')));
  const [, authority, path] = hasAuthority ? /^\/\/([^/]*)(.*)$/s.exec(rest)! : ['', '', rest];
  const place = hostAndPort(authority, scheme.toLowerCase());
  return place && !BROKEN_ESCAPE.test(path) ? { scheme: scheme.toLowerCase(), ...place, path } : undefined;
}

function hostAndPort(authority: string, scheme: string): { host: string; port: string } | undefined {
  const at = authority.lastIndexOf('@');
  const [user, place] = [authority.slice(0, Math.max(0, at)), authority.slice(at + 1)];
  if (!USER.test(user) || place.lastIndexOf('[') > 0) return undefined;
  const literal = place.startsWith('[');
  if (literal && !place.includes(']')) return undefined;
  // Only http and https insist on brackets around addresses with colons.
  const colon = literal ? place.lastIndexOf(']') + 1 : /^https?$/.test(scheme) ? place.indexOf(':') : place.lastIndexOf(':');
  const split = colon < 0 ? place.length : colon;
  const [host, port] = [place.slice(0, split), place.slice(split)];
  if (!OPTIONAL_PORT.test(port)) return undefined;
  if (literal) return isAddressLiteral(host.slice(1, -1)) ? { host: host.slice(1, -1), port: port.slice(1) } : undefined;
  return HOST.test(host) ? { host, port: port.slice(1) } : undefined;
}

/** An IPv6 address, with or without a zone such as `%25eth0`. */
function isAddressLiteral(text: string): boolean {
  const [address, ...zone] = text.split('%25');
  return address.includes(':') && parseIp(address) !== undefined && (zone.length === 0 || zone.join('') !== '');
}

/** Whether a text is a URL that carries a password. */
export function isUrlWithPassword(text: unknown): boolean {
  return typeof text === 'string' && text.includes('://') && holdsPassword(text);
}

/** Whether a proxy's address, with or without scheme, carries a password. */
export function holdsPassword(url: string): boolean {
  return /:[^/@]*@/.test(url.replace(/^https?:/, ''));
}
