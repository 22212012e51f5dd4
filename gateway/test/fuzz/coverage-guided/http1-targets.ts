/** What may never happen to bytes of HTTP/1, however they come: of clients, and of upstreams. */
import type { AnswerHead } from '../../../src/http-engine/http1/upstream-answer-head.ts';
import { AnswerDecoder } from '../../../src/http-engine/http1/upstream-answer.ts';
import { Http1Client, outcomeOf, RecordingHandler } from '../../fixtures/http1-client.ts';
import type { SeenRequest } from '../../fixtures/http1-client.ts';
import { ACCEPTED, REFUSED } from '../../fixtures/http1-examples.ts';
import { recorded } from '../../fixtures/recorded.ts';
import { PAYLOADS } from '../../hostile/payloads.ts';
import { llhttpDifference } from '../llhttp-difference.ts';
import { allowedRequests } from './allowed-requests.ts';
import type { AllowedRequest } from './allowed-requests.ts';
import type { Target } from './fuzz.ts';
import { cut } from './mutation.ts';

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const words = (...texts: readonly string[]): readonly Buffer[] => texts.map(bytesOf);

/** So much a client may send to a handler that takes nothing: what waits within the limits, and what has come in one read. Bytes. */
const MAX_UNREAD = 131_072;

interface RecordedCase {
  readonly send?: readonly unknown[];
  readonly up?: { readonly resp?: unknown };
}

const CASES = recorded<readonly { readonly cases: readonly RecordedCase[] }[]>('robustness').flatMap(({ cases }) => cases);

const short = (texts: readonly unknown[]): readonly Buffer[] => texts
  .filter((text): text is string => typeof text === 'string' && text.length > 0 && text.length < 2_000).map(bytesOf);

export const requests: Target = {
  seeds: [
    ...short(CASES.map(({ send = [] }) => send.every((piece) => typeof piece === 'string') ? send.join('') : '')),
    ...short(PAYLOADS.map(({ bytes }) => bytes)),
    ...short(Object.values(REFUSED).flat()), ...short(Object.values(ACCEPTED).map(({ bytes }) => bytes)),
  ],
  words: words(
    'GET', 'POST', 'HEAD', 'OPTIONS', 'PRI * HTTP/2.0\r\n\r\n', ' ', '/', '/r', 'http://a/', 'HTTP/1.1', 'HTTP/1.0',
    '\r\n', '\n', '\r', '\r\n\r\n', ':', '\t', '\0', 'Host: a\r\n', 'Content-Length: 5\r\n', '0', '9007199254740991',
    'fffffffffffff', 'Transfer-Encoding: chunked\r\n', ',', ';a=b', 'hello', 'Connection: close\r\n', 'Connection: keep-alive\r\n',
    '\x7f', '\x80', '\xc3\xa9', 'Expect: 100-continue\r\n',
    'Connection: upgrade\r\nUpgrade: websocket\r\n', '0\r\n\r\n', '5\r\nhello\r\n', 'X-T: 1\r\n', 'GET /r HTTP/1.1\r\nHost: a\r\n\r\n',
  ),
  problem(bytes, random) {
    const text = bytes.toString('latin1');
    const pieces = cut(text, random);
    const [whole, inPieces] = [eventsOf([text]), eventsOf(pieces)];
    if (whole !== inPieces) return `in pieces ${JSON.stringify(pieces)}, it is ${inPieces}, and not ${whole}`;
    const allowed = allowedRequests(text);
    return notAllowed(new RecordingHandler(), pieces, allowed, true)
      ?? notAllowed(new EarlyHandler(), pieces, allowed, false)
      ?? (random(16) === 0 ? unboundedMemory(text) : undefined);
  },
  deepProblem: (bytes) => llhttpDifference(bytes.toString('latin1')),
};

/** Where several rules are broken, which one is named depends on how much has come. */
function eventsOf(pieces: readonly string[]): string {
  const { requests: seen, refusals, written, isClosed } = outcomeOf(pieces, true);
  return JSON.stringify([seen, refusals.length, written.replace(/HTTP\/1\.1 [45].*/, 'refused'), isClosed]);
}

/** Answers without a look at the body, now or when the body is there. */
class EarlyHandler extends RecordingHandler {
  override request(request: SeenRequest['request'], answer: SeenRequest['answer']): void {
    const seen: SeenRequest = { request, answer, body: '', trailers: [], end: undefined };
    this.seen.push(seen);
    this.answer(seen);
  }
}

/** Takes nothing, and does not answer. */
class IdleHandler extends RecordingHandler {
  override request(): void { /* See above. */ }
}

