/** Baggage: what a trace carries along, one header for each value, percent-encoded. */
import type { TraceHeaders } from './trace-context.ts';

/** @param prefix of the headers' names, in lower case */
export function readBaggage(headers: TraceHeaders, prefix: string): ReadonlyMap<string, string> | undefined {
  let baggage: Map<string, string> | undefined;
  for (const [name, value] of headers.headerLines()) {
    const key = name.toLowerCase();
    if (key.length <= prefix.length || !key.startsWith(prefix)) continue;
    (baggage ??= new Map()).set(key.slice(prefix.length), decoded(value));
  }
  return baggage;
}

export function baggageHeaders(baggage: ReadonlyMap<string, string> | undefined, prefix: string): [string, string][] {
  return baggage === undefined ? [] : [...baggage].map(([name, value]) => [`${prefix}${name}`, encoded(value)]);
}

/** Each character stands for a byte, so that what is no UTF-8 survives. */
function decoded(value: string): string {
  const bytes = Buffer.from(value.replaceAll('+', ' ')).toString('latin1');
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function encoded(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9._~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
