/** Reads what comes first on a connection, before its owner reads it: a header that is taken away, or bytes that are only looked at. */
import type { Socket } from 'node:net';

/** `gone`: the other end closed, or broke off. */
export type FirstBytesProblem = 'invalid' | 'timeout' | 'gone';

export interface FirstBytes<T extends object> {
  /** What is longer is invalid. Bytes. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** @param bytes all that came so far */
  parse(bytes: Buffer): T | 'incomplete' | 'invalid';
  /** How many bytes are taken away; the rest is read again. */
  consumed(result: T): number;
}

/** @param done gets the result or what is wrong, once. The socket is paused then, and its errors are the owner's to listen to. */
export function readFirst<T extends object>(socket: Socket, first: FirstBytes<T>, done: (result: T | FirstBytesProblem) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const finish = (result: T | FirstBytesProblem) => {
    clearTimeout(timer);
    socket.off('data', take).off('end', leave).off('close', leave).off('error', leave);
    socket.pause();
    if (typeof result === 'object') {
      const rest = bytes.subarray(first.consumed(result));
      if (rest.length > 0) socket.unshift(rest);
    } else {
      // The owner closes it. An error that comes until then is of no interest.
      socket.on('error', ignore);
    }
    done(result);
  };
  const take = (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const result = first.parse(bytes);
    if (result !== 'incomplete') finish(result);
    else if (bytes.length >= first.maxBytes) finish('invalid');
  };
  const leave = () => finish('gone');
  const timer = setTimeout(() => finish('timeout'), first.timeoutMs);
  timer.unref();
  socket.on('data', take).on('end', leave).on('close', leave).on('error', leave);
  socket.resume();
}

function ignore(): void { /* See above. */ }
