/** A `ByteStream` on a socket of Node, TCP or TLS. */
import type { Socket } from 'node:net';

import type { ByteReader, ByteStream } from './byte-stream.ts';
import { giveBack, LENT_BYTES, lendBuffer } from './lent-buffers.ts';

/** Into which all sockets with `onread` read: what is in it is handed over at once. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

const NOBODY: ByteReader = {
  data() { /* Nobody listens yet. */ },
  drain() { /* Nobody listens yet. */ },
  end() { /* Nobody listens yet. */ },
  close() { /* Nobody listens yet. */ },
};

export class SocketStream implements ByteStream {
  reader: ByteReader = NOBODY;
  /** Called before the reader's `close`, whichever reader that is. */
  onGone: (() => void) | undefined = undefined;
  #socket!: Socket;
  #error: Error | undefined = undefined;
  #isPaused = false;
  /** The buffer of the write that is under way. */
  #lent: Buffer | undefined = undefined;
  /** Writes whose buffers were taken back before Node called back: it does so in the order of writes. */
  #takenBackEarly = 0;
  /** What the reader gave back. */
  #unread: Buffer | undefined = undefined;

  /** The option `onread` of a socket that is made for this stream: it reads without an allocation for each read. */
  readonly onread = {
    buffer: READ_BUFFER,
    callback: (length: number, buffer: Uint8Array): boolean => {
      this.#read(buffer as Buffer, length);
      return true;
    },
  };

  readonly #takeBack = (): void => {
    if (this.#takenBackEarly > 0) this.#takenBackEarly -= 1;
    else this.#free();
  };

  /** @param readsItself whether the socket was made with `onread` of this stream */
  attach(socket: Socket, readsItself: boolean): void {
    this.#socket = socket;
    if (!readsItself) socket.on('data', (chunk: Buffer) => this.#read(chunk, chunk.length));
    socket.on('drain', () => this.reader.drain());
    socket.on('end', () => {
      this.#giveUnread();
      this.reader.end();
    });
    socket.on('error', (error) => { this.#error = error; });
    socket.on('close', () => {
      this.#unread = undefined;
      this.onGone?.();
      this.reader.close(this.#error);
    });
  }

  get socket(): Socket {
    return this.#socket;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  /** Bytes written that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  writeText(text: string): boolean {
    return this.#socket.write(text, 'latin1');
  }

  writeBytes(bytes: Buffer): boolean {
    return this.writeBoth('', bytes);
  }

  /** The bytes are copied in any case: their buffer belongs to what is read next. */
  writeBoth(text: string, bytes: Buffer): boolean {
    const length = text.length + bytes.length;
    if (this.#lent !== undefined || length > LENT_BYTES) return this.#socket.write(filled(Buffer.allocUnsafe(length), text, bytes));
    const lent = this.#lent = lendBuffer();
    const goesOn = this.#socket.write(filled(lent, text, bytes).subarray(0, length), this.#takeBack);
    // The system has all of it: the buffer is free, though Node says so later.
    if (this.#socket.writableLength === 0) {
      this.#takenBackEarly += 1;
      this.#free();
    }
    return goesOn;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#unread !== undefined) setImmediate(() => this.#giveUnread());
    this.#socket.resume();
  }

  /** Hands bytes to the reader again, later and before others. They are kept. */
  unread(bytes: Buffer): void {
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([this.#unread, bytes]);
    setImmediate(() => this.#giveUnread());
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Breaks the connection off so that the other end cannot take it for an orderly end. */
  reset(): void {
    // TLS has an end of its own, which is missing then.
    if ('encrypted' in this.#socket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #free(): void {
    if (this.#lent !== undefined) giveBack(this.#lent);
    this.#lent = undefined;
  }

  #read(buffer: Buffer, length: number): void {
    if (this.#unread === undefined) return this.reader.data(buffer, 0, length);
    this.#unread = Buffer.concat([this.#unread, buffer.subarray(0, length)]);
    return this.#giveUnread();
  }

  #giveUnread(): void {
    const bytes = this.#unread;
    if (bytes === undefined || this.#isPaused) return;
    this.#unread = undefined;
    this.reader.data(bytes, 0, bytes.length);
  }
}

function filled(target: Buffer, text: string, bytes: Buffer): Buffer {
  if (text !== '') target.write(text, 'latin1');
  target.set(bytes, text.length);
  return target;
}
