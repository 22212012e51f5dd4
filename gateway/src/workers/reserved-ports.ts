/** The addresses that workers are to share: free ones, with the ports that any free port stands for. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { GatewayError, messageOf } from '../base/errors.ts';
import { listen, openEach } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { shownAddress } from '../settings/listeners.ts';
import type { Listener } from '../settings/settings.ts';

export interface ReservedPorts {
  /** Without those that this machine does not have. */
  readonly listeners: readonly Listener[];
  /** To be called when a worker listens: until then no other process gets a port that was chosen. */
  release(): Promise<void>;
}

/**
 * Each address is opened alone first: a port that another node uses is refused, which two sharing processes would not be.
 *
 * @param setting for messages
 * @throws GatewayError `address-unavailable`
 */
export async function reservePorts(listeners: readonly Listener[], setting: string, log: Log): Promise<ReservedPorts> {
  const reserved: Listener[] = [];
  const places: Server[] = [];
  await openEach(listeners, log, async (listener) => {
    if (listener.udp === true) {
      const bound = await freeDatagramPort(listener, setting);
      reserved.push({ ...listener, port: bound.port, sharesPort: true });
      return bound;
    }
    const alone = createServer();
    const bound = await listen(alone, { host: listener.host, port: listener.port }, setting);
    await closed(alone);
    const shared: Listener = { ...listener, port: bound.port, sharesPort: true };
    // Any free port may be given to another process at once; no client knows it yet.
    if (listener.port === 0) places.push(await holdPlace(shared, setting));
    reserved.push(shared);
    return bound;
  });
  return {
    listeners: reserved,
    release: async () => { await Promise.all(places.splice(0).map(closed)); },
  };
}

function freeDatagramPort({ host, port }: Listener, setting: string): Promise<AddressInfo> {
  const isIpv6 = host.includes(':');
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 });
    socket.once('error', (error) => reject(new GatewayError(
      'address-unavailable', `${setting}: cannot listen on ${shownAddress({ host, port })}: ${messageOf(error)}`, 'address',
      { cause: error },
    )));
    socket.bind(port, host, () => {
      const bound = socket.address();
      socket.close(() => resolve(bound));
    });
  });
}

async function holdPlace(listener: Listener, setting: string): Promise<Server> {
  const server = createServer((socket) => void socket.destroy());
  await listen(server, { host: listener.host, port: listener.port, sharesPort: true }, setting);
  return server;
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}

/** Addresses as a listener shows them. */
export function addressesOf(listeners: readonly Listener[]): readonly AddressInfo[] {
  return listeners.map(({ host, port }) => ({ address: host, port, family: host.includes(':') ? 'IPv6' : 'IPv4' }));
}
