/** Pages of the server itself, for requests that it refuses without looking at endpoints. Kong answers with HTML here, not with JSON. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { AdminAnswer } from './endpoint.ts';

export const HTML = 'text/html; charset=UTF-8';

/** nginx' name where it differs from Node's. */
const REASONS: Readonly<Record<number, string>> = { 405: 'Not Allowed', 431: 'Request Header Or Cookie Too Large' };

export function htmlPage(status: number): AdminAnswer {
  const reason = `${status} ${REASONS[status] ?? STATUS_CODES[status]}`;
  const body = [
    '<html>', `<head><title>${reason}</title></head>`, '<body>', `<center><h1>${reason}</h1></center>`, '</body>', '</html>', '',
  ].join('\r\n');
  return { status, body, headers: { 'content-type': HTML } };
}

/** Statuses of what Node's parser rejects, by its code; 400 otherwise. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers bytes that are no HTTP, and closes the connection. For the event `clientError` of a server. */
export function refuseMalformed(error: { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, body } = htmlPage(STATUS_OF_CODE[error.code ?? ''] ?? 400);
  const text = String(body);
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `Content-Type: ${HTML}`, `Content-Length: ${text.length}`, 'Connection: close', '', text,
  ].join('\r\n'));
}
