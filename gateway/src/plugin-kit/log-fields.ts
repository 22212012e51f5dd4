/** What plugins add to the log entry of a request, such as its trace ids. Log plugins read it in their phase. */
import type { Exchange } from './exchange.ts';
import { requestState } from './request-state.ts';

const fields = requestState<Map<string, unknown>>();

/** @param name of a member of the entry. @param value what becomes JSON; a later value replaces an earlier one */
export function setLogField(exchange: Exchange, name: string, value: unknown): void {
  const given = fields.of(exchange) ?? new Map<string, unknown>();
  fields.set(exchange, given.set(name, value));
}

export function logFieldsOf(exchange: Exchange): ReadonlyMap<string, unknown> | undefined {
  return fields.of(exchange);
}
