/** The answer of an upstream, or why there is none: kinds of failure, timeouts of the service, answers that no request asked for. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Service } from '../../model/snapshot.ts';

/** What failed. `invalid`: the upstream answered with something that is no answer to this request. */
export type UpstreamFailure = 'connect' | 'timeout' | 'broken' | 'invalid';

export class UpstreamError extends Error {
  constructor(
    readonly kind: UpstreamFailure,
    /** Whether a part of the request may have reached the upstream. */
    readonly sent: boolean,
    options: ErrorOptions,
    /** Whether a kept connection was closed before a byte of an answer came: most likely before it was used again. */
    readonly isStale = false,
  ) {
    super(`upstream ${kind}`, options);
  }
}

export type UpstreamAnswer =
  | { readonly kind: 'response'; readonly response: IncomingMessage }
  | { readonly kind: 'upgrade'; readonly response: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

interface Sent {
  readonly service: Service;
  readonly upgrade: boolean;
  /** Whether a kept connection is only used when it has no close to be read. */
  readonly isCareful: boolean;
  onReady(request: ClientRequest): void;
}

/** Waits for the head of the answer. Rejects with an `UpstreamError`, also for an answer that does not fit the request. */
export function answerOf(request: ClientRequest, { service, upgrade, isCareful, onReady }: Sent): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let connected = false;
    let isStale = () => false;
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
      if (request.reusedSocket) {
        const before = socket.bytesRead;
        isStale = () => socket.bytesRead === before;
        if (isCareful) afterNextPoll(() => request.destroyed || socket.destroyed || ready(socket));
        else ready(socket);
      } else socket.once(service.protocol === 'https' ? 'secureConnect' : 'connect', () => ready(socket));
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
      const kind = timedOut ? 'timeout' : connected ? 'broken' : 'connect';
      reject(new UpstreamError(kind, connected, { cause: error }, !timedOut && isStale()));
    });
    request.once('close', () => clearTimeout(connectTimer));
  });
}

/** Calls back when all that could be read by now has been. */
function afterNextPoll(run: () => void): void {
  setImmediate(() => setImmediate(run));
}

/** Whether a status can be passed on. Node's parser lets numbers through that are none, such as 099. */
function isFinal({ statusCode }: IncomingMessage): boolean {
  return statusCode! >= 200;
}
