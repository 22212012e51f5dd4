/** Datagrams to one receiver. Its address is looked up again from time to time, not for each message. */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ConfirmingSender, MessageSender, MessageServer } from '../../plugin-kit/messages.ts';
import { LostMessages } from './lost-messages.ts';

/** How long an address is used. Milliseconds. */
const ADDRESS_MS = 30_000;

/** Messages that wait for the address, or for the system to take them. */
const MAX_WAITING = 10_000;

interface Address {
  readonly address: string;
  readonly family: number;
}

export class UdpSender implements MessageSender, ConfirmingSender {
  readonly #server: MessageServer;
  readonly #clock: Clock;
  readonly #losses: LostMessages;
  #socket: { readonly socket: Socket; readonly family: number } | undefined;
  #address: { readonly found: Promise<Address>; readonly until: number } | undefined;
  #waiting = 0;
  #closed = false;

  constructor(server: MessageServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#losses = new LostMessages(`udp://${server.host}:${server.port}`, server.log);
  }

  get lost(): number {
    return this.#losses.count;
  }

  send(message: string | Buffer): void {
    if (this.#waiting >= MAX_WAITING) return this.#losses.lose(1, `${MAX_WAITING} messages wait already`);
    void this.deliver(message).then(() => this.#losses.sent(), (error: unknown) => this.#losses.lose(1, messageOf(error)));
    return undefined;
  }

  async deliver(message: string | Buffer): Promise<void> {
    this.#waiting += 1;
    try {
      const { address, family } = await this.#find();
      await this.#write(this.#socketOf(family), message, address);
    } finally {
      this.#waiting -= 1;
      if (this.#closed && this.#waiting === 0) this.#end();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#waiting === 0) this.#end();
  }

  #write(socket: Socket, message: string | Buffer, address: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.send(message, this.#server.port, address, (error) => error === null ? resolve() : reject(error));
    return promise;
  }

  #find(): Promise<Address> {
    const family = isIP(this.#server.host);
    if (family !== 0) return Promise.resolve({ address: this.#server.host, family });
    if (this.#address === undefined || this.#clock.now() >= this.#address.until) {
      const before = this.#address;
      const found = lookup(this.#server.host).catch((error: unknown) => {
        // An address that worked is better than none.
        if (before !== undefined) return before.found;
        this.#address = undefined;
        throw error;
      });
      this.#address = { found, until: this.#clock.now() + ADDRESS_MS };
    }
    return this.#address.found;
  }

  #socketOf(family: number): Socket {
    if (this.#socket?.family === family) return this.#socket.socket;
    this.#socket?.socket.close();
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    socket.on('error', (error) => this.#losses.lose(0, messageOf(error)));
    this.#socket = { socket, family };
    return socket;
  }

  #end(): void {
    this.#socket?.socket.close();
    this.#socket = undefined;
  }
}
