/**
 * Reading accepted sockets into one shared buffer, as `onread` does for sockets that we open ourselves: no allocation and no event for each
 * read. Node has no option for it, so this sets what that option sets. It is used only where a trial on a connection of its own has shown
 * that it works; see docs/decisions/0040.
 */
import { createServer, Socket } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

import { SocketStream } from './socket-stream.ts';

type OnRead = SocketStream['onread'];

/** The properties of a socket that the option `onread` sets, and a method of what is below it. */
interface ReadParts {
  readonly buffer: symbol;
  readonly callback: symbol;
}

interface ReadingHandle {
  useUserBuffer?: (buffer: Uint8Array) => void;
}

const parts = findParts();

/** Patience with the trial. Milliseconds. */
const TRIAL_MS = 2_000;

function findParts(): ReadParts | undefined {
  const buffer = Buffer.alloc(1);
  const callback = (): boolean => true;
  const probe = new Socket({ onread: { buffer, callback } });
  const own = Object.getOwnPropertySymbols(probe);
  const read = (symbol: symbol): unknown => (probe as unknown as Record<symbol, unknown>)[symbol];
  const buffers = own.filter((symbol) => symbol.description === 'kBuffer' && read(symbol) === buffer);
  const callbacks = own.filter((symbol) => symbol.description === 'kBufferCb' && read(symbol) === callback);
  probe.destroy();
  if (buffers.length !== 1 || callbacks.length !== 1) return undefined;
  return { buffer: buffers[0]!, callback: callbacks[0]! };
}

/**
 * Lets a socket read into the buffer of its stream, to which it is attached already: were this without effect, data would come as from any
 * other socket. @returns whether it does
 */
export function shareReads(socket: Socket, { buffer, callback }: OnRead): boolean {
  const inside = socket as unknown as Record<symbol, unknown> & { readonly _handle?: ReadingHandle | null };
  // What is in its own buffer already would come behind what is read from now on.
  if (parts === undefined || typeof inside._handle?.useUserBuffer !== 'function' || socket.readableLength > 0) return false;
  if (inside[parts.buffer] !== null) return false;
  inside._handle.useUserBuffer(buffer);
  inside[parts.callback] = callback;
  inside[parts.buffer] = buffer;
  return true;
}

const proofs: Partial<Record<'plain' | 'tls', Promise<boolean>>> = {};

/** Whether `shareReads` works in this process, by a trial over loopback, made once. */
export function provesSharedReads(kind: 'plain' | 'tls'): Promise<boolean> {
  return (proofs[kind] ??= parts === undefined ? Promise.resolve(false) : tryOut(kind).catch(() => false));
}

/** Sends bytes that must come back from the shared buffer whole and in order, across a pause, and then an end. */
async function tryOut(kind: 'plain' | 'tls'): Promise<boolean> {
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at * 7 % 251));
  const got: Buffer[] = [];
  let isShared = false;
  const secret = Buffer.alloc(32, 7);
  const accept = (socket: Socket): void => {
    const stream = new SocketStream();
    let reads = 0;
    stream.reader = {
      data(buffer, start, end) {
        got.push(Buffer.from(buffer.subarray(start, end)));
        reads += 1;
        if (buffer !== stream.onread.buffer) isShared = false;
        if (reads !== 1) return;
        stream.pause();
        setImmediate(() => stream.resume());
      },
      drain() { /* Little is written. */ },
      end: () => stream.end(),
      close() { /* The client tells. */ },
    };
    stream.attach(socket, false);
    isShared = shareReads(socket, stream.onread);
  };
  const psk = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const server: Server = kind === 'plain'
    ? createServer({ allowHalfOpen: true }, accept)
    : createTlsServer({ ...psk, allowHalfOpen: true, pskCallback: () => secret }, accept);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve, reject) => {
      const client = kind === 'plain'
        ? new Socket().connect(port, '127.0.0.1')
        : connectTls({
          ...psk, host: '127.0.0.1', port, pskCallback: () => ({ psk: secret, identity: 'trial' }),
          checkServerIdentity: () => undefined,
        });
      client.setTimeout(TRIAL_MS, () => client.destroy(new Error('the trial takes too long')));
      client.once('error', reject);
      client.once('close', () => resolve());
      client.resume();
      client.end(sent);
    });
    return isShared && Buffer.concat(got).equals(sent);
  } finally {
    server.close();
  }
}
