/**
 * Which addresses of a provider are talked to. What the user configured is trusted, whatever network it is in. What a document of the
 * provider names must not lead a public provider's gateway into its own network.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { addressSet } from '../../../base/ip-range.ts';

/** Addresses of the machine itself and of clouds' metadata services: no provider is there. */
const isNever = addressSet([
  '0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '255.255.255.255', '::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254',
]);

const isPrivate = addressSet([
  '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7', '64:ff9b:1::/48',
]);

export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveHost: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** @throws Error when an address of the configuration cannot be a provider's */
export function requireConfigured(field: string, text: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(`config.${field}: expected an https URL`);
  if (isNever(literalOf(url))) {
    throw new Error(`config.${field}: ${url.hostname} is a link-local address, expected the host of the provider`);
  }
  return url;
}

/**
 * @param url named by a document of the provider
 * @param issuer as configured
 * @throws Error saying why the address is not asked
 */
export async function requireDiscovered(what: string, url: URL, issuer: URL, resolve: Resolve = resolveHost): Promise<void> {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && issuer.protocol === 'http:')) {
    throw new Error(`${what} is not an https address`);
  }
  if (url.username !== '' || url.password !== '') throw new Error(`${what} contains credentials`);
  const literal = literalOf(url);
  const addresses = literal === '' ? await resolved(url.hostname, resolve) : [literal];
  if (addresses.some((address) => isNever(plain(address)))) throw new Error(`${what} leads to a link-local address`);
  if (url.hostname === issuer.hostname || !addresses.some((address) => isPrivate(plain(address)))) return;
  // A provider inside of a network may have all its addresses there.
  const own = isIP(literalOf(issuer)) === 0 ? await resolved(issuer.hostname, resolve) : [literalOf(issuer)];
  if (own.some((address) => isPrivate(plain(address)))) return;
  throw new Error(`${what} leads to a private address, and the issuer is not in a private network`);
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch {
    // The connection fails with a better message; a proxy may know the name.
    return [];
  }
}

/** The address that the URL itself names; empty for a name. */
function literalOf(url: URL): string {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? '' : plain(host);
}

/** IPv4 in IPv6, in both spellings, as IPv4: mapped (RFC 4291 §2.5.5.2), or behind a translator of the network (RFC 6052 §2.1). */
function plain(address: string): string {
  const mapped = /^(?:::ffff:|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address);
  if (mapped === null) return address;
  if (mapped[1] !== undefined) return mapped[1];
  const [high, low] = [parseInt(mapped[2]!, 16), parseInt(mapped[3]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
