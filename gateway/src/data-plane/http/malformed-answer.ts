/** Answers to what the parser rejects, as text: there is no request that they belong to. */
import { PRODUCT } from '../../base/product.ts';
import { renderError } from './error-body.ts';
import { nextRequestId } from './request-id.ts';
import { PAGE_TYPE, statusPage } from './status-page.ts';

/** By the parser's error code. */
const ANSWERS: Readonly<Record<string, { status: string; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: '400 Bad Request', message: 'Request header or cookie too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', message: 'Request timeout' },
};

const MALFORMED = { status: '400 Bad Request', message: 'Bad request' };

interface ParserError {
  readonly code?: string;
  /** What the parser read last. */
  readonly rawPacket?: unknown;
}

/** @param isFirst whether the bytes that the parser shows begin with the rejected request */
export function malformedAnswer({ code = '', rawPacket }: ParserError, isFirst: boolean): string {
  const { status, message } = ANSWERS[code] ?? MALFORMED;
  const head = isFirst && Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1').split('\r\n\r\n', 1)[0]! : '';
  if (/^[A-Z]+ \S+ HTTP\/(?!1\.[01]\r)\d+\.\d+\r/.test(head)) {
    return answerText('505 HTTP Version Not Supported', statusPage(505)!.toString(), PAGE_TYPE, nextRequestId());
  }
  return malformedText(status, message, acceptedType(head));
}

/** @param accept the client's Accept header */
export function malformedText(status: string, message: string, accept?: string): string {
  const requestId = nextRequestId();
  const { body, contentType } = renderError(message, requestId, accept, 'text');
  return answerText(status, body, contentType, requestId);
}

function acceptedType(head: string): string | undefined {
  return /\r\naccept:[\t ]*([^\r\n]*)/i.exec(head)?.[1];
}

function answerText(status: string, body: string, contentType: string, requestId: string): string {
  return [
    `HTTP/1.1 ${status}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    `Server: ${PRODUCT}`,
    'X-Kong-Response-Latency: 0',
    `X-Kong-Request-Id: ${requestId}`,
    '',
    body,
  ].join('\r\n');
}
