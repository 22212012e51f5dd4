/** Heads of answers to clients: those that the gateway makes itself, and those of upstreams. */
import { performance } from 'node:perf_hooks';

import { PRODUCT } from '../../base/product.ts';
import type { AnswerHead } from '../../http-engine/messages.ts';
import type { AnswerSource } from '../../plugin-kit/exchange.ts';
import { HeaderBlock, HeaderNames } from '../../plugin-kit/header-block.ts';
import { ResponseHead } from './client-response.ts';
import { renderError } from './error-body.ts';
import type { DefaultFormat } from './error-body.ts';
import { httpDate } from './http-date.ts';

export interface OwnAnswer {
  readonly status: number;
  readonly message: string;
  /** As they travel: one character for each byte. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Format for a client that accepts any. @default 'json' */
  readonly fallback?: DefaultFormat;
  /** Whether the request line decides, before header lines are looked at, as in nginx. @default false */
  readonly ignoresAccept?: boolean;
  /** Bytes in place of the message. Their content type is among the headers, if they have one. */
  readonly body?: Buffer;
  /** The body, where a plugin gave it as an object. */
  readonly document?: Readonly<Record<string, unknown>> | undefined;
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

const NOTHING = Buffer.alloc(0);

/** Creates the head and the body of an answer of the gateway. Plugins may still change both. */
export function ownHead(answer: OwnAnswer, requestId: string, accept: string | undefined, startedAt: number): OwnHead {
  const { contentType, body } = contentOf(answer, requestId, accept);
  const latency = Math.round(performance.now() - startedAt);
  // RFC 9110 §8.6: a 204 has none, and that of a 304 would be the length of another answer.
  const length = answer.status === 204 || answer.status === 304 ? undefined : body.length;
  const text = answer.isProxied === true
    ? `Server: ${PRODUCT}\r\nVia: 1.1 ${PRODUCT}\r\nX-Kong-Upstream-Latency: 0\r\nX-Kong-Proxy-Latency: ${latency}\r\n`
    : `Date: ${httpDate()}\r\nServer: ${PRODUCT}\r\n`;
  const head = new ResponseHead(answer.status, text, length, answer.isProxied === true ? undefined : contentType, answer.source);
  if (answer.isProxied !== true) {
    for (const name in answer.headers) head.headers.push(name, answer.headers[name]!);
    if (answer.attempted !== true) head.addText(`X-Kong-Response-Latency: ${latency}\r\n`);
  }
  head.addText(`X-Kong-Request-Id: ${requestId}\r\n`);
  if (answer.lines !== undefined && answer.lines.length > 0) {
    for (const name of new Set(answer.lines.filter((_, at) => at % 2 === 0))) head.removeHeader(name);
    head.headers.push(...answer.lines);
  }
  return { head, body };
}

function contentOf(answer: OwnAnswer, requestId: string, accept: string | undefined): { contentType?: string; body: Buffer } {
  if (answer.body !== undefined) return { body: answer.body };
  const { contentType, body } = renderError(answer.message, requestId, accept, answer.fallback ?? 'json');
  return body === '' ? { body: NOTHING } : { contentType, body: Buffer.from(body) };
}

interface Answered {
  readonly requestId: string;
  readonly clock: { readonly start: number };
}

const VIA = `1.1 ${PRODUCT}`;
const VIA_HTTP2 = `2 ${PRODUCT}`;

const NAMES = ['Via', 'X-Kong-Upstream-Latency', 'X-Kong-Proxy-Latency', 'X-Kong-Request-Id'];
const USUAL_NAMES = new HeaderNames(NAMES, { arePlain: true });
const OTHER_NAMES = new HeaderNames(NAMES);
const NAMES_WITH_SERVER = new HeaderNames(['Server', ...NAMES]);

/**
 * Headers that the gateway sets on an answer of an upstream.
 *
 * @param sentAt, answeredAt times of the attempt, as of `performance.now()`
 * @param via the upstream's own Via
 * @param isHttp2 whether it was sent in HTTP/2
 */
export function proxyHeaders(
  { requestId, clock }: Answered, sentAt: number, answeredAt: number, hasServer: boolean, via: string | undefined, isHttp2: boolean,
): HeaderBlock {
  const own = isHttp2 ? VIA_HTTP2 : VIA;
  const upstreamLatency = String(Math.round(answeredAt - sentAt));
  const proxyLatency = String(Math.round(sentAt - clock.start));
  if (hasServer && via === undefined) return new HeaderBlock(USUAL_NAMES, [own, upstreamLatency, proxyLatency, requestId]);
  const values = [via === undefined ? own : `${via}, ${own}`, upstreamLatency, proxyLatency, requestId];
  return hasServer ? new HeaderBlock(OTHER_NAMES, values) : new HeaderBlock(NAMES_WITH_SERVER, [PRODUCT, ...values]);
}

/** Headers of an answer that says that the upstream gave none. */
export function failureHeaders(
  { start }: Answered['clock'], sentAt: number, answeredAt: number, isHttp2: boolean,
): Readonly<Record<string, string>> {
  return {
    'Via': `${isHttp2 ? '2' : '1.1'} ${PRODUCT}`,
    'X-Kong-Upstream-Latency': String(Math.round(answeredAt - sentAt)),
    'X-Kong-Proxy-Latency': String(Math.round(sentAt - start)),
  };
}

/**
 * The head as the engine takes it.
 *
 * @param closes whether the connection ends behind this answer
 * @param reason reason phrase. @default - the usual one for the status
 * @throws Error a plugin has made a head of it that cannot be sent
 */
export function answerHead(head: ResponseHead, closes: boolean, reason?: string): AnswerHead {
  head.completeContentType();
  const { status, lines, length, connectionOptions } = head;
  return { status, reason, lines, length, closes, connectionOptions };
}
