/** A connection of a client: order, framing of answers, bounds, patience, ends. Without sockets; those are in the suite of the listener. */
import { describe, expect, it } from 'vitest';

import { Http1Client, RecordingHandler } from '../../../test/fixtures/http1-client.ts';
import type { SeenRequest } from '../../../test/fixtures/http1-client.ts';
import type { AnswerHead, IncomingRequest, OutgoingAnswer } from '../messages.ts';

const HOST = 'Host: a\r\n';
const get = (path = '/', lines = ''): string => `GET ${path} HTTP/1.1\r\n${HOST}${lines}\r\n`;
const post = (body: string, lines = ''): string => `POST / HTTP/1.1\r\n${HOST}${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
const chunkedPost = (body = ''): string => `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`;

/** Answers nothing by itself. */
class Silent extends RecordingHandler {
  override answer(): void { /* The test does. */ }
}

/** Does not look at bodies, either. */
class Deaf extends RecordingHandler {
  override request(request: IncomingRequest, answer: OutgoingAnswer): void {
    this.seen.push({ request, answer, body: '', trailers: [], end: undefined });
  }
}

function silent(options: ConstructorParameters<typeof Http1Client>[1] = {}): { handler: Silent; client: Http1Client } {
  const handler = new Silent();
  return { handler, client: new Http1Client(handler, options) };
}

function deaf(options: ConstructorParameters<typeof Http1Client>[1] = {}): { handler: Deaf; client: Http1Client } {
  const handler = new Deaf();
  return { handler, client: new Http1Client(handler, options) };
}

const HEAD: AnswerHead = { status: 200, lines: 'X-A: b\r\n', length: undefined };
const ok = ({ answer }: SeenRequest, text = 'ok'): void => answer.sendWhole({ ...HEAD, length: text.length }, Buffer.from(text));
const endOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const pathsOf = (handler: RecordingHandler): string[] => handler.seen.map(({ request }) => request.target);

describe('requests', () => {
  it('come one at a time, in order', () => {
    const { handler, client } = silent();
    client.send(get('/1') + get('/2')).send(get('/3'));
    expect(pathsOf(handler)).toEqual(['/1']);
    ok(handler.seen[0]!, 'one');
    expect(pathsOf(handler)).toEqual(['/1', '/2']);
    ok(handler.seen[1]!, 'two');
    ok(handler.seen[2]!, 'three');
    expect(client.stream.written).toMatch(/one[^]*two[^]*three$/);
  });

  it('that wait are bounded: the connection is read no further', () => {
    const { handler, client } = silent();
    client.send(get('/1') + get('/2', `X: ${'a'.repeat(16_000)}\r\n`));
    expect(client.stream.isPaused).toBe(false);
    client.send(get('/3', `X: ${'a'.repeat(400)}\r\n`));
    expect(client.stream.isPaused).toBe(true);
    ok(handler.seen[0]!);
    ok(handler.seen[1]!);
    expect([client.stream.isPaused, pathsOf(handler)]).toEqual([false, ['/1', '/2', '/3']]);
  });

  it('have what a head says, in the text that it came in', () => {
    const { handler, client } = silent();
    client.send('POST /a?b HTTP/1.0\r\nhost: x\r\nX-A:  1 \r\nX-A: 2\r\nContent-Length: 3\r\n\r\nabc');
    const { request } = handler.seen[0]!;
    expect(request).toMatchObject({
      method: 'POST', target: '/a?b', version: '1.0', contentLength: 3, isChunked: false, wantsWebSocket: false, expectsContinue: false,
      headBytes: 68,
      connection: { remoteAddress: '192.0.2.1', remotePort: 40_000, localPort: 8_000 },
    });
    expect([request.headers.first('host'), request.headers.values('x-a'), request.headers.flat().length]).toEqual(['x', ['1', '2'], 8]);
    expect([request.body.isComplete, request.body.taken]).toEqual([true, 3]);
  });

  it.each([
    ['websocket', 'GET', '1.1', 'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n', true],
    ['without Connection', 'GET', '1.1', 'Upgrade: websocket\r\n', false],
    ['two protocols', 'GET', '1.1', 'Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n', false],
    ['a list', 'GET', '1.1', 'Connection: upgrade\r\nUpgrade: websocket, h2c\r\n', false],
    ['POST', 'POST', '1.1', 'Connection: upgrade\r\nUpgrade: websocket\r\n', false],
    ['HTTP/1.0', 'GET', '1.0', 'Connection: upgrade\r\nUpgrade: websocket\r\n', false],
    ['a body', 'GET', '1.1', 'Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n', false],
    ['chunks', 'GET', '1.1', 'Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n', false],
  ])('ask for a WebSocket, or not: %s', (_title, method, version, lines, expected) => {
    const { handler, client } = silent();
    client.send(`${method} / HTTP/${version}\r\n${HOST}${lines}\r\n`);
    expect(handler.seen[0]!.request.wantsWebSocket).toBe(expected);
  });

  it.each([
    ['HTTP/1.1', '', true], ['HTTP/1.1', 'Connection: close\r\n', false], ['HTTP/1.1', 'Connection: foo, CLOSE\r\n', false],
    ['HTTP/1.1', 'Connection: keep-alive, close\r\n', false], ['HTTP/1.1', 'Connection: close\r\nConnection: keep-alive\r\n', false],
    ['HTTP/1.0', '', false], ['HTTP/1.0', 'Connection: Keep-Alive\r\n', true], ['HTTP/1.0', 'Connection: close, keep-alive\r\n', false],
  ])('are the last ones, or not: %s %j', (version, lines, goesOn) => {
    const handler = new RecordingHandler();
    const client = new Http1Client(handler).send(`GET /1 ${version}\r\n${HOST}${lines}\r\n${get('/2')}`);
    expect(pathsOf(handler)).toEqual(goesOn ? ['/1', '/2'] : ['/1']);
    expect(client.stream.written).toContain(goesOn ? 'Connection: keep-alive' : 'Connection: close');
    expect(client.stream.isEnded).toBe(!goesOn);
  });

  it('on one connection are bounded', () => {
    const handler = new RecordingHandler();
    const client = new Http1Client(handler, { limits: { requests: 2 } }).send(get('/1') + get('/2') + get('/3'));
    expect(pathsOf(handler)).toEqual(['/1', '/2']);
    expect(client.stream.written.match(/Connection: [\w-]+/g)).toEqual(['Connection: keep-alive', 'Connection: close']);
  });
});

describe('answers', () => {
  it('are framed by their length', () => {
    const { handler, client } = silent();
    client.send(get());
    ok(handler.seen[0]!);
    expect(client.stream.written).toBe('HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
    expect(client.stream.writes).toBe(1);
    expect(handler.seen[0]!.answer).toMatchObject({
      isHeadSent: true, isEnded: true, isClosed: true, status: 200, bytesSent: client.stream.written.length,
      headBytes: client.stream.written.length - 2,
    });
  });

  it('of unknown length are in chunks', () => {
    const { handler, client } = silent();
    client.send(get());
    const { answer } = handler.seen[0]!;
    answer.sendHead(HEAD);
    answer.part(Buffer.from('0123456789'));
    answer.part(Buffer.alloc(10_000, 'a'));
    answer.end(['X-T', '1']);
    expect(client.stream.written).toBe('HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n'
      + `a\r\n0123456789\r\n2710\r\n${'a'.repeat(10_000)}\r\n0\r\nX-T: 1\r\n\r\n`);
    expect(answer.bytesSent).toBe(client.stream.written.length);
  });

  it('have trailers for clients that take them; malformed ones are left out', () => {
    const { handler, client } = silent();
    client.send(get('/', 'TE: gzip, trailers\r\nConnection: TE\r\n'));
    handler.seen[0]!.answer.sendHead(HEAD);
    handler.seen[0]!.answer.end(['X-T', '1', 'X-U', 'a\r\nX-Evil: 1', 'X Y', '1']);
    expect(client.stream.written).toMatch(/\r\n\r\n0\r\nX-T: 1\r\n\r\n$/);
  });

  it('of unknown length to HTTP/1.0 end with the connection, and never look whole when they are not', () => {
    for (const isCut of [false, true]) {
      const { handler, client } = silent();
      client.send(`GET / HTTP/1.0\r\n${HOST}Connection: keep-alive\r\n\r\n`);
      const { answer } = handler.seen[0]!;
      answer.sendHead(HEAD);
      answer.part(Buffer.from('ok'));
      if (isCut) answer.cut();
      else answer.end();
      expect(client.stream.written).toBe('HTTP/1.1 200 OK\r\nX-A: b\r\nConnection: close\r\n\r\nok');
      expect([client.stream.isEnded, client.stream.isReset]).toEqual([!isCut, isCut]);
    }
  });

  it.each([
    ['HEAD', 200, 5, 'Content-Length: 5\r\n'], ['HEAD', 200, undefined, ''], ['GET', 204, 0, 'Content-Length: 0\r\n'], ['GET', 204, 5, ''],
    ['GET', 204, undefined, ''], ['HEAD', 204, 5, ''],
    ['GET', 304, 5, 'Content-Length: 5\r\n'], ['GET', 304, undefined, ''],
  ])('to %s with %d have no body', (method, status, length, framing) => {
    for (const isWhole of [false, true]) {
      const { handler, client } = silent();
      client.send(`${method} / HTTP/1.1\r\n${HOST}\r\n`);
      const { answer } = handler.seen[0]!;
      if (isWhole) {
        answer.sendWhole({ status, lines: '', length }, Buffer.from('no'));
      } else {
        answer.sendHead({ status, lines: '', length });
        answer.part(Buffer.from('no'));
        answer.end();
      }
      expect(client.stream.written).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\w ]+\r\n${framing}Connection: keep-alive\r\n\r\n$`));
      client.send(get('/2'));
      expect(handler.seen).toHaveLength(2);
    }
  });

  it('break the connection when they do not keep to their length', () => {
    for (const parts of [['a'], ['abc'], ['a', 'bc']]) {
      const { handler, client } = silent();
      client.send(get() + get('/2'));
      const { answer } = handler.seen[0]!;
      answer.sendHead({ ...HEAD, length: 2 });
      for (const part of parts) answer.part(Buffer.from(part));
      answer.end();
      expect([client.stream.isDestroyed, handler.seen.length, client.stream.written.includes('bc')]).toEqual([true, 1, false]);
    }
  });

  it('have a reason and more options of the connection', () => {
    const { handler, client } = silent();
    client.send(get());
    handler.seen[0]!.answer.sendWhole(
      { status: 426, reason: 'Do Upgrade', lines: '', length: 0, connectionOptions: 'Upgrade', closes: true }, Buffer.alloc(0),
    );
    expect(client.stream.written).toBe('HTTP/1.1 426 Do Upgrade\r\nContent-Length: 0\r\nConnection: close, Upgrade\r\n\r\n');
    expect(client.stream.isEnded).toBe(true);
  });

  it('send their head with the first part, or alone once the event loop goes on', async () => {
    const { handler, client } = silent();
    client.send(get());
    const { answer } = handler.seen[0]!;
    answer.sendHead({ ...HEAD, length: 4 });
    expect([client.stream.writes, answer.isHeadSent]).toEqual([0, true]);
    answer.part(Buffer.from('ab'));
    expect(client.stream.writes).toBe(1);
    answer.part(Buffer.from('cd'));
    answer.end();
    client.send(get());
    handler.seen[1]!.answer.sendHead({ ...HEAD, length: 2 });
    await endOfTurn();
    expect(client.stream.written).toMatch(/abcdHTTP\/1.1 200 OK\r\n[^]*\r\n\r\n$/);
    handler.seen[1]!.answer.part(Buffer.from('ok'));
    handler.seen[1]!.answer.end();
    expect(client.stream.written).toMatch(/\r\n\r\nok$/);
  });

  it('take nothing that makes no sense any more', async () => {
    const { handler, client } = silent();
    client.send(get());
    const { answer } = handler.seen[0]!;
    answer.part(Buffer.from('before'));
    answer.end();
    ok(handler.seen[0]!);
    const { written } = client.stream;
    answer.sendHead(HEAD);
    answer.sendWhole(HEAD, Buffer.from('again'));
    answer.sendContinue();
    answer.part(Buffer.from('behind'));
    answer.end();
    answer.cut();
    await endOfTurn();
    expect([client.stream.written, client.stream.isDestroyed]).toEqual([written, false]);
  });

  it('tell once that they are over, before the next request comes', () => {
    const { handler, client } = silent();
    client.send(get('/1') + get('/2'));
    const seen: unknown[] = [];
    handler.seen[0]!.answer.onClose = () => void seen.push(pathsOf(handler), handler.seen[0]!.answer.isClosed);
    ok(handler.seen[0]!);
    client.stream.destroy();
    expect(seen).toEqual([['/1'], true]);
  });

  it('of a slow client are over when it has taken them', () => {
    const { handler, client } = silent();
    client.send(get('/1') + get('/2'));
    const { answer } = handler.seen[0]!;
    const drained: string[] = [];
    answer.onDrain = () => void drained.push('drained');
    client.stream.isSlow = true;
    answer.sendHead({ ...HEAD, length: 4 });
    expect(answer.part(Buffer.from('ab'))).toBe(false);
    client.stream.drain();
    expect(drained).toEqual(['drained']);
    client.stream.isSlow = true;
    expect(answer.part(Buffer.from('cd'))).toBe(false);
    answer.end();
    expect([answer.isEnded, answer.isClosed, handler.seen.length]).toEqual([true, false, 1]);
    client.stream.drain();
    expect([answer.isClosed, handler.seen.length, drained.length]).toEqual([true, 2, 1]);
  });
});

