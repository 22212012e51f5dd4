/** Messages to one receiver on one connection: opened when there is something to send, kept while it is used, bounded in what waits. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';

import { messageOf } from '../../base/errors.ts';
import type { ConfirmingSender, MessageSender, TcpServer } from '../../plugin-kit/messages.ts';
import { LostMessages } from './lost-messages.ts';

/** Bytes that may wait for the receiver. */
const MAX_WAITING_BYTES = 16_777_216;

interface Message {
  readonly bytes: Buffer;
  settle(error?: Error): void;
}

export class TcpSender implements MessageSender, ConfirmingSender {
  readonly #server: TcpServer;
  readonly #authorities: () => readonly string[];
  readonly #losses: LostMessages;
  readonly #unsettled = new Set<Message>();
  #context: SecureContext | undefined;
  #socket: Socket | undefined;
  #waitingBytes = 0;
  #closed = false;

  constructor(server: TcpServer, authorities: () => readonly string[]) {
    this.#server = server;
    this.#authorities = authorities;
    this.#losses = new LostMessages(`${server.tls === undefined ? 'tcp' : 'tls'}://${server.host}:${server.port}`, server.log);
  }

  get lost(): number {
    return this.#losses.count;
  }

  send(text: string | Buffer): void {
    void this.deliver(text).then(() => this.#losses.sent(), (error: unknown) => this.#losses.lose(1, messageOf(error)));
  }

  deliver(text: string | Buffer): Promise<void> {
    const bytes = Buffer.from(text as string);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      return Promise.reject(new Error(`${MAX_WAITING_BYTES} bytes wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#write({
      bytes,
      settle: (error) => error === undefined ? resolve() : reject(error),
    });
    return promise;
  }

  close(): void {
    this.#closed = true;
    // The limits of connecting and writing hold for what waits.
    if (this.#unsettled.size === 0) this.#socket?.end();
  }

  #write(message: Message): void {
    const socket = this.#socket ??= this.#open();
    this.#unsettled.add(message);
    this.#waitingBytes += message.bytes.length;
    // Kept alive until the bytes are gone.
    socket.ref();
    this.#limit(socket);
    socket.write(message.bytes, (error) => this.#settle(message, error ?? undefined));
  }

  #settle(message: Message, error?: Error): void {
    if (!this.#unsettled.delete(message)) return;
    this.#waitingBytes -= message.bytes.length;
    message.settle(error);
    if (this.#unsettled.size > 0 || this.#socket === undefined) return;
    if (this.#closed) return void this.#socket.end();
    // Idle from now on.
    this.#socket.setTimeout(Math.max(this.#server.keepAliveMs, 1));
    this.#socket.unref();
  }

  #open(): Socket {
    const { host, port, tls } = this.#server;
    const socket = tls === undefined ? connect({ host, port }) : connectTls({
      host, port, servername: tls.serverName, secureContext: this.#context ??= createSecureContext({ ca: [...this.#authorities()] }),
    });
    socket.setNoDelay();
    // A receiver that answers would fill buffers that are never read.
    socket.resume();
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => this.#limit(socket));
    const fail = (error: Error) => {
      if (this.#socket === socket) this.#socket = undefined;
      socket.destroy();
      for (const message of [...this.#unsettled]) this.#settle(message, error);
    };
    socket.on('timeout', () => fail(new Error('timeout')));
    socket.on('error', fail);
    socket.once('end', () => fail(new Error('the receiver closed the connection')));
    socket.once('close', () => fail(new Error('the connection is closed')));
    return socket;
  }

  /** From here on for the next step: connecting, or the progress of bytes. */
  #limit(socket: Socket): void {
    socket.setTimeout(this.#server.timeoutMs);
  }
}
