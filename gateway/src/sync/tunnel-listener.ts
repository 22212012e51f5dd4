/** A port of the tunnel: TLS, the verdict on client certificates, and WebSockets on a few paths. Their messages are not known here. */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

import { messageOf } from '../base/errors.ts';
import { plainAddress } from '../base/ip-range.ts';
import { listen, openEach } from '../base/listen.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { HANDSHAKE_LIMIT_MS, MAX_PAYLOAD_BYTES } from './protocol.ts';
import { refuse } from './refusal.ts';
import { judgeAgain, judgePeer, peerExpiry, serverTlsOptions } from './trust.ts';
import type { PeerCertificate, TunnelTrust } from './trust.ts';

/** What a handshake says about the node at the other end. Only the certificate is verified. */
export interface TunnelPeer {
  readonly id: string;
  /** Empty when the node did not send it. */
  readonly hostname: string;
  readonly version: string;
  readonly ip: string;
  /** End of its certificate, seconds since 1970. */
  readonly certificateExpiry?: number;
}

/** Serves a WebSocket. Returns the function that closes it with a close frame. */
type TunnelEndpoint = (websocket: WebSocket, peer: TunnelPeer) => () => void;

export interface TunnelListenerOptions {
  readonly trust: TunnelTrust;
  /** By path. Other paths are answered with 404. */
  readonly endpoints: Readonly<Record<string, TunnelEndpoint>>;
  /** Paths that nodes request and that are not served, with the advice that the log gives. @default - none */
  readonly absent?: Readonly<Record<string, string>>;
  /** Name of the setting that the addresses come from, for messages. */
  readonly setting: string;
  readonly log: Log;
  /** Largest frame that a node may send. @default 16 MiB */
  readonly maxPayloadBytes?: number | undefined;
  /** Further headers of the handshake's answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers by verdict. In mode shared the connection ends without one, as with Kong. */
const PKI_REFUSALS: Readonly<Record<Exclude<PeerCertificate, 'trusted'>, string>> = {
  none: 'No required SSL certificate was sent',
  wrong: 'The SSL certificate error',
};

/** Arguments of the query that identify a node. */
const REQUIRED_ARGUMENTS = ['node_id', 'node_version'];

/** Most requests for absent paths that are logged: more than a fleet has, less than fills a log. */
const MAX_REPORTED = 1_000;

/** How often connections are looked at that have not sent their request. Milliseconds. */
const LIMIT_CHECK_MS = 1_000;

/** Time for close frames to leave while closing. Milliseconds. */
const CLOSE_GRACE_MS = 500;

export class TunnelListener {
  readonly #options: TunnelListenerOptions;
  readonly #servers: Server[] = [];
  readonly #tunnels = new Map<WebSocket, { readonly socket: TLSSocket; readonly end: () => void }>();
  readonly #sockets = new Set<Duplex>();
  readonly #websockets: WebSocketServer;
  /** Requests for absent paths that were logged: nodes repeat them every few seconds. */
  readonly #reported = new Set<string>();
  #trust: TunnelTrust;
  #judge: (socket: TLSSocket) => PeerCertificate;

  constructor(options: TunnelListenerOptions) {
    this.#options = options;
    this.#trust = options.trust;
    this.#judge = judgePeer(options.trust);
    this.#websockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES,
      // Pongs carry nothing here, whereas a data plane's ping carries its hash.
      autoPong: false,
      clientTracking: false,
    });
    const added = Object.entries(options.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
    this.#websockets.on('headers', (headers) => void headers.push(`Date: ${new Date().toUTCString()}`, ...added));
  }

  /** Number of nodes connected now. */
  get connected(): number {
    return this.#tunnels.size;
  }

  /** @throws GatewayError `address-unavailable` */
  async listen(addresses: readonly ListenAddress[]): Promise<readonly AddressInfo[]> {
    return openEach(addresses, this.#options.log, async (address) => {
      const server = this.#createServer();
      const bound = await listen(server, address, this.#options.setting);
      this.#servers.push(server);
      return bound;
    });
  }

