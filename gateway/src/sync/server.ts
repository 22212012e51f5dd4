/** The control plane's end of the configuration tunnel: port 8005, `/v1/outlet`. */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

import { WebSocketServer } from 'ws';

import { OutletSession } from './outlet-session.ts';
import { MAX_PAYLOAD_BYTES, OUTLET_PATH, REPORTS_HEADER } from './protocol.ts';
import type { ConfigurationSource, NodeRegistry } from './protocol.ts';
import { refuse } from './refusal.ts';
import { judgePeer, peerExpiry, serverTlsOptions } from './trust.ts';
import type { PeerCertificate, TunnelTrust } from './trust.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { listen } from '../base/listen.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';

export interface TunnelServerOptions {
  readonly trust: TunnelTrust;
  readonly source: ConfigurationSource;
  readonly registry: NodeRegistry;
  readonly log: Log;
  /** Largest frame that a data plane may send. @default 16 MiB */
  readonly maxPayloadBytes?: number;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/**
 * A change is sent this long after it was heard of, so that the writes of one script or one declarative file travel together. Milliseconds.
 */
const SETTLE_MS = 50;

/**
 * Least time between two pushes. Kong waits 5 s, which is what people feel as "slow hybrid mode"; its data planes look for a new
 * configuration once a second and take the newest, so four a second neither swamp nor starve them. Milliseconds.
 */
const PUSH_INTERVAL_MS = 250;

/** Refusals by what was presented; in mode shared the connection just ends, as data planes know it. */
const PKI_REFUSALS: Readonly<Record<Exclude<PeerCertificate, 'trusted'>, string>> = {
  none: 'No required SSL certificate was sent',
  wrong: 'The SSL certificate error',
};

export class TunnelServer {
  readonly #options: TunnelServerOptions;
  readonly #clock: Clock;
  readonly #servers: Server[] = [];
  readonly #sessions = new Set<OutletSession>();
  readonly #sockets = new Set<Duplex>();
  readonly #websockets: WebSocketServer;
  #unsubscribe: (() => void) | undefined;
  #scheduled: Timer | undefined;
  #lastPush = -Infinity;

  constructor(options: TunnelServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#websockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES,
      // Pongs carry nothing here, whereas a data plane's ping carries its hash.
      autoPong: false,
      clientTracking: false,
    });
    this.#websockets.on('headers', (headers) => headers.push(`Date: ${new Date().toUTCString()}`, `${REPORTS_HEADER}: accept`));
  }

  /** Number of data planes connected now. */
  get connected(): number {
    return this.#sessions.size;
  }

  /** @throws GatewayError `address-unavailable` */
  async listen(addresses: readonly ListenAddress[]): Promise<readonly AddressInfo[]> {
    this.#unsubscribe ??= this.#options.source.onChange(() => this.#schedulePush());
    const bound: AddressInfo[] = [];
    for (const address of addresses) {
      const server = this.#createServer();
      bound.push(await listen(server, address, 'KONG_CLUSTER_LISTEN'));
      this.#servers.push(server);
    }
    return bound;
  }

  /** Ends all sessions with a close frame, then the listeners. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#scheduled?.cancel();
    for (const session of this.#sessions) session.shutDown();
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    // A close frame needs a moment to leave; whoever does not answer it is not waited for.
    const deadline = setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), 500);
    for (const server of this.#servers) server.closeIdleConnections();
    await Promise.all(closed);
    clearTimeout(deadline);
  }

  #createServer(): Server {
    const { trust, log } = this.#options;
    const judge = judgePeer(trust);
    const server = createServer({ ...serverTlsOptions(trust), headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 16_384 });
    const admit = (request: IncomingMessage, socket: Duplex): boolean => {
      const verdict = judge(socket as TLSSocket);
      if (verdict === 'trusted') return true;
      log.warn(`tunnel: ${request.socket.remoteAddress} refused: ${verdict === 'none' ? 'no client certificate' : 'client certificate not trusted'}`);
      if (trust.mode === 'shared') socket.destroy();
      else refuse(socket, 400, PKI_REFUSALS[verdict]);
      return false;
    };
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', (error) => log.info(`tunnel: TLS handshake failed: ${messageOf(error)}`));
    server.on('clientError', (_error, socket) => socket.destroy());
    server.on('request', (request, response) => {
      if (!admit(request, request.socket)) return;
      // A request for the tunnel that does not ask for an upgrade gets no answer, as from Kong.
      if (pathOf(request) === OUTLET_PATH && missing(request) === undefined) return void request.socket.destroy();
      response.shouldKeepAlive = false;
      refuse(request.socket, pathOf(request) === OUTLET_PATH ? 400 : 404);
    });
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (admit(request, socket)) this.#upgrade(request, socket as TLSSocket, head);
    });
    return server;
  }

  #upgrade(request: IncomingMessage, socket: TLSSocket, head: Buffer): void {
    if (pathOf(request) !== OUTLET_PATH) return refuse(socket, 404);
    const absent = missing(request);
    if (absent !== undefined) {
      this.#options.log.warn(`tunnel: ${socket.remoteAddress} refused: ${absent} is missing in the query`);
      return refuse(socket, 400);
    }
    if (!asksForWebSocket(request)) return void socket.destroy();
    const query = queryOf(request);
    const expiry = peerExpiry(socket);
    const peer = {
      id: query.get('node_id')!,
      hostname: query.get('node_hostname') ?? '',
      version: query.get('node_version')!,
      ip: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
      ...(expiry === undefined ? {} : { certificateExpiry: expiry }),
    };
    this.#websockets.handleUpgrade(request, socket, head, (websocket) => {
      const { source, registry, log } = this.#options;
      const session = new OutletSession(websocket, peer, { source, registry, log, clock: this.#clock });
      this.#sessions.add(session);
      websocket.once('close', () => this.#sessions.delete(session));
    });
  }

  /** Leading edge: the first change goes out after the settling time, what follows waits for the interval. */
  #schedulePush(): void {
    if (this.#scheduled !== undefined) return;
    const wait = Math.max(SETTLE_MS, this.#lastPush + PUSH_INTERVAL_MS - this.#clock.now());
    this.#scheduled = this.#clock.after(wait, () => {
      this.#scheduled = undefined;
      this.#lastPush = this.#clock.now();
      for (const session of this.#sessions) session.push();
    });
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
}

function missing(request: IncomingMessage): string | undefined {
  const query = queryOf(request);
  return ['node_id', 'node_version'].find((name) => !query.get(name));
}

function asksForWebSocket(request: IncomingMessage): boolean {
  const { headers } = request;
  return request.method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
    && headers['sec-websocket-version'] === '13' && headers['sec-websocket-key'] !== undefined;
}
