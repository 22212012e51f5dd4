/** Writes to the socket of an upstream: small texts at once, long ones piece by piece, so that progress is seen. */
import type { Socket } from 'node:net';

import type { ByteStream } from '../sockets/byte-stream.ts';

/** Of what waits for a slow upstream, so much is handed to the socket at a time. Bytes. */
const PIECE = 262_144;

/** What is kept for the next `goOn` before there is something to wait for. Bytes. */
const MAX_KEPT = 131_072;

export class UpstreamWriter {
  readonly #socket: Socket;
  readonly #stream: ByteStream;
  /** Not handed to the socket yet. */
  #rest: Buffer | undefined = undefined;
  /** Whether what was written waits for the upstream to take it. */
  isWaiting = false;

  constructor(socket: Socket, stream: ByteStream) {
    this.#socket = socket;
    this.#stream = stream;
  }

  /** @returns false: wait for `drain` of the socket, then `goOn` */
  writeText(text: string): boolean {
    if (this.#rest !== undefined) return this.#append(Buffer.from(text, 'latin1'));
    return this.#wrote(this.#socket.write(text, 'latin1'));
  }

  /** In one write, but for long ones. @param bytes may be overwritten after the call @returns as `writeText` */
  writeBoth(text: string, bytes: Buffer): boolean {
    if (this.#rest === undefined && bytes.length <= PIECE) return this.#wrote(this.#stream.writeBoth(text, bytes));
    const copy = Buffer.concat([Buffer.from(text, 'latin1'), bytes]);
    if (this.#rest !== undefined) return this.#append(copy);
    this.#rest = copy;
    return this.goOn();
  }

  /** Leaves bytes for the next `goOn`. @param bytes stay as they are @returns as `writeText` */
  keep(bytes: Buffer): boolean {
    if (this.#rest !== undefined) return this.#append(bytes);
    this.#rest = bytes;
    return this.#isShort();
  }

  /** Whether the machine has all that was written. */
  get isDone(): boolean {
    return this.#rest === undefined && !this.isWaiting;
  }

  /** The socket has taken what it got. @returns whether everything is with the socket, and more may come */
  goOn(): boolean {
    this.isWaiting = false;
    while (this.#rest !== undefined) {
      const piece = this.#rest.subarray(0, PIECE);
      this.#rest = piece.length === this.#rest.length ? undefined : this.#rest.subarray(PIECE);
      if (!this.#wrote(this.#socket.write(piece))) return false;
    }
    return true;
  }

  #append(bytes: Buffer): boolean {
    this.#rest = Buffer.concat([this.#rest!, bytes]);
    return this.#isShort();
  }

  #isShort(): boolean {
    if (this.#rest!.length > MAX_KEPT) this.isWaiting = true;
    return !this.isWaiting;
  }

  /** A long piece that the machine took at once leaves nothing to wait for, whatever `write` says of its length. */
  #wrote(goesOn: boolean): boolean {
    if (!goesOn && this.#socket.writableLength > 0) this.isWaiting = true;
    return !this.isWaiting;
  }
}
