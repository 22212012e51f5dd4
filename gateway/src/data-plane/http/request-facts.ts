/** Reads what routing needs from a request's head, and refuses what no gateway should pass on. RFC 9112 §3.2 */
import { isIP } from 'node:net';

import { plainAddress } from '../../base/ip-range.ts';
import type { ClientConnection, IncomingRequest } from '../../http-engine/messages.ts';
import { parsePath } from '../router/request-path.ts';
import type { ConnectionFacts, RequestFacts } from './received-request.ts';

interface Rejection {
  readonly status: number;
  readonly message: string;
}

const BAD_REQUEST: Rejection = { status: 400, message: 'Bad request' };
const NO_ROUTE: Rejection = { status: 404, message: 'no Route matched with those values' };

/** nginx' limit for a request line. Bytes. */
const MAX_TARGET_BYTES = 8_192;

/** Fields with one value (RFC 9110 §5.3): of two lines, it is not known which one counts for the next server. nginx refuses them, too. */
const SINGLE = [
  'host', 'authorization', 'proxy-authorization', 'user-agent', 'if-modified-since', 'if-unmodified-since', 'if-range', 'content-range',
] as const;

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i;
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\"<>^`{|}]*)(?::(\d{1,5}))?$/i;

/** @param isTrusted whether an address belongs to a proxy whose forwarding headers are believed */
export function readFacts(
  incoming: IncomingRequest, isTrusted: (address: string) => boolean, proxied?: ProxiedClient,
): RequestFacts | Rejection {
  const { target, headers } = incoming;
  if (target.length > MAX_TARGET_BYTES) return { status: 414, message: 'URI too long' };
  if (incoming.method === 'TRACE' || incoming.method === 'CONNECT') return { status: 405, message: 'Method not allowed' };
  const absolute = target.startsWith('/') ? null : ABSOLUTE.exec(target);
  const local = absolute === null ? target : originForm(absolute[2]!);
  for (const name of SINGLE) if (headers.values(name).length > 1) return BAD_REQUEST;
  if (!local.startsWith('/') || local.includes('#')) return BAD_REQUEST;
  const host = headers.first('host');
  if (host === undefined && incoming.version !== '1.0') return BAD_REQUEST;
  // A target with a host of its own wins over the header. RFC 9112 §3.2.2
  const authority = absolute?.[1] ?? host ?? '';
  const parsedAuthority = AUTHORITY.exec(authority);
  if (parsedAuthority === null || authority.includes('%00') || host === '' || absolute?.[1] === '') return BAD_REQUEST;

  const queryAt = local.indexOf('?');
  const rawPath = queryAt === -1 ? local : local.slice(0, queryAt);
  const path = parsePath(rawPath);
  if (path === 'invalid') return BAD_REQUEST;
  if (path === 'unmatchable') return NO_ROUTE;

  const connection = connectionFacts(incoming.connection, isTrusted, proxied);
  const port = parsedAuthority[1];
  return {
    path,
    rawPath,
    search: queryAt === -1 ? '' : local.slice(queryAt),
    host: (port === undefined ? authority : authority.slice(0, -port.length - 1)).toLowerCase(),
    authority,
    port: port === undefined ? connection.listenerPort : Number(port),
    clientIp: clientOf(incoming, connection),
    connection,
  };
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
  };
}

/** What a load balancer says of a connection that it passes on. Where it is asked, headers of requests do not name the client. */
export type ProxiedClient = (connection: ClientConnection) => { readonly sourceIp: string } | undefined;

const known = new WeakMap<ClientConnection, ConnectionFacts>();

function connectionFacts(connection: ClientConnection, isTrusted: (address: string) => boolean, proxied?: ProxiedClient): ConnectionFacts {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const remoteAddress = plainAddress(connection.remoteAddress);
  const facts = {
    scheme: connection.tls === undefined ? 'http' as const : 'https' as const,
    listenerPort: connection.localPort,
    localAddress: plainAddress(connection.localAddress),
    remoteAddress,
    remotePort: connection.remotePort,
    trusted: isTrusted(remoteAddress),
    ...proxied !== undefined && { proxiedAddress: plainAddress(proxied(connection)?.sourceIp ?? remoteAddress) },
    sni: connection.tls?.serverName,
  };
  known.set(connection, facts);
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
