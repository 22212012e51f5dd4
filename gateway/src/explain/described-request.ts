/** Reads a described request as the data plane would read it from a connection, so that both come to the same facts. */
import type { RequestFacts } from '../data-plane/http/received-request.ts';
import { readFacts } from '../data-plane/http/request-facts.ts';
import type { ConnectionEnds, RouterInput } from '../data-plane/router/router-input.ts';
import { HTTP1_LIMITS } from '../http-engine/http1/limits.ts';
import { readRequestHead, RequestHead } from '../http-engine/http1/request-head.ts';
import { REQUEST_REFUSALS } from '../http-engine/http1/request-refusals.ts';
import type { ClientConnection, HttpVersion, IncomingRequest } from '../http-engine/messages.ts';
import type { DescribedRequest, OwnExplanation } from './explanation.ts';

/** A request as routing sees it. */
export interface ReadRequest extends RouterInput {
  readonly facts: RequestFacts;
  readonly version: HttpVersion;
}

/** @returns the request, or the answer that refuses it before it is routed */
export function readRequest(described: DescribedRequest): ReadRequest | OwnExplanation {
  const { method = 'GET', http_version: version = '1.1', client_ip: clientIp = '127.0.0.1' } = described;
  const url = urlOf(described.url);
  if (url === undefined) {
    return {
      status: 400, message: 'Bad request',
      reason: `url: got '${described.url}', expected http:// or https:// with a host, e.g. https://api.example.com/orders`,
    };
  }
  const text = headOf(method, url, version, described.headers ?? {});
  const head = new RequestHead();
  const refusal = readRequestHead(head, text, 0, text.length - 4, Buffer.from(text, 'latin1'), 0, HTTP1_LIMITS);
  if (refusal !== undefined) {
    const { status, what } = REQUEST_REFUSALS[refusal];
    return { status, message: refusal, reason: `the gateway refuses ${what}` };
  }
  const serverName = described.sni ?? url.name;
  const connection: ClientConnection = {
    remoteAddress: clientIp, remotePort: 0, localAddress: '127.0.0.1', localPort: url.port,
    tls: url.scheme === 'https' ? { version: 'TLSv1.3', cipher: '', serverName } : undefined,
  };
  const { headers, target } = head;
  const incoming = { method, target, version, headers, connection } as unknown as IncomingRequest;
  const facts = readFacts(incoming, () => false);
  if ('status' in facts) return { ...facts, reason: `the gateway refuses such a request: ${facts.message}` };
  return {
    facts, version, method, host: facts.host, port: facts.port, path: facts.path.path, scheme: url.scheme, search: facts.search,
    sni: connection.tls?.serverName, ends: endsOf(clientIp), headerValues: (name) => headers.values(name),
  };
}

function endsOf(sourceIp: string): ConnectionEnds {
  return { sourceIp, sourcePort: 0, destinationIp: '127.0.0.1' };
}

interface ReadUrl {
  readonly scheme: 'http' | 'https';
  /** As given, with a port that was given. */
  readonly authority: string;
  readonly name: string;
  readonly port: number;
  /** Path and query as given: an URL object would normalise them, and hide what the gateway does with them. */
  readonly target: string;
}

function urlOf(text: string): ReadUrl | undefined {
  const parts = /^(https?):\/\/((\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?)([^\s#]*)$/i.exec(text);
  if (parts === null) return undefined;
  const [, given, authority = '', name = '', port, rest = ''] = parts;
  const scheme = given!.toLowerCase() as 'http' | 'https';
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return { scheme, authority, name, port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port), target };
}

function headOf(method: string, url: ReadUrl, version: HttpVersion, headers: NonNullable<DescribedRequest['headers']>): string {
  const lines = Object.entries(headers).flatMap(([name, values]) => (
    [values].flat().map((value) => `${name}: ${latin1(value)}\r\n`)));
  const hasHost = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
  const host = hasHost ? '' : `Host: ${url.authority}\r\n`;
  // What HTTP/2 has in its own form reads as HTTP/1.1 does.
  return `${method} ${latin1(url.target)} HTTP/${version === '1.0' ? '1.0' : '1.1'}\r\n${host}${lines.join('')}\r\n`;
}

/** One character for each byte, as heads have it. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
