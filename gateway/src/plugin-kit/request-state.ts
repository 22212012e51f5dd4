/** State that a plugin keeps for one request, from one phase to the next. */
import type { Exchange } from './exchange.ts';

export interface RequestState<T> {
  of(exchange: Exchange): T | undefined;
  set(exchange: Exchange, value: T): void;
}

/** Made once for each plugin, not for each request. What it keeps ends with the request. */
export function requestState<T>(): RequestState<T> {
  const values = new WeakMap<Exchange, T>();
  return { of: (exchange) => values.get(exchange), set: (exchange, value) => void values.set(exchange, value) };
}
