/** Writes answers to the client: those of the gateway itself, and heads of proxied ones. */
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
  /** What a client gets that accepts anything. @default 'json' */
  readonly fallback?: DefaultFormat;
  /** Without a body. */
  readonly empty?: boolean;
  /** After an attempt at the upstream: its latency headers are among `headers`. */
  readonly attempted?: boolean;
}

/** The head of an answer of the gateway; a plugin may still change it. */
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
 * Adds what the gateway says about a proxied answer.
 * @param via what the upstream's answer came through
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

/** Writes the head. A client whose connection cannot go on is told so. @param statusMessage @default - the usual one */
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