describe('a body', () => {
  it('is handed over as it comes, and its end', () => {
    const { handler, client } = silent();
    client.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 6\r\n\r\nab`).send('cd');
    expect([handler.seen[0]!.body, handler.seen[0]!.end]).toEqual(['abcd', undefined]);
    client.send(`ef${get('/2')}`);
    expect([handler.seen[0]!.body, handler.seen[0]!.end]).toEqual(['abcdef', 'complete']);
  });

  it('that no reader takes waits, within a bound', () => {
    const { handler, client } = deaf();
    client.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 40000\r\n\r\n`);
    for (let count = 0; count < 3; count += 1) client.send('a'.repeat(8_000));
    expect(client.stream.isPaused).toBe(true);
    const { body } = handler.seen[0]!.request;
    let length = 0;
    let goesOn = false;
    body.read({ part: (bytes) => ((length += bytes.length) > 0) && goesOn, end: () => void (length = -1), abort: () => undefined });
    expect([length, body.taken]).toEqual([24_000, 24_000]);
    client.send('a'.repeat(1_000));
    expect(length).toBe(24_000);
    goesOn = true;
    body.resume();
    expect([length, client.stream.isPaused]).toEqual([25_000, false]);
    client.send('a'.repeat(15_000));
    expect([length, body.isComplete]).toEqual([-1, true]);
  });

  it('can go to another reader in the middle, which gets the rest', () => {
    const { handler, client } = deaf();
    client.send(chunkedPost('2\r\nab\r\n'));
    const { body } = handler.seen[0]!.request;
    const got: string[] = [];
    const reader = (name: string) => ({
      part: (bytes: Buffer) => void got.push(`${name} ${String(bytes)}`) === undefined && false, end: () => void got.push(`${name} end`),
      abort: () => undefined,
    });
    body.read(reader('one'));
    client.send('2\r\ncd\r\n0\r\n\r\n');
    body.read(reader('two'));
    body.resume();
    body.read(reader('three'));
    expect(got).toEqual(['one ab', 'two cd', 'two end', 'three end']);
  });

  it('that is read in the call of the handler comes in order', () => {
    const handler = new RecordingHandler();
    const client = new Http1Client(handler).send(post('hello') + chunkedPost('5\r\nworld\r\n0\r\nX-T: 1\r\n\r\n') + get('/3'));
    expect(handler.seen.map(({ body, end }) => [body, end])).toEqual([['hello', 'complete'], ['world', 'complete'], ['', 'complete']]);
    expect(handler.seen[1]!.trailers).toEqual(['X-T', '1']);
    expect(client.statuses).toEqual([200, 200, 200]);
  });

  it('that a resume inside of the call asks for goes on', () => {
    const { handler, client } = deaf();
    client.send(post('x').replace('Content-Length: 1', 'Content-Length: 3'));
    const { body } = handler.seen[0]!.request;
    let seen = '';
    body.read({
      part: (bytes) => {
        seen += String(bytes);
        body.resume();
        return false;
      },
      end: () => void (seen += '.'), abort: () => undefined,
    });
    client.send('y').send('z');
    expect(seen).toBe('xyz.');
  });

  it('that breaks is reported, and answered when nothing was sent', () => {
    const { handler, client } = silent();
    let isAborted = false;
    client.send(chunkedPost('2\r\nab\r\n'));
    handler.seen[0]!.answer.onClose = () => void ({ isAborted } = handler.seen[0]!.request.body);
    client.send('zz\r\n');
    expect([handler.seen[0]!.end, isAborted, handler.refusals, client.statuses]).toEqual(['aborted', true, ['chunk-size'], [400]]);
    expect(handler.seen[0]!.answer).toMatchObject({ isClosed: true, isHeadSent: false });
    ok(handler.seen[0]!);
    expect(client.statuses).toEqual([400]);
  });

  it('that breaks behind a head cuts the answer', () => {
    const { handler, client } = silent();
    client.send(chunkedPost('2\r\nab\r\n'));
    handler.seen[0]!.answer.sendHead({ ...HEAD, length: 4 });
    handler.seen[0]!.answer.part(Buffer.from('part'));
    client.send('zz\r\n');
    expect([handler.seen[0]!.end, handler.refusals, client.statuses, client.stream.isDestroyed]).toEqual(['aborted', [], [200], true]);
  });
});

