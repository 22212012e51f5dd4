/** The engine's requests beside those of llhttp, which is in Node. A difference must be one that docs/reference/http-policy.md names. */
import { once } from 'node:events';
import { createServer, METHODS } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

import { STRICTER_THAN_LLHTTP } from '../../src/http-engine/http1/llhttp-differences.ts';
import type { RefusalReason } from '../../src/http-engine/http1/request-refusals.ts';
import { Http1Client, RecordingHandler } from '../fixtures/http1-client.ts';

interface Seen {
  readonly requests: readonly string[];
  readonly isRefused: boolean;
}

const shown = (method: string, target: string, body: string): string => `${method} ${target} ${JSON.stringify(body)}`;

/** A connection without sockets. */
class Wire extends Duplex {
  override _read(): void { /* `push` brings what comes. */ }
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

const server = createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: 49_152 });

async function byLlhttp(bytes: string): Promise<Seen> {
  const wire = new Wire();
  const requests: string[] = [];
  let isRefused = false;
  const serve = (request: IncomingMessage, response: { end(): void }): void => {
    let body = '';
    request.on('data', (chunk: Buffer) => void (body += chunk.toString('latin1'))).on('error', () => undefined).on('end', () => {
      requests.push(shown(request.method!, request.url!, body));
      response.end();
    });
  };
  const fail = (): void => {
    isRefused = true;
    wire.destroy();
  };
  server.removeAllListeners().on('connection', connectionListener).on('request', serve).on('checkContinue', serve).on('checkExpectation',
    serve)
    .on('connect', fail).on('clientError', fail);
  server.emit('connection', wire);
  wire.push(Buffer.from(bytes, 'latin1'));
  wire.push(null);
  const closed = once(wire, 'close');
  for (let turn = 0; turn < 6 && !wire.destroyed; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  wire.destroy();
  await closed;
  return { requests, isRefused };
}

const connectionListener = server.listeners('connection')[0] as (socket: Duplex) => void;

function byUs(bytes: string): Seen & { readonly reason: RefusalReason | undefined; readonly isLast: boolean } {
  const handler = new RecordingHandler();
  const client = new Http1Client(handler).send(bytes).end();
  client.service.close();
  const requests = handler.seen.filter(({ end }) => end === 'complete').map(({ request, body }) => shown(request.method, request.target,
    body));
  const [reason] = handler.refusals as RefusalReason[];
  return { requests, isRefused: reason !== undefined, reason, isLast: client.stream.written.includes('Connection: close') };
}

/** What is accepted here, and not by llhttp: `LOOSER_THAN_LLHTTP`. */
function isLooser(bytes: string, { requests, isLast }: ReturnType<typeof byUs>): boolean {
  if (isLast || /\r\n[\da-f]+;|\r\n0+\r\n(?:[^\r]*\r\n)*(?:content-length|transfer-encoding):/i.test(bytes)) return true;
  return requests.some((request) => {
    const [method = '', target = ''] = request.split(' ');
    return !METHODS.includes(method) || /[\x80-\xff]/.test(target);
  });
}

/** @returns what is wrong */
export async function llhttpDifference(bytes: string): Promise<string | undefined> {
  const ours = byUs(bytes);
  // llhttp reads no further behind a request for another protocol.
  if (/\r\nupgrade:/i.test(bytes)) return undefined;
  if (ours.reason !== undefined && STRICTER_THAN_LLHTTP.has(ours.reason)) return undefined;
  const theirs = await byLlhttp(bytes);
  const isSame = ours.isRefused === theirs.isRefused && (ours.isRefused || ours.requests.join('\n') === theirs.requests.join('\n'));
  if (isSame || (!ours.isRefused && theirs.isRefused && isLooser(bytes, ours))) return undefined;
  if (!ours.isRefused && ours.isLast && ours.requests.every((request, at) => request === theirs.requests[at])) return undefined;
  const verdict = theirs.isRefused ? 'refused' : JSON.stringify(theirs.requests);
  return `${ours.reason ?? 'accepted'}: ${JSON.stringify(ours.requests)}, but ${verdict}`;
}