  /** Uses other certificates from now on. Closes the tunnels that they reject. */
  renew(trust: TunnelTrust): void {
    const admits = judgeAgain(trust, this.#trust);
    this.#trust = trust;
    this.#judge = judgePeer(trust);
    // A new context also has new keys for session tickets: no session of the old one is resumed.
    for (const server of this.#servers) server.setSecureContext(serverTlsOptions(trust));
    const tunnels = [...this.#tunnels.values()];
    for (const { socket, end } of tunnels) {
      if (admits(socket)) continue;
      this.#options.log.warn(`tunnel: ${socket.remoteAddress} closed: its certificate is not trusted any more`);
      end();
    }
    const open = new Set<Duplex>(tunnels.map(({ socket }) => socket));
    // They finished their handshake under the old rules and have not sent a request yet.
    for (const socket of this.#sockets) if (!open.has(socket)) socket.destroy();
  }

  /** Ends all sessions, then the listeners. */
  async close(): Promise<void> {
    for (const { end } of this.#tunnels.values()) end();
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    // Peers that do not answer a close frame are cut off.
    const deadline = setTimeout(() => this.#sockets.forEach((socket) => void socket.destroy()), CLOSE_GRACE_MS);
    for (const server of this.#servers) server.closeIdleConnections();
    await Promise.all(closed);
    clearTimeout(deadline);
  }

  #createServer(): Server {
    const { log, endpoints } = this.#options;
    const server = createServer({
      ...serverTlsOptions(this.#trust),
      headersTimeout: HANDSHAKE_LIMIT_MS,
      requestTimeout: HANDSHAKE_LIMIT_MS,
      connectionsCheckingInterval: LIMIT_CHECK_MS,
    });
    const admits = (request: IncomingMessage, socket: Duplex): boolean => {
      const verdict = this.#judge(socket as TLSSocket);
      if (verdict === 'trusted') return true;
      const reason = verdict === 'none' ? 'no client certificate' : 'client certificate not trusted';
      log.warn(`tunnel: ${request.socket.remoteAddress} refused: ${reason}`);
      if (this.#trust.mode === 'shared') socket.destroy();
      else refuse(socket, 400, PKI_REFUSALS[verdict]);
      return false;
    };
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', (error, socket) => {
      log.info(`tunnel: TLS handshake with ${socket.remoteAddress} failed: ${messageOf(error)}`);
    });
    server.on('clientError', (error, socket) => {
      log.info(`tunnel: ${(socket as Socket).remoteAddress} sent no request for a tunnel: ${messageOf(error)}`);
      socket.destroy();
    });
    server.on('request', (request) => {
      if (!admits(request, request.socket)) return;
      const known = endpoints[pathOf(request)] !== undefined;
      // A request for a tunnel that does not ask for an upgrade gets no answer, as from Kong.
      if (known && missingArgument(request) === undefined) request.socket.destroy();
      else refuse(request.socket, known ? 400 : 404);
    });
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => void socket.destroy());
      if (admits(request, socket)) this.#upgrade(request, socket as TLSSocket, head);
    });
    return server;
  }

  #upgrade(request: IncomingMessage, socket: TLSSocket, head: Buffer): void {
    const endpoint = this.#options.endpoints[pathOf(request)];
    if (endpoint === undefined) {
      this.#reportAbsent(pathOf(request), plainAddress(socket.remoteAddress));
      return refuse(socket, 404);
    }
    const absent = missingArgument(request);
    if (absent !== undefined) {
      this.#options.log.warn(`tunnel: ${socket.remoteAddress} refused: ${absent} is missing in the query`);
      return refuse(socket, 400);
    }
    if (!asksForWebSocket(request)) return void socket.destroy();
    const peer = peerOf(request, socket);
    return this.#websockets.handleUpgrade(request, socket, head, (websocket) => {
      this.#tunnels.set(websocket, { socket, end: endpoint(websocket, peer) });
      websocket.once('close', () => this.#tunnels.delete(websocket));
    });
  }

  #reportAbsent(path: string, address: string): void {
    const text = this.#options.absent?.[path];
    const asked = `${address} asks for ${path}`;
    if (text === undefined || this.#reported.has(asked) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(asked);
    this.#options.log.warn(`tunnel: ${asked}, which is not served: ${text}`);
  }
}

function peerOf(request: IncomingMessage, socket: TLSSocket): TunnelPeer {
  const query = queryOf(request);
  const expiry = peerExpiry(socket);
  return {
    id: query.get('node_id') ?? '',
    hostname: query.get('node_hostname') ?? '',
    version: query.get('node_version') ?? '',
    ip: plainAddress(socket.remoteAddress),
    ...(expiry === undefined ? {} : { certificateExpiry: expiry }),
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
}

function missingArgument(request: IncomingMessage): string | undefined {
  const query = queryOf(request);
  return REQUIRED_ARGUMENTS.find((name) => !query.get(name));
}

function asksForWebSocket(request: IncomingMessage): boolean {
  const { headers } = request;
  return request.method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
    && headers['sec-websocket-version'] === '13' && headers['sec-websocket-key'] !== undefined;
}
