/** Connections to upstreams, on Node's HTTP client: opened on demand, kept alive, limited in requests. */
import { Agent as HttpAgent, ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

import type { Service } from '../../model/snapshot.ts';
import { BodylessRequest } from './bodyless-request.ts';
import { answerOf } from './upstream-answer.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamHead } from './upstream-request.ts';
import { UpstreamTls } from './upstream-tls.ts';
import type { ServiceTls, UpstreamTlsConnection, UpstreamTlsOptions } from './upstream-tls.ts';

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

/** Whom a request goes to. */
export interface UpstreamTarget {
  /** Its protocol, time limits and settings of TLS. */
  readonly service: Service;
  readonly peer: { readonly ip: string; readonly port: number };
  /** Certificates of the configuration. @default - those of the node */
  readonly tls?: ServiceTls | undefined;
}

interface SendOptions {
  /** Whether a kept connection is only used when it has no close to be read. */
  readonly isCareful: boolean;
  /** Sends the body; called when the connection is open. */
  onReady(request: ClientRequest): void;
}

interface UpstreamAttempt {
  /** Settles with the head of the answer; rejects with an `UpstreamError`. */
  readonly answer: Promise<UpstreamAnswer>;
  readonly request: ClientRequest;
}

export class UpstreamPool {
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

  /** Starts a request. @throws Error certificates of the configuration cannot be used */
  send({ service, peer, tls }: UpstreamTarget, head: UpstreamHead, { isCareful, onReady }: SendOptions): UpstreamAttempt {
    const secure = service.protocol === 'https';
    const options = {
      host: peer.ip,
      port: peer.port,
      method: head.method,
      path: head.path,
      headers: head.headers as unknown as Record<string, string>,
      insecureHTTPParser: false,
      maxHeaderSize: 65_536,
    };
    const made = secure
      ? { ...options, protocol: 'https:', agent: this.#https, ...this.tls.connection(service, head.headers[1]!, tls) }
      : { ...options, protocol: 'http:', agent: this.#http };
    const request = head.hasFraming ? new ClientRequest(made) : new BodylessRequest(made);
    return { request, answer: answerOf(request, { service, upgrade: head.upgrade, isCareful, onReady }) };
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Requests share a connection only where every setting of TLS is the same, certificates of both sides included. */
class TlsAgent extends HttpsAgent {
  override getName(options?: Parameters<HttpsAgent['getName']>[0] & Partial<UpstreamTlsConnection>): string {
    return `${super.getName(options)}:${options?.verifyDepth ?? ''}:${options?.identity ?? ''}`;
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
