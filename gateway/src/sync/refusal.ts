/** HTTP answers of a tunnel's listener to what is no tunnel. Small pages, because a person with a browser or curl may see them. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Writes the answer and closes. @param detail shown below the status and in the title */
export function refuse(socket: Duplex, status: number, detail?: string): void {
  const title = `${status} ${detail ?? STATUS_CODES[status]}`;
  const body = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${status} ${STATUS_CODES[status]}</h1></center>`,
    ...(detail === undefined ? [] : [`<center>${detail}</center>`]),
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/html; charset=UTF-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n'));
  // A refused data plane may leave its half open for minutes.
  socket.once('finish', () => socket.destroy());
}
