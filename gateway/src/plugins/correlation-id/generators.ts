/** How ids of requests are made. */
import { randomUUID } from 'node:crypto';

import type { ClientRequest } from '../../plugin-kit/exchange.ts';

type Generator = (request: ClientRequest) => string;

/** Of this process, for ids with a counter. */
const PROCESS_UUID = randomUUID();

let count = 0;

/** Numbers of connections, and of the requests on each that got an id. */
const connections = new WeakMap<ClientRequest['connection'], { readonly number: number; requests: number }>();

let connectionCount = 0;

export const GENERATORS: Readonly<Record<string, Generator>> = {
  'uuid': () => randomUUID(),
  'uuid#counter': () => {
    count += 1;
    return `${PROCESS_UUID}#${count}`;
  },
  'tracker': ({ connection, listenerPort }) => {
    const { number, requests } = counted(connection);
    return [connection.localAddress, listenerPort, process.pid, number, requests, (Date.now() / 1000).toFixed(3)].join('-');
  },
};

function counted(connection: ClientRequest['connection']): { readonly number: number; readonly requests: number } {
  let known = connections.get(connection);
  if (known === undefined) {
    connectionCount += 1;
    known = { number: connectionCount, requests: 0 };
    connections.set(connection, known);
  }
  known.requests += 1;
  return known;
}
