/** Heads of answers to clients: those that the gateway makes itself, and those of upstreams. */
import type { ServerResponse } from 'node:http';

import { ResponseHead } from './client-response.ts';
import { renderError } from './error-body.ts';
import type { DefaultFormat } from './error-body.ts';
import type { HttpExchange } from './http-exchange.ts';
import { PRODUCT } from './product.ts';

export interface OwnAnswer {
  readonly status: number;
  readonly message: string;
  /** As they travel: one character for each byte. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Format for a client that accepts any. @default 'json' */
  readonly fallback?: DefaultFormat;
  /** Whether the answer has no body. @default false */
  readonly empty?: boolean;
  /** Whether the request was sent to the upstream: then `headers` contains its latencies. @default false */
  readonly attempted?: boolean;
}

/** Creates the head and the body of an answer of the gateway. Plugins may still change the head. */
export function ownHead(
  answer: OwnAnswer, requestId: string, accept: string | undefined, startedAt: number,
): { head: ResponseHead; body: string } {
  const { contentType, body } = renderError(answer.message, requestId, accept, answer.fallback ?? 'json');
  const content = answer.empty === true ? '' : body;
  const head = new ResponseHead(answer.status, [
    'Date', new Date().toUTCString(),
    ...(content === '' ? [] : ['Content-Type', contentType]),
    'Content-Length', String(Buffer.byteLength(content)),
    'Server', PRODUCT,
    ...Object.entries(answer.headers ?? {}).flat(),
    ...(answer.attempted === true ? [] : ['X-Kong-Response-Latency', String(Math.round(performance.now() - startedAt))]),
    'X-Kong-Request-Id', requestId,
  ]);
  return { head, body: content };
}

/**
 * Adds the headers that the gateway sets on an answer of an upstream.
 * @param sentAt, answeredAt times of the attempt, as of `performance.now()`
 * @param via value of the upstream's own Via header
 */
export function addProxyHeaders(head: ResponseHead, exchange: HttpExchange, sentAt: number, answeredAt: number, via?: string): void {
  if (head.rawHeader('server') === undefined) head.headers.push('Server', PRODUCT);
  head.headers.push(
    'Via', via === undefined ? `1.1 ${PRODUCT}` : `${via}, 1.1 ${PRODUCT}`,
    'X-Kong-Upstream-Latency', String(Math.round(answeredAt - sentAt)),
    'X-Kong-Proxy-Latency', String(Math.round(sentAt - exchange.startedAt)),
    'X-Kong-Request-Id', exchange.requestId,
  );
}

/**
 * Writes the head, with `Connection: close` when the connection ends behind this answer.
 * @param closing whether it ends in any case
 * @param statusMessage reason phrase. @default - the usual one for the status
 */
export function writeHead(response: ServerResponse, head: ResponseHead, closing: boolean, statusMessage?: string): void {
  response.sendDate = false;
  const framed = head.rawHeader('content-length') !== undefined || response.req.httpVersion === '1.1' || response.req.method === 'HEAD';
  if (closing || !framed) response.shouldKeepAlive = false;
  // Node would allow a Trailer header only with chunks of its own.
  if (head.rawHeader('content-length') !== undefined) head.removeHeader('trailer');
  const persistence = response.shouldKeepAlive ? 'keep-alive' : 'close';
  const offered = head.rawHeader('connection');
  head.setRawHeader('Connection', offered === undefined ? persistence : `${persistence}, ${offered}`);
  if (statusMessage === undefined) response.writeHead(head.status, head.headers);
  else response.writeHead(head.status, statusMessage, head.headers);
}
