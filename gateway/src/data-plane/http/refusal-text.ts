/** Answers to what an engine refuses, as text: there is no request that they belong to. */
import { STATUS_CODES } from 'node:http';

import { PRODUCT } from '../../base/product.ts';
import type { RefusalText } from '../../http-engine/http1/client-connection.ts';
import { renderError } from './error-body.ts';
import { nextRequestId } from './request-id.ts';
import { PAGE_TYPE, statusPage } from './status-page.ts';

const MESSAGES: Readonly<Record<number, string>> = {
  405: 'Method not allowed', 408: 'Request timeout', 414: 'URI too long', 431: 'Request header or cookie too large',
};

/** What Kong says of a head that is too large has a status of its own here, and its message. */
const TOO_LARGE = 'head-too-large';

/** @param accept the client's Accept header */
export function refusalText(status: number, reason: string, accept: string | undefined): RefusalText {
  const requestId = nextRequestId();
  const { body, contentType } = contentOf(status, reason, requestId, accept);
  const text = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]!}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
    `Server: ${PRODUCT}`,
    'X-Kong-Response-Latency: 0',
    `X-Kong-Request-Id: ${requestId}`,
    '',
    body,
  ].join('\r\n');
  return { text, bodyBytes: body.length, requestId };
}

function contentOf(status: number, reason: string, requestId: string, accept: string | undefined): { body: string; contentType: string } {
  // nginx answers these itself.
  if (status === 501 || status === 505) return { body: statusPage(status)!.toString(), contentType: PAGE_TYPE };
  const message = reason === TOO_LARGE ? MESSAGES[431]! : MESSAGES[status] ?? 'Bad request';
  return renderError(message, requestId, accept, 'text');
}