describe('an early answer', () => {
  it('leaves the connection open: the rest of the body is dropped', () => {
    for (const [body, rest] of [[post('hello').slice(0, -3), 'llo'], [chunkedPost('5\r\nhe'), 'llo\r\n0\r\n\r\n']] as const) {
      const { handler, client } = deaf();
      client.send(body);
      ok(handler.seen[0]!);
      client.send(rest + get('/2'));
      expect([pathsOf(handler), client.stream.isEnded]).toEqual([['/', '/2'], false]);
    }
  });

  it('ends the connection when the rest is too long, by what is said or by what comes', () => {
    const known = deaf({ limits: { drainBytes: 65_536 } });
    known.client.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\n`);
    ok(known.handler.seen[0]!);
    expect([known.client.stream.written.includes('Connection: close'), known.client.stream.isEnded]).toEqual([true, true]);
    const unknown = deaf({ limits: { drainBytes: 65_536 } });
    unknown.client.send(chunkedPost());
    ok(unknown.handler.seen[0]!);
    expect(unknown.client.stream.isEnded).toBe(false);
    unknown.client.send(`fffff\r\n${'a'.repeat(70_000)}`);
    expect(unknown.client.stream.isEnded).toBe(true);
    const framing = deaf({ limits: { drainBytes: 65_536 } });
    framing.client.send(chunkedPost());
    ok(framing.handler.seen[0]!);
    framing.client.send('1\r\na\r\n'.repeat(20_000));
    expect(framing.client.stream.isEnded).toBe(true);
  });

  it('ends the connection when the rest does not come', () => {
    const { handler, client } = deaf();
    client.send(post('hello').slice(0, -1));
    ok(handler.seen[0]!);
    client.wait(4);
    expect(client.stream.isEnded).toBe(false);
    client.wait(3);
    expect(client.stream.isEnded).toBe(true);
  });

  it('ends the connection when the rest is malformed, without another answer', () => {
    const { handler, client } = deaf();
    client.send(chunkedPost('5\r\nhe'));
    ok(handler.seen[0]!);
    client.send(`zzzzzz${get('/smuggled')}`);
    expect([client.statuses, pathsOf(handler), client.stream.isEnded, handler.refusals]).toEqual([[200], ['/'], true, []]);
  });

  it('in place of a 100 ends the connection: the client may send the body or not', () => {
    const { handler, client } = deaf();
    client.send(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    ok(handler.seen[0]!);
    client.send(`hello${get('/smuggled')}`);
    expect([client.stream.written.includes('Connection: close'), pathsOf(handler)]).toEqual([true, ['/']]);
  });
});

describe('100 Continue', () => {
  it('is sent once, to who waits for it', () => {
    const { handler, client } = silent();
    client.send(`POST / HTTP/1.1\r\n${HOST}Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n`);
    const { answer } = handler.seen[0]!;
    answer.sendContinue();
    answer.sendContinue();
    client.send('hello');
    ok(handler.seen[0]!);
    expect(client.stream.written).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*Connection: keep-alive/);
    expect(answer.bytesSent).toBe(client.stream.written.length);
  });

  it.each([
    ['to no other client', post('').replace('Content-Length: 0', 'Content-Length: 5')],
    ['not with HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`],
    ['not when the body has begun', `POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhe`],
  ])('%s', (_title, bytes) => {
    const { handler, client } = silent();
    client.send(bytes);
    handler.seen[0]!.answer.sendContinue();
    expect(client.stream.written).toBe('');
  });
});

