/** A connection that is cut at any moment of a write: the write happened whole, or not at all. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import type { Place } from '../open.ts';
import type { Store } from '../store.ts';

type Direction = 'to the server' | 'to the client';

/** Passes bytes on until it has to cut a connection. */
class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #direction: Direction | undefined;
  #left = 0;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => {
      const server = connect(target.port, target.host);
      this.#pass(client, server, 'to the server');
      this.#pass(server, client, 'to the client');
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts the connection in place of passing on the nth piece from now. */
  cutAt(nth: number, direction: Direction): void {
    this.#left = nth;
    this.#direction = direction;
  }

  /** @returns whether a connection was cut since `cutAt` */
  disarm(): boolean {
    const wasCut = this.#direction === undefined;
    this.#direction = undefined;
    return wasCut;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #pass(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from);
    const end = () => void [from, to].forEach((socket) => socket.destroy());
    from.on('data', (piece) => {
      if (this.#direction === direction) this.#left -= 1;
      if (this.#direction !== direction || this.#left > 0) {
        to.write(piece);
        return;
      }
      this.#direction = undefined;
      end();
    }).on('error', end).on('close', () => {
      this.#sockets.delete(from);
      end();
    });
  }
}

describe.skipIf(!inject('postgres'))('a connection to PostgreSQL that is cut', () => {
  const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
  let proxy: CuttingProxy;
  let through: Store;
  let direct: Store;
  beforeEach(async () => {
    const place = await newPlace() as Place & { readonly kind: 'postgres' };
    proxy = new CuttingProxy(place.connection);
    const connection = { ...place.connection, port: await proxy.listen() };
    direct = await openAt(place, { pollMs: 0 });
    through = await openAt({ kind: 'postgres', connection }, { pollMs: 0 });
  });
  afterEach(async () => {
    await Promise.all([through.close(), direct.close()]);
    await proxy.close();
  });
  const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const service = (n: number) => ({ id: id(n), name: `s${n}`, tags: [`tag ${n}`] });
  const write = (n: number) => through.write(async (writer) => {
    await writer.insert('services', service(n));
    // Otherwise it would be a single statement.
    await writer.flush();
    await writer.insert('routes', { id: id(n), name: `r${n}`, service: { id: id(n) }, tags: null });
  });
  /** Which traces a write left: the rows, what finds them, the log. */
  const traces = async (n: number) => direct.read(async (reader) => [
    await reader.get('services', id(n)), await reader.getByUnique('services', 'name', `s${n}`),
    (await reader.tags({ size: 1, tag: `tag ${n}` })).items[0],
    await reader.get('routes', id(n)), (await reader.list('routes', { size: 1, referring: { field: 'service', key: id(n) } })).items[0],
    (await direct.changesAfter(0, 1_000)).find(({ key }) => key === id(n)),
  ].map((found) => found !== undefined));

  it.each<Direction>(['to the server', 'to the client'])('on the way %s leaves a write whole or undone', async (direction) => {
    const outcomes: string[] = [];
    for (let n = 1, wasCut = true; wasCut; n += 1) {
      // A connection of the pool that is open already: the pieces are those of the write.
      await expect.poll(() => through.isReachable()).toBe(true);
      proxy.cutAt(n, direction);
      const failure = await write(n).then(() => undefined, (error: unknown) => error);
      wasCut = proxy.disarm();
      // The connection that was cut may be the one that listens: then the write does not notice.
      if (failure !== undefined) expect([wasCut, failure]).toMatchObject([true, { code: 'database-unavailable' }]);
      const left = new Set(await traces(n));
      expect(left.size, `write ${n} left a part of it`).toBe(1);
      if (failure === undefined) expect(left).toEqual(new Set([true]));
      outcomes.push(left.has(true) ? 'done' : 'undone');
    }
    // Three or more moments before the end of the transaction, and then a write that met no cut.
    expect(outcomes.join(' ')).toMatch(/^(undone ){3,}done( done)*$/);
    expect(await direct.latest.revision()).toBe(outcomes.filter((outcome) => outcome === 'done').length);
  });
});
