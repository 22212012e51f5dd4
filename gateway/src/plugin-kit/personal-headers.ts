/** Header lines of an answer that are for its client alone, such as the cookie of a session: caches do not keep them. */
import type { Exchange } from './exchange.ts';
import { requestState } from './request-state.ts';

const lines = requestState<Set<string>>();

/** Called by the plugin that adds the line, in the phase `responseHeaders`. */
export function markPersonal(exchange: Exchange, name: string, value: string): void {
  const known = lines.of(exchange) ?? new Set<string>();
  known.add(lineOf(name, value));
  lines.set(exchange, known);
}

export function isPersonal(exchange: Exchange, name: string, value: string): boolean {
  return lines.of(exchange)?.has(lineOf(name, value)) === true;
}

function lineOf(name: string, value: string): string {
  return `${name.toLowerCase()}: ${value}`;
}