describe('the end of the client', () => {
  it('lets the answers before the last request go out', () => {
    const { handler, client } = silent();
    client.send(get('/1') + get('/2')).end();
    ok(handler.seen[0]!);
    expect([pathsOf(handler), client.stream.written.match(/Connection: [\w-]+/g)]).toEqual([['/1', '/2'], ['Connection: keep-alive']]);
    expect(client.stream.isDestroyed).toBe(true);
  });

  it('without a request ends it without an answer', () => {
    const { client } = silent();
    client.end();
    expect([client.stream.isEnded, client.stream.written]).toEqual([true, '']);
  });

  it.each([
    ['head', get().slice(0, -2), 'incomplete-head', 0], ['body', post('hello').slice(0, -1), 'incomplete-body', 1], ['chunks',
      chunkedPost('5\r\nhel'), 'incomplete-body', 1],
  ])('in a %s is refused', (_title, bytes, reason, count) => {
    const { handler, client } = silent();
    client.send(bytes).end();
    expect([handler.refusals, client.statuses, client.stream.isEnded, handler.seen.length]).toEqual([[reason], [400], true, count]);
    expect(handler.seen.map(({ end }) => end)).toEqual(Array(count).fill('aborted'));
  });

  it('in a body that waits is refused as soon as it can be seen', () => {
    const known = deaf();
    known.client.send(post('hello').slice(0, -1)).end();
    expect(known.handler.refusals).toEqual(['incomplete-body']);
    const unknown = deaf();
    unknown.client.send(chunkedPost('5\r\nhel')).end();
    expect(unknown.handler.refusals).toEqual([]);
    unknown.handler.seen[0]!.request.body.read({ part: () => true, end: () => undefined, abort: () => undefined });
    expect(unknown.handler.refusals).toEqual(['incomplete-body']);
  });

  it('behind a request says that the client is gone', () => {
    const { handler, client } = silent();
    client.send(get()).end();
    expect([client.stream.isDestroyed, handler.seen[0]!.answer.isClosed]).toEqual([true, true]);
  });

  it('by a reset ends what is under way', () => {
    const { handler, client } = silent();
    client.send(post('hello').slice(0, -1));
    let closed = 0;
    handler.seen[0]!.answer.onClose = () => void (closed += 1);
    client.stream.destroy();
    expect([closed, handler.seen[0]!.end, handler.seen[0]!.answer.isClosed, client.service.connections]).toEqual([1, 'aborted', true, 0]);
    const late: string[] = [];
    handler.seen[0]!.request.body.read({ part: () => true, end: () => undefined, abort: () => void late.push('abort') });
    expect(late).toEqual(['abort']);
  });
});

