/** Serves connections without HTTP: first bytes, route, plugins, upstream, relay, log. */
import type { Socket } from 'node:net';
import type { TLSSocket, TLSSocketOptions } from 'node:tls';

import { ownedBy } from '../base/defect-owner.ts';
import { messageOf } from '../base/errors.ts';
import { plainAddress } from '../base/ip-range.ts';
import { readFirst } from '../http-engine/sockets/first-bytes.ts';
import { readProxyHeader } from '../http-engine/sockets/proxy-protocol.ts';
import type { ProxiedEnds } from '../http-engine/sockets/proxy-protocol.ts';
import type { Service } from '../model/snapshot.ts';
import type { Listener } from '../settings/settings.ts';
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from './client-hello.ts';
import { closeGently, Relay } from './relay.ts';
import { planPlugins, runPreread, runStreamLog } from './stream-plugins.ts';
import { streamRouterOf } from './stream-routers.ts';
import { StreamSession } from './stream-session.ts';
import type { StreamBeginning } from './stream-session.ts';
import { endTls } from './stream-tls.ts';
import type { StreamsOptions } from './streams-options.ts';
import { connectUpstream } from './upstream-stream.ts';

/** How long a client may take for what has to come first. nginx waits as long. Milliseconds. */
const FIRST_BYTES_LIMIT_MS = 30_000;

/** Certificates and versions that an address offers; asked for each connection, since they change. */
export type TlsOffer = () => TLSSocketOptions;

export class TcpStreams {
  readonly #options: StreamsOptions;
  readonly #sockets = new Set<Socket>();
  readonly #relays = new Set<Relay>();
  #accepted = 0;
  #active = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Connections open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Streams under way, until their plugins have logged them. */
  get active(): number {
    return this.#active;
  }

  /** Ends what is idle for too long. @param now of `performance` */
  tick(now: number): void {
    for (const relay of this.#relays) relay.tick(now);
  }

  /** Closes all connections at once. */
  abort(): void {
    for (const relay of this.#relays) relay.abort();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Serves a connection that is paused. */
  accept(socket: Socket, listener: Listener, offer: TlsOffer | undefined): void {
    this.#accepted += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const remoteAddress = plainAddress(socket.remoteAddress);
    const begin = (proxied: ProxiedEnds | undefined) => this.#begin(socket, {
      sourceIp: plainAddress(proxied?.sourceIp ?? remoteAddress), sourcePort: proxied?.sourcePort ?? socket.remotePort ?? 0,
      // Routes name addresses of listeners, whatever address a load balancer has.
      destinationIp: plainAddress(socket.localAddress), destinationPort: socket.localPort ?? listener.port,
      remoteAddress, remotePort: socket.remotePort ?? 0, serverName: undefined, protocol: 'tcp',
    }, offer);
    if (!listener.proxyProtocol) return begin(undefined);
    const { isTrusted } = this.#options;
    if (isTrusted?.(remoteAddress) === false) return void socket.destroy();
    return readProxyHeader(socket, FIRST_BYTES_LIMIT_MS, (header) => {
      if (typeof header === 'string') socket.destroy();
      else begin(isTrusted === undefined ? undefined : header.ends);
    });
  }

  #begin(socket: Socket, beginning: StreamBeginning, offer: TlsOffer | undefined): void {
    if (offer === undefined) return this.#route(socket, beginning, undefined);
    let looked = 0;
    const parse = (bytes: Buffer) => {
      looked = bytes.length;
      return parseClientHello(bytes);
    };
    return readFirst(socket, {
      parse, consumed: () => 0, maxBytes: MAX_CLIENT_HELLO_BYTES, timeoutMs: FIRST_BYTES_LIMIT_MS,
    }, (hello) => {
      if (typeof hello === 'string') return closeGently(socket);
      return this.#route(socket, { ...beginning, protocol: 'tls', serverName: hello.serverName }, offer, looked);
    });
  }

  /** @param looked bytes that are known already, and still to be read */
  #route(socket: Socket, beginning: StreamBeginning, offer: TlsOffer | undefined, looked = 0): void {
    const { log } = this.#options;
    const configuration = this.#options.configuration();
    if (configuration === undefined) return closeGently(socket);
    const route = streamRouterOf(configuration.snapshot, log).find(beginning);
    const session = new StreamSession(beginning, configuration.snapshot, route);
    planPlugins(session, configuration);
    const release = configuration.hold();
    this.#active += 1;
    const end = () => {
      session.end();
      void runStreamLog(session, log).finally(() => {
        this.#active -= 1;
        release();
      });
    };
    const serve = (inside: Socket) => {
      const fail = (defect: unknown) => {
        log.error(`defect in a stream: ${messageOf(defect)}`, { route: route?.name ?? route?.id });
        inside.destroy();
      };
      ownedBy({ fail }, () => void this.#serve(inside, session, end).catch((error: unknown) => {
        fail(error);
        end();
      }));
    };
    if (offer === undefined || route === undefined || session.protocol === 'tls_passthrough') {
      session.bytes.received = -looked;
      return serve(socket);
    }
    return endTls(socket, offer(), (inside) => {
      if (inside === undefined) {
        session.status = 500;
        return end();
      }
      session.tls = sessionTls(inside);
      return serve(inside);
    });
  }

  async #serve(client: Socket, session: StreamSession, end: () => void): Promise<void> {
    const { log } = this.#options;
    const { route, service } = session;
    if (route !== undefined && route.heldBack !== true) await runPreread(session, log);
    const upstream = session.isRefused || service === undefined || route?.heldBack === true ? undefined
      : await connectUpstream(service, session, this.#options, () => client.destroyed);
    if (upstream === undefined || typeof upstream === 'string') {
      session.status = upstream === undefined ? 500 : 502;
      if (upstream !== undefined) log.warn(`a stream has no upstream: ${upstream}`, { route: route?.name ?? route?.id });
      closeGently(client);
      return end();
    }
    const { socket, peers } = upstream;
    if (client.destroyed) {
      socket.destroy();
      peers.end();
      return end();
    }
    this.#relay(client, socket, session, service!, () => {
      peers.end();
      end();
    });
    return undefined;
  }

  #relay(client: Socket, upstream: Socket, session: StreamSession, service: Service, onEnd: () => void): void {
    const relay: Relay = new Relay({
      client, upstream, ofClient: session.bytes, ofUpstream: session.countUpstream(),
      idleMs: Math.min(service.readTimeoutMs, service.writeTimeoutMs),
      halfClose: this.#options.halfClose,
      onEnd: () => {
        this.#relays.delete(relay);
        onEnd();
      },
    });
    this.#relays.add(relay);
  }
}

function sessionTls(socket: TLSSocket): StreamSession['tls'] {
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
}
