/** Serves datagrams: those of one client's port are one stream, until it is idle. */
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

import { messageOf } from '../base/errors.ts';
import { plainAddress } from '../base/ip-range.ts';
import type { Peer, PeerSelection } from '../data-plane/balancer/peer-selection.ts';
import type { Service } from '../model/snapshot.ts';
import { planPlugins, runPreread, runStreamLog } from './stream-plugins.ts';
import { streamRouterOf } from './stream-routers.ts';
import { StreamSession } from './stream-session.ts';
import type { StreamsOptions } from './streams-options.ts';
import { peersOf } from './upstream-stream.ts';

/** Clients at the same time; datagrams of others are dropped. Each has a socket of its own. */
const MAX_SESSIONS = 4_096;

/** Of one client, until its upstream is known; more are dropped. */
const MAX_WAITING = 16;

interface Session {
  readonly stream: StreamSession;
  /** Datagrams that wait for the upstream. */
  readonly waiting: Buffer[];
  socket: Socket | undefined;
  peers: PeerSelection | undefined;
  active: number;
  idleMs: number;
  isOver: boolean;
  readonly release: () => void;
}

/** How long a stream without an upstream is remembered: its datagrams are dropped meanwhile. Milliseconds. */
const REFUSED_MS = 1_000;

export class UdpStreams {
  readonly #options: StreamsOptions;
  readonly #sessions = new Map<string, Session>();
  #accepted = 0;
  #dropped = 0;
  /** Whether it was logged that there are too many, since there were few. */
  #isFull = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Datagrams that were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Serves the datagrams of a socket that listens. */
  serve(listener: Socket): void {
    const { address, port } = listener.address();
    listener.on('message', (datagram, from) => this.#take(datagram, from, listener, { address, port }));
  }

  /** @param now of `performance` */
  tick(now: number): void {
    for (const [key, session] of this.#sessions) if (now - session.active >= session.idleMs) this.#end(key, session);
    if (this.#sessions.size < MAX_SESSIONS / 2) this.#isFull = false;
  }

  abort(): void {
    for (const [key, session] of this.#sessions) this.#end(key, session);
  }

  #take(datagram: Buffer, from: RemoteInfo, listener: Socket, local: { readonly address: string; readonly port: number }): void {
    const key = `${local.port} ${from.address} ${from.port}`;
    const known = this.#sessions.get(key);
    const session = known ?? this.#begin(key, from, listener, local);
    if (session === undefined) {
      this.#dropped += 1;
      return;
    }
    session.active = performance.now();
    session.stream.bytes.received += datagram.length;
    if (session.socket !== undefined) this.#send(session, datagram);
    else if (session.waiting.length < MAX_WAITING && session.stream.status === 200) session.waiting.push(datagram);
    else this.#dropped += 1;
  }

  #begin(
    key: string, from: RemoteInfo, listener: Socket, local: { readonly address: string; readonly port: number },
  ): Session | undefined {
    const { log } = this.#options;
    const configuration = this.#options.configuration();
    if (configuration === undefined) return undefined;
    if (this.#sessions.size >= MAX_SESSIONS) {
      if (!this.#isFull) log.warn(`datagrams of further clients are dropped: there are ${MAX_SESSIONS} streams of datagrams`);
      this.#isFull = true;
      return undefined;
    }
    const remoteAddress = plainAddress(from.address);
    const beginning = {
      protocol: 'udp' as const, sourceIp: remoteAddress, sourcePort: from.port, destinationIp: plainAddress(local.address),
      destinationPort: local.port, serverName: undefined, remoteAddress, remotePort: from.port,
    };
    const stream = new StreamSession(beginning, configuration.snapshot, streamRouterOf(configuration.snapshot, log).find(beginning));
    planPlugins(stream, configuration);
    const { service } = stream;
    const session: Session = {
      stream, waiting: [], socket: undefined, peers: undefined, active: performance.now(), isOver: false, release: configuration.hold(),
      idleMs: service === undefined ? REFUSED_MS : Math.min(service.readTimeoutMs, service.writeTimeoutMs),
    };
    this.#accepted += 1;
    this.#sessions.set(key, session);
    void this.#open(key, session, (datagram) => {
      session.active = performance.now();
      stream.countUpstream().received += datagram.length;
      stream.bytes.sent += datagram.length;
      listener.send(datagram, from.port, from.address, (error) => {
        if (error !== null) this.#dropped += 1;
      });
    }).catch((error: unknown) => {
      log.error(`defect in a stream: ${messageOf(error)}`);
      this.#refuse(session, 500);
    });
    return session;
  }

  async #open(key: string, session: Session, answer: (datagram: Buffer) => void): Promise<void> {
    const { stream } = session;
    const { route, service } = stream;
    if (route !== undefined && route.heldBack !== true) await runPreread(stream, this.#options.log);
    if (stream.isRefused || service === undefined || route?.heldBack === true) return this.#refuse(session, 500);
    const peer = await this.#choose(session, service);
    if (session.isOver) return undefined;
    if (peer === undefined) return this.#refuse(session, 502);
    const socket = createSocket(isIPv6(peer.ip) ? 'udp6' : 'udp4');
    socket.on('message', answer);
    socket.on('error', (error) => {
      // The port is closed: the next datagram of the client begins a new stream, maybe to another target.
      this.#options.log.warn(`a stream has no upstream: ${peer.ip}:${peer.port}: ${messageOf(error)}`, { route: route?.name ?? route?.id });
      session.peers?.failed('tcp');
      stream.status = 502;
      this.#end(key, session);
    });
    socket.connect(peer.port, peer.ip, () => {
      if (session.isOver) return;
      stream.connected();
      stream.countUpstream();
      session.socket = socket;
      for (const datagram of session.waiting.splice(0)) this.#send(session, datagram);
    });
    return undefined;
  }

  async #choose(session: Session, service: Service): Promise<Peer | undefined> {
    const { stream } = session;
    const begun = performance.now();
    session.peers = peersOf(service, stream, this.#options);
    const peer = await session.peers.next();
    if (session.isOver) session.peers.end();
    if ('none' in peer) return undefined;
    const { ip, port, hostname } = peer;
    stream.tries!.push({ ip, port, hostname, startedAt: performance.timeOrigin + begun, balancerMs: performance.now() - begun });
    return peer;
  }

  #send(session: Session, datagram: Buffer): void {
    session.stream.countUpstream().sent += datagram.length;
    session.socket!.send(datagram);
  }

  #refuse(session: Session, status: number): void {
    session.stream.status = status;
    session.waiting.splice(0);
    session.idleMs = REFUSED_MS;
  }

  #end(key: string, session: Session): void {
    if (session.isOver) return;
    session.isOver = true;
    this.#sessions.delete(key);
    session.peers?.end();
    if (session.socket !== undefined) session.socket.close();
    session.stream.end();
    void runStreamLog(session.stream, this.#options.log).finally(session.release);
  }
}
