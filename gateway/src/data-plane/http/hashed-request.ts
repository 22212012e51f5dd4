/** What of an exchange the hash of an upstream can be made of. */
import type { HashedRequest } from '../balancer/hash-input.ts';
import type { HttpExchange } from './http-exchange.ts';

export function hashedRequest(exchange: HttpExchange): HashedRequest {
  return {
    get clientIp() { return exchange.facts.clientIp; },
    get path() { return bytesOf(exchange.facts.path.path); },
    get consumerId() { return exchange.consumer?.id; },
    get credentialId() { return exchange.credential?.id; },
    headerValues: (name) => exchange.headerValues(name),
    queryValues: (name) => exchange.request.queryArguments().flatMap(([given, value]) => (
      given === name ? [value === undefined ? undefined : bytesOf(value)] : [])),
    capture: (name) => {
      const { names } = exchange.request.captures;
      return Object.hasOwn(names, name) ? bytesOf(names[name]!) : undefined;
    },
  };
}

/** One character for each byte. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
