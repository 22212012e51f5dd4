/** How a server is called in Host. RFC 9110 §7.2 */
import { isIPv6 } from 'node:net';

import type { Service } from '../../model/snapshot.ts';

/** The port is left out where it is the usual one of the protocol. @param hostname a name or an address; it may bring a port */
export function ownHost(service: Service, hostname: string, port: number): string {
  if (!hostname.includes(':')) return isDefault(service, port) ? hostname : `${hostname}:${port}`;
  const host = isIPv6(hostname) ? `[${hostname}]` : hostname;
  return isDefault(service, port) || HAS_PORT.test(host) ? host : `${host}:${port}`;
}

function isDefault({ protocol }: Service, port: number): boolean {
  return port === (protocol === 'https' || protocol === 'grpcs' ? 443 : 80);
}

/** `host_header` may bring one. */
const HAS_PORT = /^(?:[^:]+|\[.*\]):\d+$/;
