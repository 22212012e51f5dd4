/** Opening a port, with failures that a person can act on. */
import type { AddressInfo, Server } from 'node:net';

import { GatewayError, messageOf } from './errors.ts';
import type { Log } from './log.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly backlog?: number;
  /** Whether other processes listen on the same port; the kernel spreads connections over all. @default false */
  readonly sharesPort?: boolean | undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; stop it or choose another port',
  EACCES: 'this user may not open it; choose a port of 1024 or above',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAFNOSUPPORT: 'this machine has no addresses of that kind',
};

/** Why an address could not be opened, for people. */
export function listenReason(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? messageOf(error);
}

function shown({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Opens the address and returns the real one.
 * @param setting name of the setting that the address comes from, for messages
 * @throws GatewayError `address-unavailable`
 */
export function listen(server: Server, address: ListenAddress, setting: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(new GatewayError(
      'address-unavailable',
      `${setting}: cannot listen on ${shown(address)}: ${listenReason(error)}`,
      'address',
      { cause: error },
    ));
    server.once('error', fail);
    // As nginx does: 0.0.0.0 and [::] are two listeners, and may have the same port.
    server.listen({
      host: address.host, port: address.port, ipv6Only: address.host.includes(':'),
      ...(address.backlog === undefined ? {} : { backlog: address.backlog }),
      ...(address.sharesPort === true ? { reusePort: true } : {}),
    }, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** IPv6 addresses that usual settings have in addition to one of IPv4: Kong's Helm chart always writes both. */
const IPV6_TWINS: readonly string[] = ['::', '::1'];

const NO_IPV6: readonly unknown[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

/**
 * Opens addresses one after another. On a machine without IPv6 `[::]` and `[::1]` are left out with a warning, as long as another address
 * is open:
 * nginx would not start at all.
 * @param open opens one address, by `listen`
 * @throws GatewayError `address-unavailable`
 */
export async function openEach<A extends ListenAddress>(addresses: readonly A[], log: Log, open: (address: A) =>
Promise<AddressInfo>): Promise<readonly AddressInfo[]> {
  const bound: AddressInfo[] = [];
  const failures: GatewayError[] = [];
  for (const address of addresses) {
    try {
      bound.push(await open(address));
    } catch (error) {
      if (!lacksIpv6(error, address)) throw error;
      failures.push(error);
    }
  }
  if (bound.length === 0 && failures[0] !== undefined) throw failures[0];
  for (const { message } of failures) log.warn(`${message}; it is left out, the other addresses are open`);
  return bound;
}

function lacksIpv6(error: unknown, { host }: ListenAddress): error is GatewayError {
  return IPV6_TWINS.includes(host) && error instanceof GatewayError
    && NO_IPV6.includes((error.cause as NodeJS.ErrnoException | undefined)?.code);
}
