/** Reads what routing needs from a request's head, and refuses what no gateway should pass on. RFC 9112 §3.2 */
import { isIP } from 'node:net';

import { plainAddress } from '../../base/ip-range.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { idOf } from '../../http-engine/http1/known-headers.ts';
import type { ClientConnection, IncomingRequest } from '../../http-engine/messages.ts';
import { parsePath } from '../router/request-path.ts';
import type { ConnectionFacts, RequestFacts, SentTarget } from './received-request.ts';

interface Rejection {
  readonly status: number;
  readonly message: string;
  readonly ignoresAccept?: boolean;
}

const BAD_REQUEST: Rejection = { status: 400, message: 'Bad request' };
const BAD_TARGET: Rejection = { ...BAD_REQUEST, ignoresAccept: true };
const LONG_TARGET: Rejection = { status: 414, message: 'URI too long', ignoresAccept: true };
const NO_ROUTE: Rejection = { status: 404, message: 'no Route matched with those values' };

/** nginx' limit for a request line. Bytes. */
const MAX_TARGET_BYTES = 8_192;

/** Fields with one value (RFC 9110 §5.3): of two lines, it is not known which one counts for the next server. nginx refuses them, too. */
const SINGLE = [
  'host', 'authorization', 'proxy-authorization', 'user-agent', 'if-modified-since', 'if-unmodified-since', 'if-range', 'content-range',
] as const;

const HOST = idOf('host');

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i;
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\"<>^`{|}]*)(?::(\d{1,5}))?$/i;

/** @param isTrusted whether an address belongs to a proxy whose forwarding headers are believed */
export function readFacts(
  incoming: IncomingRequest, isTrusted: (address: string) => boolean, proxied?: ProxiedClient,
): RequestFacts | Rejection {
  const { headers } = incoming;
  if (incoming.target.length > MAX_TARGET_BYTES) return LONG_TARGET;
  if (incoming.method === 'TRACE' || incoming.method === 'CONNECT') return { status: 405, message: 'Method not allowed' };
  if (headers.mayRepeat) for (const name of SINGLE) if (headers.values(name).length > 1) return BAD_REQUEST;
  const target = targetFacts(incoming.target);
  if (target === 'invalid' || target.path === 'invalid') return BAD_TARGET;
  const host = headers.known(HOST);
  if (host === '' || (host === undefined && incoming.version !== '1.0')) return BAD_REQUEST;
  // A target with a host of its own wins over the header. RFC 9112 §3.2.2
  const authority = authorityFacts(target.authority ?? host ?? '');
  if (authority === 'invalid') return BAD_REQUEST;
  if (target.path === 'unmatchable') return NO_ROUTE;
  const connection = connectionFacts(incoming.connection, isTrusted, proxied);
  return {
    path: target.path,
    rawPath: target.rawPath,
    search: target.search,
    host: authority.host,
    authority: authority.text,
    port: authority.port ?? connection.listenerPort,
    clientIp: connection.trusted ? clientOf(incoming, connection) : connection.proxiedAddress ?? connection.remoteAddress,
    connection,
    sent: target.sent,
  };
}

interface TargetFacts {
  /** Of a target in absolute form. */
  readonly authority: string | undefined;
  readonly path: ReturnType<typeof parsePath>;
  readonly rawPath: string;
  readonly search: string;
  readonly sent: SentTarget;
}

/** Targets and hosts come again and again. Longer texts are not worth their memory. */
const MAX_KEPT_LENGTH = 1_024;
const targets = new RecentMap<TargetFacts | 'invalid'>(2_048);
const authorities = new RecentMap<AuthorityFacts | 'invalid'>(2_048);

function targetFacts(target: string): TargetFacts | 'invalid' {
  const known = targets.get(target);
  if (known !== undefined) return known;
  const text = ownCopy(target);
  const made = readTarget(text);
  if (text.length <= MAX_KEPT_LENGTH) targets.set(text, made);
  return made;
}

