/** Header lines that are one client's alone, such as the cookie of its session: caches do not keep them, log entries do not show them. */
import type { Exchange } from './exchange.ts';
import { requestState } from './request-state.ts';

const lines = requestState<Set<string>>();

/** Called by the plugin that adds the line to the answer, or to what the upstream gets. */
export function markPersonal(exchange: Exchange, name: string, value: string): void {
  const known = lines.of(exchange) ?? new Set<string>();
  known.add(lineOf(name, value));
  lines.set(exchange, known);
}

/** Whether any line is. */
export function hasPersonalLines(exchange: Exchange): boolean {
  return lines.of(exchange) !== undefined;
}

export function isPersonal(exchange: Exchange, name: string, value: string): boolean {
  return lines.of(exchange)?.has(lineOf(name, value)) === true;
}

function lineOf(name: string, value: string): string {
  return `${name.toLowerCase()}: ${value}`;
}
