/** A `ByteStream` on a socket of Node, TCP or TLS. */
import type { Socket } from 'node:net';

import type { ByteReader, ByteStream } from './byte-stream.ts';

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
  #socket!: Socket;
  #error: Error | undefined;

  /** The option `onread` of a socket that is made for this stream: it reads without an allocation for each read. */
  readonly onread = {
    buffer: READ_BUFFER,
    callback: (length: number, buffer: Uint8Array): boolean => {
      this.reader.data(buffer as Buffer, 0, length);
      return true;
    },
  };

  /** @param readsItself whether the socket was made with `onread` of this stream */
  attach(socket: Socket, readsItself: boolean): void {
    this.#socket = socket;
    if (!readsItself) socket.on('data', (chunk: Buffer) => this.reader.data(chunk, 0, chunk.length));
    socket.on('drain', () => this.reader.drain());
    socket.on('end', () => this.reader.end());
    socket.on('error', (error) => { this.#error = error; });
    socket.on('close', () => this.reader.close(this.#error));
  }

  get socket(): Socket {
    return this.#socket;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  writeText(text: string): boolean {
    return this.#socket.write(text, 'latin1');
  }

  writeBytes(bytes: Buffer): boolean {
    return this.#socket.write(Buffer.from(bytes));
  }

  writeBoth(text: string, bytes: Buffer): boolean {
    this.#socket.cork();
    this.#socket.write(text, 'latin1');
    const goesOn = this.#socket.write(Buffer.from(bytes));
    this.#socket.uncork();
    return goesOn;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
