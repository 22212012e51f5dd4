/** Ports that cannot be connected to: one that refuses, and one whose handshakes never complete. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens, and then never accepts again: the kernel completes a few handshakes and drops what follows. */
const NEVER_ACCEPTING = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** Connections that fill the queue of handshakes. */
const FILLERS = 8;

export interface Blackhole {
  readonly port: number;
  close(): Promise<void>;
}

export async function startBlackhole(): Promise<Blackhole> {
  const worker = new Worker(NEVER_ACCEPTING, { eval: true });
  const port = await new Promise<number>((resolve, reject) => void worker.once('message', resolve).once('error', reject));
  const sockets: Socket[] = [];
  for (let index = 0; index < FILLERS; index += 1) {
    sockets.push(connect({ port, host: '127.0.0.1' }).on('error', () => undefined));
  }
  return {
    port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
}

/**
 * A port that was free a moment ago, below those that the system gives out, so that no connection of ours gets it;
 * above those of upstreams, as in the recordings: lists are sorted by port.
 */
export async function closedPort(): Promise<number> {
  for (let port = 22_000; port < 23_000; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error('no port between 22000 and 23000 is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken === port));
    });
  });
}
