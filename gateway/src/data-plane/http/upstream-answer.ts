/** The answer of an upstream on Node's HTTP client, or why there is none: failures, time limits, answers that no request asked for. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type {
  AnswerReader, UpstreamAnswerHead, UpstreamCall, UpstreamFailure, UpstreamRequestHead, UpstreamTimeouts,
} from '../../http-engine/messages.ts';
import { SocketStream } from '../../http-engine/sockets/socket-stream.ts';
import { NodeLines } from './node-message.ts';

interface Sent {
  readonly timeouts: UpstreamTimeouts;
  readonly isSecure: boolean;
}

export function callOf(
  request: ClientRequest, { upgrade, isRepeatable }: UpstreamRequestHead, { timeouts, isSecure }: Sent, reader: AnswerReader,
): UpstreamCall {
  let connected = false;
  let isStale = () => false;
  let timedOut = false;
  let isOver = false;
  let incoming: IncomingMessage | undefined;
  const expire = () => {
    timedOut = true;
    request.destroy();
  };
  const fail = (kind: UpstreamFailure, message: string) => {
    if (isOver) return;
    isOver = true;
    reader.fail({ kind, sent: connected, isStale: kind !== 'invalid' && !timedOut && isStale(), message });
  };
  const refuse = (what: string) => {
    fail('invalid', what);
    request.destroy();
  };
  const connectTimer = setTimeout(expire, timeouts.connectMs);
  const ready = (socket: Socket) => {
    clearTimeout(connectTimer);
    connected = true;
    socket.setTimeout(timeouts.writeMs);
    request.once('finish', () => socket.setTimeout(timeouts.readMs));
    reader.ready();
  };
  request.once('socket', (socket) => {
    if (request.reusedSocket) {
      const before = socket.bytesRead;
      isStale = () => socket.bytesRead === before;
      if (isRepeatable) ready(socket);
      else afterNextPoll(() => request.destroyed || socket.destroyed || ready(socket));
    } else socket.once(isSecure ? 'secureConnect' : 'connect', () => ready(socket));
  });
  request.once('timeout', expire);
  request.on('information', ({ statusCode }) => {
    if (statusCode === 101) refuse('101 without the name of a protocol');
  });
  request.once('response', (response) => {
    // Node's parser lets numbers through that are no status, such as 099.
    if (response.statusCode! < 200) return refuse(`status ${response.statusCode}`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(response.statusMessage ?? '')) return refuse('a reason that no head can hold');
    if (isOver) return undefined;
    incoming = response;
    reader.head(headOf(response, request.method));
    response.on('data', (chunk: Buffer) => {
      if (!isOver && !reader.part(chunk)) response.pause();
    });
    response.once('end', () => {
      if (isOver) return;
      isOver = true;
      reader.end(response.rawTrailers);
    });
    response.once('error', () => undefined);
    response.once('close', () => fail('broken', 'the answer broke off'));
    return undefined;
  });
  request.once('upgrade', (response, socket, head) => {
    // Node's client has let go of the socket: without a listener its first error would be thrown.
    socket.on('error', () => socket.destroy());
    if (!upgrade || response.headers.upgrade?.toLowerCase() !== 'websocket') {
      socket.destroy();
      return refuse(`a switch to ${response.headers.upgrade}, which was not asked for`);
    }
    if (isOver) return void socket.destroy();
    isOver = true;
    (socket as Socket).setTimeout(0);
    const stream = new SocketStream();
    stream.attach(socket as Socket, false);
    reader.upgraded(headOf(response, request.method), stream, head);
    return undefined;
  });
  // Behind the head, the end of the answer tells.
  request.on('error', (error) => incoming === undefined && fail(timedOut ? 'timeout' : connected ? 'broken' : 'connect', error.message));
  request.once('close', () => {
    clearTimeout(connectTimer);
    if (incoming === undefined) fail('broken', 'closed');
  });
  return {
    sendPart: (bytes) => request.write(Buffer.from(bytes)),
    sendEnd: () => void request.end(),
    resume: () => void incoming?.resume(),
    abort: () => {
      isOver = true;
      request.destroy();
    },
  };
}

function headOf(response: IncomingMessage, method: string): UpstreamAnswerHead {
  const status = response.statusCode!;
  const length = response.headers['content-length'];
  return {
    status, reason: response.statusMessage ?? '', version: response.httpVersion as '1.1', headers: new NodeLines(response.rawHeaders),
    contentLength: length === undefined || response.headers['transfer-encoding'] !== undefined ? undefined : Number(length),
    hasBody: method !== 'HEAD' && status !== 204 && status !== 304,
  };
}

/** Calls back when all that could be read by now has been. */
function afterNextPoll(run: () => void): void {
  setImmediate(() => setImmediate(run));
}