function readTarget(target: string): TargetFacts | 'invalid' {
  const absolute = target.startsWith('/') ? null : ABSOLUTE.exec(target);
  const local = absolute === null ? target : originForm(absolute[2]!);
  if (!local.startsWith('/') || local.includes('#') || absolute?.[1] === '') return 'invalid';
  const queryAt = local.indexOf('?');
  const rawPath = queryAt === -1 ? local : local.slice(0, queryAt);
  return {
    authority: absolute?.[1], path: parsePath(rawPath), rawPath, search: queryAt === -1 ? '' : local.slice(queryAt),
    sent: { match: undefined, base: undefined, text: '', forwardedFor: undefined, forwarded: '' },
  };
}

interface AuthorityFacts {
  readonly text: string;
  readonly host: string;
  readonly port: number | undefined;
}

function authorityFacts(authority: string): AuthorityFacts | 'invalid' {
  const known = authorities.get(authority);
  if (known !== undefined) return known;
  const text = ownCopy(authority);
  const made = readAuthority(text);
  if (text.length <= MAX_KEPT_LENGTH) authorities.set(text, made);
  return made;
}

function readAuthority(text: string): AuthorityFacts | 'invalid' {
  const parsed = AUTHORITY.exec(text);
  if (parsed === null || text.includes('%00')) return 'invalid';
  const port = parsed[1];
  if (port === undefined) return { text, host: text.toLowerCase(), port: undefined };
  return { text, host: text.slice(0, -port.length - 1).toLowerCase(), port: Number(port) };
}

/** A part of a head would keep all of the head in memory. */
function ownCopy(text: string): string {
  return text.length > MAX_KEPT_LENGTH ? text : Buffer.from(text, 'latin1').toString('latin1');
}

/** What can be said of a request that is refused before it is routed: its target as it came, and where it came from. */
export function refusedFacts(incoming: IncomingRequest, isTrusted: (address: string) => boolean, proxied?: ProxiedClient): RequestFacts {
  const [rawPath = '', ...rest] = incoming.target.split('?');
  const connection = connectionFacts(incoming.connection, isTrusted, proxied);
  return {
    path: { path: rawPath, escaped: rawPath },
    rawPath,
    search: rest.length === 0 ? '' : `?${rest.join('?')}`,
    host: '',
    authority: '',
    port: connection.listenerPort,
    clientIp: clientOf(incoming, connection),
    connection,
    sent: { match: undefined, base: undefined, text: '', forwardedFor: undefined, forwarded: '' },
  };
}

/** What a load balancer says of a connection that it passes on. Where it is asked, headers of requests do not name the client. */
export type ProxiedClient = (connection: ClientConnection) => { readonly sourceIp: string } | undefined;

function connectionFacts(connection: ClientConnection, isTrusted: (address: string) => boolean, proxied?: ProxiedClient): ConnectionFacts {
  if (connection.kept !== undefined) return connection.kept as ConnectionFacts;
  const remoteAddress = plainAddress(connection.remoteAddress);
  const facts: ConnectionFacts = {
    scheme: connection.tls === undefined ? 'http' as const : 'https' as const,
    listenerPort: connection.localPort,
    localAddress: plainAddress(connection.localAddress),
    remoteAddress,
    remotePort: connection.remotePort,
    trusted: isTrusted(remoteAddress),
    ...proxied !== undefined && { proxiedAddress: plainAddress(proxied(connection)?.sourceIp ?? remoteAddress) },
    sni: connection.tls?.serverName,
    forwarded: { host: undefined, before: '', behind: '' },
  };
  connection.kept = facts;
  return facts;
}

/** An absolute target without a path means the root. */
function originForm(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The client that a trusted proxy names, else the other end of the connection. */
function clientOf({ headers }: IncomingRequest, { trusted, remoteAddress, proxiedAddress }: ConnectionFacts): string {
  if (proxiedAddress !== undefined) return proxiedAddress;
  const value = trusted ? headers.first('x-real-ip') : undefined;
  return value !== undefined && isIP(value) !== 0 ? value : remoteAddress;
}