describe('patience', () => {
  it('with a head ends 60 seconds after its beginning, however it trickles', () => {
    const { handler, client } = silent();
    client.send('GET /');
    for (let count = 0; count < 6; count += 1) client.wait(10).send('a');
    expect(client.statuses).toEqual([]);
    client.wait(2);
    expect([client.statuses, handler.refusals, client.stream.isEnded]).toEqual([[408], ['head-timeout'], true]);
  });

  it('with a connection that sends nothing ends without an answer', () => {
    const { client } = silent();
    client.wait(62);
    expect([client.stream.isEnded, client.stream.written]).toEqual([true, '']);
    client.wait(7);
    expect(client.stream.isDestroyed).toBe(true);
  });

  it('with an idle connection ends after 75 seconds', () => {
    const client = new Http1Client(new RecordingHandler()).send(get());
    client.wait(74);
    expect(client.stream.isEnded).toBe(false);
    client.wait(3);
    expect([client.stream.isEnded, client.statuses]).toEqual([true, [200]]);
  });

  it('with a body ends 60 seconds behind its last part, but not while no reader takes it', () => {
    const { handler, client } = silent();
    client.send(post('hello').slice(0, -2)).wait(50).send('l').wait(50);
    expect(client.statuses).toEqual([]);
    client.wait(12);
    expect([client.statuses, handler.refusals, handler.seen[0]!.end]).toEqual([[408], ['body-timeout'], 'aborted']);
    const other = deaf();
    other.client.send(post('hello')).wait(1_000);
    expect(other.client.statuses).toEqual([]);
  });

  it('with a client that takes nothing of an answer ends after 60 seconds', () => {
    const { handler, client } = silent();
    client.send(get());
    client.stream.isSlow = true;
    ok(handler.seen[0]!);
    client.wait(59);
    expect(client.stream.isDestroyed).toBe(false);
    client.wait(3);
    expect([client.stream.isReset, handler.seen[0]!.answer.isClosed]).toEqual([true, true]);
  });

  it('has no end while an answer is on its way', () => {
    const { client } = silent();
    client.send(get()).wait(10_000);
    expect([client.stream.isEnded, client.stream.isDestroyed]).toEqual([false, false]);
  });
});

