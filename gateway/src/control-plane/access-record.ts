/** What the access log says of a request to the Admin API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

import type { AccessLog, AccessRecord } from '../access-log/access-record.ts';
import { redactedAdminPath } from '../access-log/redaction.ts';
import { plainAddress } from '../base/ip-range.ts';

/** Status of a request whose client went away before it had an answer, as in nginx. */
const CLIENT_GONE = 499;

/** Writes a line when the answer has ended. */
export function logRequest(request: IncomingMessage, response: ServerResponse, log: AccessLog): void {
  const startedAt = Date.now();
  const start = performance.now();
  const { socket } = request;
  // Known only while the connection is open.
  const clientIp = plainAddress(socket.remoteAddress);
  const writtenBefore = socket.bytesWritten;
  response.once('close', () => {
    const record = recordOf(request, response, socket.bytesWritten - writtenBefore);
    log.write({ ...record, startedAt, clientIp, durationMs: performance.now() - start });
  });
}

type Rest = Omit<AccessRecord, 'startedAt' | 'clientIp' | 'durationMs'>;

function recordOf(request: IncomingMessage, response: ServerResponse, responseBytes: number): Rest {
  const { method = '', url = '', httpVersion, headers, rawHeaders } = request;
  const [path = '', ...query] = url.split('?');
  const tls = request.socket as Partial<TLSSocket>;
  const headBytes = (response as { readonly _header?: string | null })._header?.length ?? 0;
  return {
    requestId: textOf(response.getHeader('x-kong-admin-request-id')),
    method,
    scheme: tls.encrypted === true ? 'https' : 'http',
    httpVersion,
    host: (headers.host ?? '').replace(/:\d+$/, '').toLowerCase(),
    path: redactedAdminPath(path),
    query: query.join('?'),
    status: response.headersSent ? response.statusCode : CLIENT_GONE,
    requestBytes: `${method} ${url} HTTP/1.1\r\n\r\n`.length + rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
      + Number(headers['content-length'] ?? 0),
    responseBytes,
    bodyBytes: Math.max(responseBytes - headBytes, 0),
    userAgent: headers['user-agent'],
    referer: headers.referer,
    user: undefined,
    tlsVersion: tls.encrypted === true ? tls.getProtocol?.() ?? undefined : undefined,
    isAborted: !response.writableFinished,
  };
}

function textOf(header: number | string | readonly string[] | undefined): string {
  return header === undefined ? '' : String(header);
}
