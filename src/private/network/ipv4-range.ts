import { Token } from 'aws-cdk-lib';
import { addressNumber } from './cidr-text';

/** First and last address, as numbers. */
export interface Ipv4Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Parses `10.20.0.100-10.20.0.120` or `10.20.0.96/28`.
 *
 * @throws Error that names the property
 */
export function requireIpv4Range(property: string, text: string): Ipv4Range {
  if (Token.isUnresolved(text)) {
    throw new Error(`${property}: is known only after deployment, expected a literal: the range is written into files for the site`);
  }
  const range = text.includes('/') ? rangeOfNetwork(text) : rangeOfEnds(text);
  if (range && range.first <= range.last) return range;
  throw new Error(
    `${property}: got ${JSON.stringify(text)}, expected IPv4 addresses as first-last (10.20.0.100-10.20.0.120) or `
      + 'a network (10.20.0.96/28)',
  );
}

function rangeOfEnds(text: string): Ipv4Range | undefined {
  const [first, last, ...rest] = text.split('-').map((end) => addressNumber(end.trim()));
  return first === undefined || last === undefined || rest.length > 0 ? undefined : { first, last };
}

function rangeOfNetwork(text: string): Ipv4Range | undefined {
  const [address, prefix] = text.split('/');
  const first = addressNumber(address);
  const length = /^\d{1,2}$/.test(prefix) ? Number(prefix) : 33;
  if (first === undefined || length > 32 || first % 2 ** (32 - length) !== 0) return undefined;
  return { first, last: first + 2 ** (32 - length) - 1 };
}
