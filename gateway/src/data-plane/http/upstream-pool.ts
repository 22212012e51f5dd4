/** Connections to upstreams, on Node's HTTP client: opened on demand, kept alive, limited in requests. */
import { Agent as HttpAgent, ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

import type {
  AnswerReader, UpstreamCall, UpstreamEngine, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts,
} from '../../http-engine/messages.ts';
import { BodylessRequest } from './bodyless-request.ts';
import { flatOf } from './node-message.ts';
import { callOf } from './upstream-answer.ts';
import { UpstreamTls } from './upstream-tls.ts';
import type { UpstreamTlsOptions } from './upstream-tls.ts';

export interface UpstreamPoolOptions extends UpstreamTlsOptions {
  /** Idle connections kept for each upstream; 0 keeps none. */
  readonly size: number;
  /** Requests on one connection before it is closed. */
  readonly maxRequests: number;
  readonly idleTimeoutSeconds: number;
  /** Connections to all upstreams together, for each protocol; further requests wait. @default 16384 */
  readonly maxConnections?: number;
}

/** As many as nginx' workers take. */
const MAX_CONNECTIONS = 16_384;

export class UpstreamPool implements UpstreamEngine {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly tls: UpstreamTls;

  constructor(options: UpstreamPoolOptions) {
    const settings = {
      keepAlive: options.size > 0,
      maxFreeSockets: Math.max(options.size, 1),
      maxTotalSockets: options.maxConnections ?? MAX_CONNECTIONS,
      // The connection used last is the one least likely to be closed by the other end.
      scheduling: 'lifo' as const,
      timeout: options.idleTimeoutSeconds * 1000,
    };
    this.#http = limitRequests(new HttpAgent(settings), options.maxRequests);
    this.#https = limitRequests(new TlsAgent(settings), options.maxRequests);
    this.tls = new UpstreamTls(options);
  }

  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    const { ip, port, tls } = route;
    const framing = head.body === 'none' ? []
      : head.body === 'chunked' ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(head.body)];
    const headers = [
      ...flatOf(head.lines), 'Connection', head.upgrade ? 'keep-alive, Upgrade' : 'keep-alive',
      ...head.upgrade ? ['Upgrade', 'websocket'] : [], ...framing,
    ];
    const options = {
      host: ip, port, method: head.method, path: head.path, headers: headers as unknown as Record<string, string>,
      insecureHTTPParser: false, maxHeaderSize: 65_536,
    };
    const made = tls === undefined ? { ...options, protocol: 'http:', agent: this.#http }
      : { ...options, protocol: 'https:', agent: this.#https, ...tls, routeKey: route.key };
    const request = head.body === 'none' ? new BodylessRequest(made) : new ClientRequest(made);
    request.on('drain', () => reader.drain());
    return callOf(request, head, { timeouts, isSecure: tls !== undefined }, reader);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Requests share a connection only where every setting of TLS is the same, certificates of both sides included. */
class TlsAgent extends HttpsAgent {
  override getName(options?: Parameters<HttpsAgent['getName']>[0] & { readonly routeKey?: string }): string {
    return `${super.getName(options)}:${options?.routeKey ?? ''}`;
  }
}

/** Limits the requests of one connection, which Node's agent cannot. @param maxRequests 0: no limit */
function limitRequests<A extends HttpAgent>(agent: A, maxRequests: number): A {
  const served = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
  agent.keepSocketAlive = (socket: Duplex) => {
    const count = (served.get(socket) ?? 0) + 1;
    served.set(socket, count);
    return (maxRequests === 0 || count < maxRequests) && keep(socket);
  };
  return agent;
}
