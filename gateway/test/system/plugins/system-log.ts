/** The log of a machine: a datagram socket, and the program `logger` led to it in place of /dev/log. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../../fixtures/eventually.ts';
import { isOnPath } from '../../setup/on-path.ts';

/** Why the log of a machine cannot be tested here; `undefined` when it can. */
export const NO_SYSTEM_LOG: string | undefined = ['logger', 'python3'].filter((name) => !isOnPath(name))
  .map((name) => `${name} is not on PATH`)[0];

/** Node cannot listen for datagrams on a path. */
const RECEIVER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(receiver.recv(262144).decode(), flush=True)
`;

export interface SystemLog {
  /** Folder whose `logger` writes to the socket: nodes have it first on PATH. */
  readonly programs: string;
  readonly received: string[];
  close(): void;
}

/** @param folder of the suite */
export async function systemLog(folder: string): Promise<SystemLog> {
  const [socket, programs] = [join(folder, 'system-log'), join(folder, 'programs')];
  mkdirSync(programs);
  const script = join(programs, 'logger');
  writeFileSync(script, `#!/bin/sh
for word; do shift; [ "$word" = /dev/log ] && word='${socket}'; set -- "$@" "$word"; done
PATH=/usr/bin:/bin exec logger "$@"
`);
  chmodSync(script, 0o755);
  const received: string[] = [];
  const child = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => void received.push(text));
  await eventually('the log of the machine is there', () => received.length > 0);
  return { programs, received, close: () => void child.kill() };
}
