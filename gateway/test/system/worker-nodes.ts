/** The processes of a node with workers, seen from outside. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

import type { LocalNode } from './local-topology.ts';

/** Process ids of the workers. */
export function workersOf({ process: { pid } }: LocalNode): readonly number[] {
  return childrenOf(pid).filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker.mjs'));
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

export function runs(pid: number): boolean {
  try {
    // One that has ended, but whose parent has not read its exit code, does not run; its sockets are open while threads are left.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** How many processes take connections at a port of 127.0.0.1: with workers, those that serve. */
export function listenersAt(port: number): number {
  return socketsAt(port).filter(({ state }) => state === LISTENING).length;
}

/** Which process of a node has the local port of a TCP connection to this process. */
export function ownerOf(node: LocalNode, port: number): number | undefined {
  const names = socketsAt(port).map(({ inode }) => `socket:[${inode}]`);
  return [node.process.pid, ...workersOf(node)].find((pid) => descriptorsOf(pid).some((name) => names.includes(name)));
}

/** As the kernel shows it. */
const LISTENING = '0A';

/** Sockets with this local port. */
function socketsAt(port: number): readonly { readonly state: string; readonly inode: string }[] {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
    .filter(([, address]) => address?.endsWith(local)).map((fields) => ({ state: fields[3]!, inode: fields[9]! }));
}

function descriptorsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}
