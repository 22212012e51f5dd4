/** Heads of answers to clients: those that the gateway makes itself, and those of upstreams. */
import type { ServerResponse } from 'node:http';

import { PRODUCT } from '../../base/product.ts';
import type { AnswerSource } from '../../plugin-kit/exchange.ts';
import { ResponseHead } from './client-response.ts';
import { renderError } from './error-body.ts';
import type { DefaultFormat } from './error-body.ts';

export interface OwnAnswer {
  readonly status: number;
  readonly message: string;
  /** As they travel: one character for each byte. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Format for a client that accepts any. @default 'json' */
  readonly fallback?: DefaultFormat;
  /** Bytes in place of the message. Their content type is among the headers, if they have one. */
  readonly body?: Buffer;
  /** Headers that a plugin made, names and values in turn, as they travel. */
  readonly lines?: readonly string[];
  /** @default 'gateway' */
  readonly source?: AnswerSource;
  /** Whether the request was sent to the upstream: then `headers` contains its latencies. @default false */
  readonly attempted?: boolean;
  /** Whether a plugin passes on what an upstream answered: it looks as if the upstream had been asked. @default false */
  readonly isProxied?: boolean;
}

interface OwnHead {
  readonly head: ResponseHead;
  readonly body: Buffer;
}

/** Creates the head and the body of an answer of the gateway. Plugins may still change both. */
export function ownHead(answer: OwnAnswer, requestId: string, accept: string | undefined, startedAt: number): OwnHead {
  const { contentType, body } = contentOf(answer, requestId, accept);
  const latency = String(Math.round(performance.now() - startedAt));
  // RFC 9110 §8.6: a 204 has none, and that of a 304 would be the length of another answer.
  const length = answer.status === 204 || answer.status === 304 ? [] : ['Content-Length', String(body.length)];
  const head = new ResponseHead(answer.status, answer.isProxied === true ? [
    ...length,
    'Server', PRODUCT,
    'Via', `1.1 ${PRODUCT}`,
    'X-Kong-Upstream-Latency', '0',
    'X-Kong-Proxy-Latency', latency,
    'X-Kong-Request-Id', requestId,
  ] : [
    'Date', new Date().toUTCString(),
    ...(contentType === undefined ? [] : ['Content-Type', contentType]),
    ...length,
    'Server', PRODUCT,
    ...Object.entries(answer.headers ?? {}).flat(),
    ...(answer.attempted === true ? [] : ['X-Kong-Response-Latency', latency]),
    'X-Kong-Request-Id', requestId,
  ], answer.source);
  for (const name of new Set((answer.lines ?? []).filter((_, at) => at % 2 === 0))) head.removeHeader(name);
  head.headers.push(...answer.lines ?? []);
  return { head, body };
}

function contentOf(answer: OwnAnswer, requestId: string, accept: string | undefined): { contentType?: string; body: Buffer } {
  if (answer.body !== undefined) return { body: answer.body };
  const { contentType, body } = renderError(answer.message, requestId, accept, answer.fallback ?? 'json');
  return body === '' ? { body: Buffer.alloc(0) } : { contentType, body: Buffer.from(body) };
}

interface Answered {
  readonly requestId: string;
  readonly clock: { readonly start: number };
}

/**
 * Adds the headers that the gateway sets on an answer of an upstream.
 * @param sentAt, answeredAt times of the attempt, as of `performance.now()`
 * @param via value of the upstream's own Via header
 */
export function addProxyHeaders(head: ResponseHead, exchange: Answered, sentAt: number, answeredAt: number, via?: string): void {
  if (head.rawHeader('server') === undefined) head.headers.push('Server', PRODUCT);
  head.headers.push(
    'Via', via === undefined ? `1.1 ${PRODUCT}` : `${via}, 1.1 ${PRODUCT}`,
    'X-Kong-Upstream-Latency', String(Math.round(answeredAt - sentAt)),
    'X-Kong-Proxy-Latency', String(Math.round(sentAt - exchange.clock.start)),
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
  head.completeContentType();
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
