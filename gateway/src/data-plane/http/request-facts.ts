/** Reads what routing needs from a request's head, and refuses what no gateway should pass on. RFC 9112 §3.2, §6. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { plainAddress } from '../../base/ip-range.ts';
import { parsePath } from '../router/request-path.ts';
import type { RequestFacts } from './received-request.ts';

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
  'authorization', 'proxy-authorization', 'user-agent', 'if-modified-since', 'if-unmodified-since', 'if-range', 'content-range',
] as const;

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i;
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\"<>^`{|}]*)(?::(\d{1,5}))?$/i;

/** @param isTrusted whether an address belongs to a proxy whose forwarding headers are believed */
export function readFacts(incoming: IncomingMessage, isTrusted: (address: string) => boolean): RequestFacts | Rejection {
  const target = incoming.url!;
  if (target.length > MAX_TARGET_BYTES) return { status: 414, message: 'URI too long' };
  if (incoming.method === 'TRACE' || incoming.method === 'CONNECT') return { status: 405, message: 'Method not allowed' };
  if (incoming.httpVersion !== '1.1' && incoming.httpVersion !== '1.0') return { status: 505, message: 'HTTP version not supported' };
  const encoding = incoming.headers['transfer-encoding'];
  // Any other list of encodings is one that this gateway, or the next server, may read otherwise.
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || incoming.httpVersion === '1.0')) return BAD_REQUEST;
  if (Number(incoming.headers['content-length']) > Number.MAX_SAFE_INTEGER) return BAD_REQUEST;
  const absolute = ABSOLUTE.exec(target);
  const local = absolute === null ? target : originForm(absolute[2]!);
  const lines = incoming.headersDistinct;
  if (SINGLE.some((name) => lines[name] !== undefined && lines[name].length > 1)) return BAD_REQUEST;
  const hosts = lines.host ?? [];
  if (!local.startsWith('/') || local.includes('#') || hosts.length > 1) return BAD_REQUEST;
  if (hosts[0] === undefined && incoming.httpVersion !== '1.0') return BAD_REQUEST;
  // A target with a host of its own wins over the header. RFC 9112 §3.2.2
  const authority = absolute?.[1] ?? hosts[0] ?? '';
  const parsedAuthority = AUTHORITY.exec(authority);
  if (parsedAuthority === null || authority.includes('%00') || hosts[0] === '' || absolute?.[1] === '') return BAD_REQUEST;

  const queryAt = local.indexOf('?');
  const rawPath = queryAt === -1 ? local : local.slice(0, queryAt);
  const path = parsePath(rawPath);
  if (path === 'invalid') return BAD_REQUEST;
  if (path === 'unmatchable') return NO_ROUTE;

  const connection = connectionFacts(incoming, isTrusted);
  const port = parsedAuthority[1];
  return {
    path,
    rawPath,
    search: queryAt === -1 ? '' : local.slice(queryAt),
    authority,
    host: (port === undefined ? authority : authority.slice(0, -port.length - 1)).toLowerCase(),
    port: port === undefined ? connection.listenerPort : Number(port),
    ...connection,
  };
}

/** What can be said of a request that is refused before it is routed: its target as it came, and where it came from. */
export function refusedFacts(incoming: IncomingMessage, isTrusted: (address: string) => boolean): RequestFacts {
  const [rawPath = '', ...rest] = incoming.url!.split('?');
  const connection = connectionFacts(incoming, isTrusted);
  return {
    path: { path: rawPath, escaped: rawPath },
    rawPath,
    search: rest.length === 0 ? '' : `?${rest.join('?')}`,
    authority: '',
    host: '',
    port: connection.listenerPort,
    ...connection,
  };
}

type ConnectionFacts = Pick<RequestFacts, 'scheme' | 'listenerPort' | 'remoteAddress' | 'trusted' | 'clientIp' | 'sni'>;

function connectionFacts(incoming: IncomingMessage, isTrusted: (address: string) => boolean): ConnectionFacts {
  const socket = incoming.socket as Socket & Partial<TLSSocket>;
  const remoteAddress = plainAddress(socket.remoteAddress);
  const trusted = isTrusted(remoteAddress);
  return {
    scheme: socket.encrypted === true ? 'https' : 'http',
    listenerPort: socket.localPort ?? 0,
    remoteAddress,
    trusted,
    clientIp: trusted ? namedClient(incoming) ?? remoteAddress : remoteAddress,
    ...typeof socket.servername === 'string' && { sni: socket.servername },
  };
}

/** An absolute target without a path means the root. */
function originForm(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The client that a trusted proxy names. */
function namedClient(incoming: IncomingMessage): string | undefined {
  const value = incoming.headersDistinct['x-real-ip']?.[0];
  return value !== undefined && isIP(value) !== 0 ? value : undefined;
}
