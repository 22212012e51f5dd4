/** Connections to upstreams, on Node's HTTP client: opened on demand, kept alive, with the three timeouts of a service. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Service } from '../../model/snapshot.ts';
import type { UpstreamHead } from './upstream-request.ts';
import { UpstreamTls } from './upstream-tls.ts';
import type { UpstreamTlsConnection, UpstreamTlsOptions } from './upstream-tls.ts';

export interface UpstreamPoolOptions extends UpstreamTlsOptions {
  /** Idle connections kept for each upstream; 0 keeps none. */
  readonly size: number;
  /** Requests on one connection before it is closed. */
  readonly maxRequests: number;
  readonly idleTimeoutSeconds: number;
}

/** What failed. `invalid`: the upstream answered with something that is no answer to this request. */
export type UpstreamFailure = 'name' | 'connect' | 'timeout' | 'broken' | 'invalid';

export class UpstreamError extends Error {
  constructor(
    readonly kind: UpstreamFailure,
    /** Whether a part of the request may have reached the upstream. */
    readonly sent: boolean,
    options: ErrorOptions,
  ) {
    super(`upstream ${kind}`, options);
  }
}

interface UpstreamAttempt {
  /** Settles with the head of the answer; rejects with an `UpstreamError`. */
  readonly answer: Promise<UpstreamAnswer>;
  readonly request: ClientRequest;
}

export type UpstreamAnswer =
  | { readonly kind: 'response'; readonly response: IncomingMessage }
  | { readonly kind: 'upgrade'; readonly response: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

export class UpstreamPool {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #tls: UpstreamTls;

  constructor(options: UpstreamPoolOptions) {
    const settings = {
      keepAlive: options.size > 0,
      maxFreeSockets: Math.max(options.size, 1),
      maxTotalSockets: Infinity,
      // The connection used last is the one least likely to be closed by the other end.
      scheduling: 'lifo' as const,
      timeout: options.idleTimeoutSeconds * 1000,
    };
    this.#http = limitRequests(new HttpAgent(settings), options.maxRequests);
    this.#https = limitRequests(new TlsAgent(settings), options.maxRequests);
    this.#tls = new UpstreamTls(options);
  }

  /** Starts a request. @param onReady sends the body; called when the connection is open */
  send(service: Service, head: UpstreamHead, onReady: (request: ClientRequest) => void): UpstreamAttempt {
    const secure = service.protocol === 'https';
    const options = {
      host: service.host.replace(/^\[|\]$/g, ''),
      port: service.port,
      method: head.method,
      path: head.path,
      headers: head.headers as unknown as Record<string, string>,
      insecureHTTPParser: false,
      maxHeaderSize: 65_536,
    };
    const request = secure
      ? httpsRequest({ ...options, agent: this.#https, ...this.#tls.connection(service, head.headers[1]!) })
      : httpRequest({ ...options, agent: this.#http });
    return { request, answer: follow(request, { service, upgrade: head.upgrade, onReady }) };
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** A connection that was verified to one depth does not serve a service that demands another. */
class TlsAgent extends HttpsAgent {
  override getName(options?: Parameters<HttpsAgent['getName']>[0] & Partial<UpstreamTlsConnection>): string {
    return `${super.getName(options)}:${options?.verifyDepth ?? ''}`;
  }
}

const NAME_FAILURES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

interface Followed {
  readonly service: Service;
  readonly upgrade: boolean;
  onReady(request: ClientRequest): void;
}

function follow(request: ClientRequest, { service, upgrade, onReady }: Followed): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let connected = false;
    let timedOut = false;
    const expire = () => {
      timedOut = true;
      request.destroy();
    };
    const refuse = (what: string) => {
      reject(new UpstreamError('invalid', true, { cause: new Error(what) }));
      request.destroy();
    };
    const connectTimer = setTimeout(expire, service.connectTimeoutMs);
    const ready = (socket: Socket) => {
      clearTimeout(connectTimer);
      connected = true;
      socket.setTimeout(service.writeTimeoutMs);
      request.once('finish', () => socket.setTimeout(service.readTimeoutMs));
      onReady(request);
    };
    request.once('socket', (socket) => {
      if (request.reusedSocket) ready(socket);
      else socket.once(service.protocol === 'https' ? 'secureConnect' : 'connect', () => ready(socket));
    });
    request.once('timeout', expire);
    request.on('information', ({ statusCode }) => {
      if (statusCode === 101) refuse('101 without the name of a protocol');
    });
    request.once('response', (response) => {
      if (isFinal(response)) resolve({ kind: 'response', response });
      else refuse(`status ${response.statusCode}`);
    });
    request.once('upgrade', (response, socket, head) => {
      // Node's client has let go of the socket: without a listener its first error would be thrown.
      socket.on('error', () => socket.destroy());
      if (upgrade && response.headers.upgrade?.toLowerCase() === 'websocket') return resolve({ kind: 'upgrade', response, socket, head });
      socket.destroy();
      return refuse(`a switch to ${response.headers.upgrade}, which was not asked for`);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const kind = timedOut ? 'timeout' : NAME_FAILURES.has(error.code ?? '') ? 'name' : connected ? 'broken' : 'connect';
      reject(new UpstreamError(kind, connected, { cause: error }));
    });
    request.once('close', () => clearTimeout(connectTimer));
  });
}

/** Whether a status can be passed on. Node's parser lets numbers through that are none, such as 099. */
function isFinal({ statusCode }: IncomingMessage): boolean {
  return statusCode! >= 200;
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