function notAllowed(
  handler: RecordingHandler, pieces: readonly string[], allowed: readonly AllowedRequest[], isWhole: boolean,
): string | undefined {
  const client = new Http1Client(handler);
  for (const piece of pieces) client.send(piece);
  client.service.close();
  const seen = isWhole ? handler.seen.filter(({ end }) => end === 'complete') : handler.seen.slice(0, -1);
  for (const [at, { request: { method, target }, body }] of seen.entries()) {
    const { [at]: one } = allowed;
    if (one?.method === method && one.target === target && (!isWhole || one.body === body)) continue;
    return `${handler.constructor.name}: request ${at} is ${JSON.stringify({ method, target, body })}, and not ${JSON.stringify(one)}`;
  }
  return undefined;
}

/** The same bytes again and again, to a handler that takes none. */
function unboundedMemory(text: string): string | undefined {
  const client = new Http1Client(new IdleHandler());
  let sent = 0;
  for (; text !== '' && sent < MAX_UNREAD && !isHeld(client); sent += text.length) client.send(text);
  client.service.close();
  return sent < MAX_UNREAD ? undefined : `${sent} bytes were read, and the handler took none of them`;
}

function isHeld({ stream }: Http1Client): boolean {
  return stream.isPaused || stream.isEnded || stream.isDestroyed;
}

/** The first byte says what is asked; the others are of the upstream. */
export const answers: Target = {
  seeds: short([
    ...CASES.map(({ up }) => up?.resp),
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2;a\r\nhi\r\n0\r\nX-T: 1\r\n\r\n',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhi', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxx',
    'HTTP/1.1 304 Not Modified\r\nKeep-Alive: timeout=5\r\n\r\n',
  ]).flatMap((bytes) => [0, 1, 2, 4].map((asked) => Buffer.concat([Buffer.of(asked), bytes]))),
  words: words(
    'HTTP/1.1 ', 'HTTP/1.0 ', '200', '204', '304', '100', '101', '103', '999', ' OK', '\r\n', '\n', '\r', '\r\n\r\n',
    'Content-Length: 2\r\n', 'hi',
    'Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '2\r\nhi\r\n', 'Connection: close\r\n', '\t', '\0', ':',
    'Connection: upgrade\r\nUpgrade: websocket\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n', 'Keep-Alive: timeout=', 'X-T: 1\r\n', ';a=b', 'fffffffffffff',
  ),
  problem(bytes, random) {
    const asked = bytes[0] ?? 0;
    const text = bytes.toString('latin1', 1);
    const whole = decoded([text], asked);
    const pieces = cut(text, random);
    const inPieces = decoded(pieces, asked);
    if (whole !== inPieces) return `in pieces ${JSON.stringify(pieces)}, it is ${inPieces}, and not ${whole}`;
    return undefined;
  },
};

function decoded(pieces: readonly string[], asked: number): string {
  const decoder = new AnswerDecoder();
  decoder.begin((asked & 1) === 0 ? 'GET' : 'HEAD', (asked & 2) !== 0);
  const heads: AnswerHead[] = [];
  let body = '';
  let left = '';
  const taker = {
    head: (head: AnswerHead) => void heads.push(head),
    part: (bytes: Buffer) => {
      if (heads.length !== 1 || bytes.length === 0) throw new Error('a part of no body');
      body += bytes.toString('latin1');
      return true;
    },
    textPart: (text: string) => {
      if (heads.length !== 1 || text === '') throw new Error('a part of no body');
      body += text;
      return true;
    },
  };
  for (const piece of pieces) {
    const buffer = Buffer.from(`..${piece}..`, 'latin1');
    let at = 2;
    while (at < piece.length + 2) {
      const next = decoder.read(buffer, at, piece.length + 2, taker);
      if (next < at || next > piece.length + 2) throw new Error(`it read to ${next}`);
      if (next === at) break;
      at = next;
    }
    left += piece.slice(at - 2);
    buffer.fill(33);
  }
  const isComplete = decoder.isComplete || ((asked & 4) !== 0 && decoder.finish());
  const [head] = heads;
  if (heads.length > 1) throw new Error('two answers to a request');
  const length = head?.hasBody === true ? head.contentLength : head && 0;
  if (isComplete && length !== undefined && body.length !== length) throw new Error('a body of another length');
  return JSON.stringify([
    decoder.refused !== undefined, decoder.isSwitched, isComplete, decoder.trailers, body, decoder.refused === undefined ? left : '',
    head && [head.status, head.reason, head.version, head.keeps, head.headers.flat()],
  ]);
}