describe('a service that stops', () => {
  it('closes idle connections, and others behind the answer under way', () => {
    const { handler, client } = silent();
    client.service.stop();
    expect(client.stream.isEnded).toBe(true);
    const busy = silent();
    busy.client.send(get('/1') + get('/2'));
    busy.client.service.stop();
    ok(busy.handler.seen[0]!);
    expect([busy.client.stream.written.includes('Connection: close'), busy.client.stream.isEnded, pathsOf(busy.handler)]).toEqual([true,
      true, ['/1']]);
    expect(handler.seen).toEqual([]);
  });

  it('closes a connection whose answer was said to be persistent', () => {
    const { handler, client } = silent();
    client.send(get());
    handler.seen[0]!.answer.sendHead({ ...HEAD, length: 0 });
    client.service.stop();
    expect(client.stream.isEnded).toBe(false);
    handler.seen[0]!.answer.end();
    expect(client.stream.isEnded).toBe(true);
  });

  it('aborts all', () => {
    const { handler, client } = silent();
    client.send(get());
    client.service.abort();
    expect([client.stream.isDestroyed, handler.seen[0]!.answer.isClosed, client.service.connections]).toEqual([true, true, 0]);
  });
});

describe('a switch of protocols', () => {
  const wanted = get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\n');

  it('hands the connection over, with what came behind the request', () => {
    const { handler, client } = silent();
    client.send(`${wanted}early`);
    const { answer } = handler.seen[0]!;
    const stream = answer.switchProtocols({ lines: 'X-A: b\r\n' });
    expect(client.stream.written).toBe('HTTP/1.1 101 Switching Protocols\r\nX-A: b\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect([stream, client.stream.unreadBytes, answer.isClosed, answer.status]).toEqual([client.stream, 'early', false, 101]);
    client.wait(1_000);
    expect([client.stream.isEnded, client.service.connections]).toEqual([false, 1]);
    stream.reader = { data: () => undefined, drain: () => undefined, end: () => undefined, close: () => undefined };
    stream.destroy();
    expect([answer.isClosed, client.service.connections]).toEqual([true, 0]);
  });

  it('is possible in the call of the handler', () => {
    const handler = new RecordingHandler();
    handler.answer = ({ answer }) => void answer.switchProtocols({ lines: 'upgrade: websocket\r\n' });
    const client = new Http1Client(handler).send(`${wanted}early`);
    expect([client.stream.unreadBytes, client.stream.written.match(/upgrade: websocket/gi)?.length]).toEqual(['early', 1]);
  });

  it('is not for requests that did not ask for it', () => {
    const { handler, client } = silent();
    client.send(get());
    expect(() => handler.seen[0]!.answer.switchProtocols({ lines: '' })).toThrow('did not ask');
  });

  it('that comes too late ends at once', async () => {
    const { handler, client } = silent();
    client.send(wanted);
    client.stream.destroy();
    const closed: string[] = [];
    const stream = handler.seen[0]!.answer.switchProtocols({ lines: '' });
    stream.reader = { data: () => undefined, drain: () => undefined, end: () => undefined, close: () => void closed.push('closed') };
    await endOfTurn();
    expect(closed).toEqual(['closed']);
  });

  it('that is refused leaves the connection as it was', () => {
    const handler = new RecordingHandler();
    new Http1Client(handler).send(wanted + get('/2'));
    expect(pathsOf(handler)).toEqual(['/', '/2']);
  });
});

describe('the preface of HTTP/2', () => {
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

  function either(): { handler: RecordingHandler; client: Http1Client; taken: string[] } {
    const handler = new RecordingHandler();
    const taken: string[] = [];
    const client = new Http1Client(handler, {}, (stream, { remoteAddress }, first) => {
      taken.push(`${remoteAddress} ${first.toString('latin1')}`);
      stream.reader = { data: () => undefined, drain: () => undefined, end: () => undefined, close: () => undefined };
    });
    return { handler, client, taken };
  }

  it.each([
    ['at once', [`${PREFACE}frames`]], ['byte by byte', [...PREFACE.slice(0, -1), `${PREFACE.at(-1)}frames`]], ['in two', [PREFACE.slice(0,
      18), `${PREFACE.slice(18)}frames`]],
  ])('hands the connection to its engine: %s', (_title, pieces) => {
    const { handler, client, taken } = either();
    for (const piece of pieces) client.send(piece);
    client.wait(1_000);
    expect(taken).toEqual([`192.0.2.1 ${PREFACE}frames`]);
    expect([handler.refusals, handler.seen, client.stream.written, client.stream.isEnded, client.service.connections]).toEqual([[], [], '',
      false, 0]);
  });

  it('is none behind a request, and none where it does not go on', () => {
    const { handler, client, taken } = either();
    client.send(get()).send(PREFACE);
    const other = either();
    other.client.send('PR').send(`${PREFACE.slice(2, -6)}XX\r\n\r\n`);
    expect([taken, other.taken, handler.refusals, other.handler.refusals]).toEqual([[], [], ['version'], ['version']]);
    const method = either();
    method.client.send('P').send(post('').slice(1));
    expect(method.handler.seen).toHaveLength(1);
  });
});
