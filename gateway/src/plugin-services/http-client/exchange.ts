/** One outgoing request and its answer, each step within its limit. */
import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

import type { HttpAnswer, HttpRequest } from '../../plugin-kit/http-client.ts';

const DEFAULT_MAX_BODY_BYTES = 1_048_576;

/** Repeated without harm: RFC 9110 §9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** The server closed a kept connection just when the request was sent on it. */
export class StaleConnection extends Error {}

/** @throws StaleConnection when another connection may well work, and a repeated request does no harm */
export function exchange(url: URL, given: HttpRequest, agent: Agent, timeoutMs: number): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { isIdempotent = IDEMPOTENT.has(given.method), signal } = given;
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = open(url, optionsOf(url, given, agent));
  const limit = stepLimit(timeoutMs, () => outgoing.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
  limitConnecting(outgoing, limit);
  outgoing.once('response', (incoming) => {
    limit.next();
    readAnswer(incoming, given).then(resolve, (error: unknown) => {
      outgoing.destroy();
      reject(error as Error);
    });
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    const isStale = outgoing.reusedSocket && isIdempotent && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
    reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
  });
  const abort = () => outgoing.destroy(new Error('aborted'));
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  else outgoing.end(given.body);
  return promise.finally(() => {
    limit.cancel();
    signal?.removeEventListener('abort', abort);
  });
}

function optionsOf({ username, password }: URL, { method, headers, body }: HttpRequest, agent: Agent): RequestOptions {
  const names = new Set(Object.keys(headers ?? {}).map((name) => name.toLowerCase()));
  return {
    method,
    agent,
    headers: {
      ...headers as Record<string, string | string[]>,
      ...body !== undefined && { 'Content-Length': Buffer.byteLength(body) },
    },
    ...username !== '' && !names.has('authorization') && { auth: `${decoded(username)}:${decoded(password)}` },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface StepLimit {
  /** Begins the next step with a limit of its own. */
  next(): void;
  cancel(): void;
}

function stepLimit(ms: number, exceeded: () => void): StepLimit {
  // Not a timer of the node's clock: what it limits is real input and output.
  const timer = setTimeout(exceeded, ms).unref();
  return { next: () => void timer.refresh(), cancel: () => clearTimeout(timer) };
}

function limitConnecting(outgoing: ClientRequest, limit: StepLimit): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!socket.connecting) return;
    socket.once('connect', () => limit.next());
    socket.once('secureConnect', () => limit.next());
  });
}

async function readAnswer(incoming: IncomingMessage, request: HttpRequest): Promise<HttpAnswer> {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, dropsBody } = request;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    if (dropsBody === true) continue;
    bytes += part.length;
    if (bytes > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`);
    parts.push(part);
  }
  return { status: incoming.statusCode!, headers: headersOf(incoming), body: Buffer.concat(parts, bytes) };
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const values = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join('\n') : value ?? '']);
  return Object.fromEntries(values) as Record<string, string>;
}
