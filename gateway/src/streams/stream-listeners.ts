/** The addresses of streams: opens them, counts, and closes them in order. */
import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { GatewayError, messageOf } from '../base/errors.ts';
import { listen, listenReason, openEach } from '../base/listen.ts';
import type { ListenerServers } from '../listener/listener-servers.ts';
import { shownAddress } from '../settings/listeners.ts';
import type { Listener } from '../settings/settings.ts';
import { SETTINGS } from '../settings/table.ts';
import type { StreamsOptions } from './streams-options.ts';
import { TcpStreams } from './tcp-streams.ts';
import { UdpStreams } from './udp-streams.ts';

/** How often idle streams are looked for. Milliseconds. */
const TICK_MS = 250;

export class StreamListeners {
  readonly #options: StreamsOptions;
  readonly #tcp: TcpStreams;
  readonly #udp: UdpStreams;
  readonly #servers: Server[] = [];
  readonly #sockets: DatagramSocket[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#tcp = new TcpStreams(options);
    this.#udp = new UdpStreams(options);
  }

  /** Connections, and clients that send datagrams. */
  get connections(): number {
    return this.#tcp.connections + this.#udp.connections;
  }

  /** The same, since the start. */
  get accepted(): number {
    return this.#tcp.accepted + this.#udp.accepted;
  }

  /** Streams under way that a node which stops waits for. Those of datagrams have no end to wait for. */
  get active(): number {
    return this.#tcp.active;
  }

  /** @throws GatewayError `address-unavailable`, `certificate-missing` */
  async open(listeners: readonly Listener[], servers: ListenerServers): Promise<readonly AddressInfo[]> {
    if (listeners.length === 0) return [];
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    return openEach(listeners, this.#options.log, (listener) => (
      listener.udp === true ? this.#openUdp(listener) : this.#openTcp(listener, servers)));
  }

  /** Accepts nothing new. What is under way goes on. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    this.#udp.abort();
    await Promise.all(this.#servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
  }

  /** Closes all streams at once. */
  abort(): void {
    clearInterval(this.#timer);
    this.#tcp.abort();
  }

  #tick(): void {
    const now = performance.now();
    this.#tcp.tick(now);
    this.#udp.tick(now);
  }

  async #openTcp(listener: Listener, servers: ListenerServers): Promise<AddressInfo> {
    const setting = SETTINGS.listen.stream.name;
    const offer = listener.ssl ? servers.offerFor(listener, setting) : undefined;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      this.#tcp.accept(socket, listener, offer);
    });
    const bound = await listen(server, listener, setting);
    server.on('error', (error) => this.#options.log.error(`${setting}: a connection could not be accepted: ${messageOf(error)}`));
    this.#servers.push(server);
    return bound;
  }

  #openUdp(listener: Listener): Promise<AddressInfo> {
    const setting = SETTINGS.listen.stream.name;
    const socket = createSocket({
      type: listener.host.includes(':') ? 'udp6' : 'udp4', ipv6Only: listener.host.includes(':'), reusePort: listener.sharesPort === true,
    });
    return new Promise((resolve, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) => reject(new GatewayError(
        'address-unavailable', `${setting}: cannot listen on ${shownAddress(listener)}: ${listenReason(error)}`, 'address',
        { cause: error },
      )));
      socket.bind(listener.port, listener.host, () => {
        socket.removeAllListeners('error');
        socket.on('error', (error) => this.#options.log.error(`${setting}: datagrams cannot be received: ${messageOf(error)}`));
        this.#sockets.push(socket);
        this.#udp.serve(socket);
        resolve(socket.address() as AddressInfo);
      });
    });
  }
}
