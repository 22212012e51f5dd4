/**
 * The parser of requests against llhttp, which is in Node: both accept the same requests, or refuse; where they do not, the difference is
 * one of those that docs/reference/http-policy.md names.
 */
import { once } from 'node:events';
import { createServer, METHODS } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';

import { STRICTER_THAN_LLHTTP } from '../../src/http-engine/http1/llhttp-differences.ts';
import type { RefusalReason } from '../../src/http-engine/http1/request-refusals.ts';
import { Http1Client, RecordingHandler } from '../fixtures/http1-client.ts';
import { ACCEPTED, REFUSED } from '../fixtures/http1-examples.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 8) / 2;

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
afterAll(() => void server.close());

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
async function difference(bytes: string): Promise<string | undefined> {
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

const examples = [...Object.values(REFUSED).flat(),
  ...Object.values(ACCEPTED).map(({ bytes }) => bytes)].filter(({ length }) => length < 2_000);

it('differs from llhttp in its examples only as the policy says', async () => {
  const differences: string[] = [];
  for (const bytes of examples) {
    const found = await difference(bytes);
    if (found !== undefined) differences.push(`${JSON.stringify(bytes)} ${found}`);
  }
  expect(differences).toEqual([]);
});

const piece = fc.constantFrom(
  'GET', 'POST', 'FOO', ' ', '/', '/r', 'http://a/', '*', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', '\r\n', '\n', '\r', '\r\n\r\n', ':', ': ',
  '\t', '\0', 'Host: a',
  'Content-Length', '5', '0', '00', ',', 'Transfer-Encoding', 'chunked', 'identity', ';', 'a=b', 'hello', 'Connection', 'close',
  'keep-alive', '\x7f', '\x80', '\xc3\xa9',
  'Expect: 100-continue', 'Upgrade: websocket', '0\r\n\r\n', '5\r\nhello\r\n',
);

/** An example with pieces put in, taken out or doubled. */
const mutated = fc.tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { minLength: 1, maxLength: 4 }),
  fc.constantFrom(...examples))
  .map(([bytes, changes, next]) => changes.reduce((text, [place, kind, what]) => {
    const at = place % (text.length + 1);
    const end = Math.min(text.length, at + 1 + place % 7);
    return text.slice(0, at) + [what, '', text.slice(at, end).repeat(2), what][kind]! + text.slice([at, end, end, end][kind]!);
  }, bytes) + next);

it('differs from llhttp in mutations of them only as the policy says', async () => {
  await fc.assert(fc.asyncProperty(mutated, async (bytes) => {
    expect(await difference(bytes)).toBe(undefined);
  }), SECONDS === undefined ? { numRuns: 1_500, seed: 7 } : {
    numRuns: 1_000_000, interruptAfterTimeLimit: Number(SECONDS) * 500, markInterruptAsFailure: false,
  });
});
