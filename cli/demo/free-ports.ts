/**
 * Ports for nodes on this machine. They are outside the kernel's ephemeral range: a port of that range can become the local port of any
 * outgoing connection while its node is stopped, even of a connection to that very port, which then reaches itself.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Above what most servers listen on, and below the node ports of Kubernetes (30000). */
const FIRST_PORT = 10_240;
const LAST_PORT = 29_999;

/** A process claims ports in blocks. It listens on the first port of a block for as long as it lives, and hands out the others. */
const BLOCK_SIZE = 20;

/** Where Linux says which ports it gives to outgoing connections. */
const EPHEMERAL_RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range';

/** The ephemeral ranges of other systems are within these bounds. */
const EPHEMERAL_RANGE = [32_768, 65_535] as const;

/** Ports of claimed blocks that were not handed out yet. */
const unused: number[] = [];

/**
 * Picks ports for servers that start later, or that stop and start again.
 *
 * @returns distinct TCP ports of 127.0.0.1 on which nothing listens. No other call returns them, in this process or another, while this
 * process lives
 * @throws Error when no block of ports is left
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = unused.shift();
    if (port === undefined) unused.push(...await claimBlock());
    else if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** The first ports of all blocks outside the ephemeral range; of all blocks, where that range leaves none. */
export function blocksOutside([first, last]: readonly [number, number]): number[] {
  const count = Math.floor((LAST_PORT - FIRST_PORT + 1) / BLOCK_SIZE);
  const blocks = Array.from({ length: count }, (_, index) => FIRST_PORT + index * BLOCK_SIZE);
  const outside = blocks.filter((block) => block > last || block + BLOCK_SIZE <= first);
  return outside.length > 0 ? outside : blocks;
}

/** The ports from which the kernel picks when a program names none: first and last. */
export function ephemeralRange(file = EPHEMERAL_RANGE_FILE): readonly [number, number] {
  try {
    const [first, last] = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number) as [number, number];
    return [first, last];
  } catch {
    return EPHEMERAL_RANGE;
  }
}

async function claimBlock(): Promise<number[]> {
  const blocks = blocksOutside(ephemeralRange());
  // Processes that start together begin at different blocks.
  const begin = Math.floor(Math.random() * blocks.length);
  for (const block of [...blocks.slice(begin), ...blocks.slice(0, begin)]) {
    if (await claims(block)) return Array.from({ length: BLOCK_SIZE - 1 }, (_, index) => block + 1 + index);
  }
  throw new Error(
    `no block of ${BLOCK_SIZE} ports between ${FIRST_PORT} and ${LAST_PORT} is free on ${LOOPBACK}; end other demos or test runs`,
  );
}

/** Listens on the first port of a block until this process ends: the kernel gives it to one process only, and takes it back in any case. */
async function claims(port: number): Promise<boolean> {
  const server = createServer((socket) => void socket.destroy()).unref();
  return opens(server, port);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await opens(server, port);
  if (free) await new Promise((resolve) => void server.close(resolve));
  return free;
}

async function opens(server: ReturnType<typeof createServer>, port: number): Promise<boolean> {
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  }
}
