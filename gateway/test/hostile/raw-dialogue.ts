/** A client that sends exact bytes and waits no longer than it must for what becomes of them. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { textOf } from '../conformance/suite.ts';
import type { SentPiece } from '../conformance/suite.ts';
import { HttpReader } from '../conformance/traffic/http-reader.ts';
import type { ReadMessage } from '../conformance/traffic/http-reader.ts';

/** How long an answer, or the end of a connection, may take. Milliseconds. */
const LIMIT_MS = 4_000;

export interface Target {
  readonly port: number;
  /** @default false */
  readonly tls?: boolean;
}

export class RawDialogue {
  static async open({ port, tls = false }: Target): Promise<RawDialogue> {
    const socket = tls ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect({ port, host: '127.0.0.1' });
    const dialogue = new RawDialogue(socket);
    await new Promise<void>((resolve) => void socket.once(tls ? 'secureConnect' : 'connect', resolve).once('close', resolve));
    return dialogue;
  }

  /** Final ones. */
  readonly answers: ReadMessage[] = [];
  isClosed = false;
  readonly socket: Socket;
  readonly #reader = new HttpReader();
  readonly #methods: string[] = [];
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      this.#read();
    });
    socket.on('error', () => undefined);
    for (const event of ['end', 'close'] as const) socket.on(event, () => this.#end());
  }

  /** What came and is no answer. */
  get rest(): string {
    return this.#reader.rest;
  }

  get statuses(): readonly number[] {
    return this.answers.map(({ startLine }) => Number(startLine.split(' ')[1]));
  }

  /** @param methods of the requests in it, as far as one of them is HEAD */
  async send(pieces: readonly SentPiece[], methods: readonly string[] = []): Promise<this> {
    while (this.#methods.length < this.answers.length) this.#methods.push('');
    this.#methods.push(...methods);
    for (const piece of pieces) {
      if (typeof piece === 'object' && 'sleep' in piece) await new Promise((resolve) => setTimeout(resolve, piece.sleep * 1000));
      else if (typeof piece === 'object' && 'shut' in piece) this.socket.end();
      else this.socket.write(textOf(piece), 'latin1');
    }
    return this;
  }

  /** Waits until so many final answers have come, or the connection is closed, or the time is over. */
  async answered(count: number): Promise<this> {
    await this.#until(() => this.answers.length >= count);
    return this;
  }

  /** Waits for the end of the connection. */
  async closed(): Promise<this> {
    await this.#until(() => this.isClosed);
    return this;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #read(): void {
    for (;;) {
      const message = this.#reader.next('response', this.#methods[this.answers.length] === 'HEAD');
      if (message === undefined) break;
      if (/^HTTP\/1\.1 1(?!01)/.test(message.startLine)) continue;
      this.answers.push(message);
    }
    this.#wake?.();
  }

  #end(): void {
    this.isClosed = true;
    this.#reader.end();
    this.#read();
  }

  async #until(isSo: () => boolean): Promise<void> {
    if (isSo() || this.isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LIMIT_MS);
      this.#wake = () => {
        if (!isSo() && !this.isClosed) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
