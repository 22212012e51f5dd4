/** Opening a port, with failures that a person can act on. */
import type { AddressInfo, Server } from 'node:net';

import { GatewayError, messageOf } from './errors.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly backlog?: number;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; stop it or choose another port',
  EACCES: 'this user may not open it; choose a port of 1024 or above',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * Opens the address and returns the real one.
 * @param setting name of the setting that the address comes from, for messages
 * @throws GatewayError `address-unavailable`
 */
export function listen(server: Server, address: ListenAddress, setting: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(new GatewayError(
      'address-unavailable',
      `${setting}: cannot listen on ${address.host}:${address.port}: ${REASONS[error.code ?? ''] ?? messageOf(error)}`,
      'address',
      { cause: error },
    ));
    server.once('error', fail);
    // As nginx does: 0.0.0.0 and [::] are two listeners, and may have the same port.
    server.listen({ host: address.host, port: address.port, ipv6Only: address.host.includes(':'), ...(address.backlog === undefined ? {} : { backlog: address.backlog }) }, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });
}
