import { Token } from 'aws-cdk-lib';

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/**
 * Checks a list of IPv4 networks; tokens pass.
 *
 * @throws Error that names the property and the entry
 */
export function requireCidrs(property: string, cidrs: readonly string[]): void {
  if (cidrs.length === 0) {
    throw new Error(`${property}: got an empty list, expected at least one network such as 203.0.113.0/24: leave the property out instead`);
  }
  cidrs.forEach((cidr, at) => requireCidr(`${property}[${at}]`, cidr));
}

/**
 * Checks one IPv4 network; a token passes.
 *
 * @throws Error that names the property
 */
export function requireCidr(property: string, cidr: string): void {
  if (Token.isUnresolved(cidr) || isNetwork(cidr)) return;
  throw new Error(
    `${property}: got ${JSON.stringify(cidr)}, expected an IPv4 network in CIDR notation without host bits, such as 203.0.113.0/24`,
  );
}

/** Host bits are refused: a typing error there widens or narrows the network without a word. */
function isNetwork(text: string): boolean {
  const match = CIDR.exec(text);
  if (!match) return false;
  const [a, b, c, d, length] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || length > 32) return false;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return address % 2 ** (32 - length) === 0;
}

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** An IPv4 address as a number; `undefined` for anything else. */
export function addressNumber(text: string): number | undefined {
  const match = ADDRESS.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1).map(Number);
  return parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0);
}

/**
 * Checks one IPv4 address.
 *
 * @throws Error that names the property
 */
export function requireAddress(property: string, address: string): void {
  if (Token.isUnresolved(address)) {
    throw new Error(`${property}: is known only after deployment, expected a literal: the address is written into files for the site`);
  }
  if (addressNumber(address) === undefined) {
    throw new Error(`${property}: got ${JSON.stringify(address)}, expected an IPv4 address such as 10.20.0.12`);
  }
}
