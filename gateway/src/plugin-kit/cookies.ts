/** Cookies of a request (RFC 6265 §4.2). */
import type { ClientRequest } from './exchange.ts';

/** @returns the value as it travelled, of the first cookie with the name; `undefined` when there is none */
export function cookieOf(request: Pick<ClientRequest, 'headerValues'>, name: string): string | undefined {
  for (const line of request.headerValues('cookie')) {
    for (let at = 0; at < line.length;) {
      const end = line.indexOf(';', at);
      const stop = end === -1 ? line.length : end;
      const equals = line.indexOf('=', at);
      if (equals !== -1 && equals < stop && line.slice(at, equals).trim() === name) return line.slice(equals + 1, stop).trim();
      at = stop + 1;
    }
  }
  return undefined;
}
