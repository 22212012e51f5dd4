/** Opens sockets to upstreams, TLS sessions included. */
import { AsyncResource } from 'node:async_hooks';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { Lru } from '../../base/lru.ts';
import type { UpstreamRoute } from '../messages.ts';
import { SocketStream } from '../sockets/socket-stream.ts';

/** Sessions that are kept, one for each key of a route. */
const MAX_SESSIONS = 1_000;

/** A certificate is verified again after so long: who resumes a session shows none. Milliseconds. */
const SESSION_MS = 600_000;

interface KeptSession {
  readonly session: Buffer;
  /** When the certificate was verified that this session stands for. */
  readonly verifiedAt: number;
}

export class UpstreamSockets {
  /** Only connections whose every setting is the same share sessions: others verify against something else, or not at all. */
  readonly #sessions = new Lru<string, KeptSession>(MAX_SESSIONS);
  /** Where sockets are made: a kept one must not carry the context of the request that opened it to others. */
  readonly #outside = new AsyncResource('UpstreamSockets', { requireManualDestroy: true });

  /** @param onOpen called when bytes may be sent @throws Error settings of TLS that cannot be used */
  open(route: UpstreamRoute, stream: SocketStream, onOpen: () => void): Socket {
    return this.#outside.runInAsyncScope(route.tls === undefined ? openPlain : this.#openTls, this, route, stream, onOpen);
  }

  #openTls(route: UpstreamRoute, stream: SocketStream, onOpen: () => void): Socket {
    const { key } = route;
    const kept = this.#sessions.get(key);
    const session = kept !== undefined && performance.now() - kept.verifiedAt < SESSION_MS ? kept.session : undefined;
    const socket = connectTls({ ...route.tls, ...addressOf(route, stream), ...session && { session } });
    let verifiedAt: number | undefined;
    let early: Buffer | undefined;
    const keep = (made: Buffer): void => {
      // TLS 1.2 hands its session out before the certificate is verified.
      if (verifiedAt === undefined) early = made;
      else this.#sessions.set(key, { session: made, verifiedAt });
    };
    socket.on('session', keep);
    socket.once('secureConnect', () => {
      verifiedAt = socket.isSessionReused() ? kept!.verifiedAt : performance.now();
      if (early !== undefined) keep(early);
      onOpen();
    });
    // Node reads into the buffer of `onread` here, too; where it did not, data would come as from any other socket.
    stream.attach(socket, false);
    return socket;
  }
}

function openPlain(this: unknown, route: UpstreamRoute, stream: SocketStream, onOpen: () => void): Socket {
  const socket = connect(addressOf(route, stream));
  socket.once('connect', onOpen);
  stream.attach(socket, true);
  return socket;
}

function addressOf({ ip, port }: UpstreamRoute, { onread }: SocketStream) {
  return { host: ip, port, noDelay: true, onread };
}
