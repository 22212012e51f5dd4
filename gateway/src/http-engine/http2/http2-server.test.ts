/** HTTP/2 of clients, against Node's own client. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { block, frame, http2Client } from '../../../test/fixtures/http2-frames.ts';
import { bodyOf, http2Listener } from '../../../test/fixtures/http2-listener.ts';
import type { Http2Listener } from '../../../test/fixtures/http2-listener.ts';
import type { IncomingRequest, OutgoingAnswer } from '../messages.ts';

const HEAD = [[':method', 'POST'], [':scheme', 'http'], [':path', '/'], [':authority', 'h']] as const;

let listener: Http2Listener | undefined;
let session: ClientHttp2Session | undefined;

afterEach(async () => {
  session?.destroy();
  await listener?.close();
});

async function serve(handler: (request: IncomingRequest, answer: OutgoingAnswer) => void): Promise<ClientHttp2Session> {
  listener = await http2Listener(handler);
  session = connect(`http://127.0.0.1:${listener.port}`);
  session.on('error', () => undefined);
  return session;
}

interface Seen {
  readonly head: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly interim: readonly (string | undefined)[];
}

async function answerOf(stream: ClientHttp2Stream): Promise<Seen> {
  let trailers: IncomingHttpHeaders | undefined;
  const interim: (string | undefined)[] = [];
  const parts: Buffer[] = [];
  stream.on('trailers', (seen: IncomingHttpHeaders) => { trailers = seen; });
  stream.on('headers', (seen: IncomingHttpHeaders) => void interim.push(String(seen[':status'])));
  stream.on('data', (part: Buffer) => void parts.push(part));
  const [head] = await once(stream, 'response') as [IncomingHttpHeaders];
  if (!stream.readableEnded) await once(stream, 'end');
  return { head, body: Buffer.concat(parts), trailers, interim };
}

function echo(request: IncomingRequest, answer: OutgoingAnswer): void {
  answer.sendContinue();
  void bodyOf(request).then((whole) => {
    if (whole === undefined) return;
    answer.sendHead({ status: 200, lines: 'X-Up: echo\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n', length: undefined });
    answer.part(whole.bytes);
    answer.end(whole.trailers);
  });
}

describe('HTTP/2 server', () => {
  it('carries bodies of any size both ways, over many streams', async () => {
    const client = await serve(echo);
    const sizes = [0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 131_073, 700_001];
    const bodies = sizes.map((size) => randomBytes(size));
    const seen = await Promise.all(bodies.map((body) => {
      const stream = client.request({ ':method': 'POST', ':path': `/${body.length}` });
      stream.end(body);
      return answerOf(stream);
    }));
    expect(seen.map(({ body }) => body.length)).toEqual(sizes);
    expect(seen.every(({ body }, at) => body.equals(bodies[at]!))).toBe(true);
  });

  it('sends fields in lower case, several of one name, and the length where it is known', async () => {
    const client = await serve((_, answer) => answer.sendWhole({
      status: 418, lines: 'X-Up: u\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Empty:\r\nX-Long: \r\n', length: 3,
    }, Buffer.from('tea')));
    const { head, body } = await answerOf(client.request({ ':path': '/' }));
    expect(head).toMatchObject({
      ':status': 418, 'x-up': 'u', 'set-cookie': ['a=1', 'b=2'], 'x-empty': '', 'x-long': '', 'content-length': '3',
    });
    expect(String(body)).toBe('tea');
  });

  it('sends 100 to a client that waits, and trailers both ways', async () => {
    const client = await serve(echo);
    const head = { ':method': 'POST', ':path': '/', 'expect': '100-continue' };
    const stream = client.request(head, { waitForTrailers: true, endStream: false });
    stream.once('continue', () => stream.end('hello'));
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-check': '1' }));
    const { body, trailers } = await answerOf(stream);
    expect(String(body)).toBe('hello');
    expect(trailers).toMatchObject({ 'x-check': '1' });
  });

  it.each([
    ['to HEAD', 'HEAD', 200, 5, '5'],
    ['with 304', 'GET', 304, 5, '5'],
    ['with 204', 'GET', 204, undefined, undefined],
    ['with an empty body', 'GET', 200, 0, '0'],
  ])('ends an answer %s with its head', async (_, method, status, length, shown) => {
    const client = await serve((__, answer) => {
      answer.sendHead({ status, lines: '', length });
      answer.part(Buffer.from('never'));
      answer.end();
    });
    const { head, body } = await answerOf(client.request({ ':method': method, ':path': '/' }));
    expect([head[':status'], head['content-length'], body.length]).toEqual([status, shown, 0]);
  });

  it('makes the sender wait for a client that does not read, and goes on with it', async () => {
    const total = 4_000_000;
    let waits = 0;
    let most = 0;
    const client = await serve((_, answer) => {
      let left = total;
      const send = (): void => {
        let sent = 0;
        while (left > 0) {
          const part = Buffer.alloc(Math.min(left, 50_000), 97);
          left -= part.length;
          sent += part.length;
          if (!answer.part(part)) break;
        }
        most = Math.max(most, sent);
        if (left === 0) answer.end();
        else waits += 1;
      };
      answer.onDrain = send;
      answer.sendHead({ status: 200, lines: '', length: total });
      send();
    });
    const stream = client.request({ ':path': '/' });
    await once(stream, 'response');
    stream.pause();
    await eventually('the sender waits', () => waits > 0);
    const { length } = await (async () => {
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      return Buffer.concat(parts);
    })();
    expect(length).toBe(total);
    expect(most).toBeLessThan(total / 2);
  });

  it('lets no part of an answer pass for the whole', async () => {
    const client = await serve((request, answer) => {
      answer.sendHead({ status: 200, lines: '', length: 10 });
      answer.part(Buffer.from('half'));
      if (request.target === '/cut') answer.cut();
      else answer.end();
    });
    for (const path of ['/cut', '/short']) {
      const stream = client.request({ ':path': path });
      const [error] = await once(stream, 'error') as [Error];
      expect(error.message).toContain('INTERNAL_ERROR');
    }
  });

  it('ends a request that was answered early, without an error', async () => {
    const client = await serve((_, answer) => answer.sendWhole({ status: 413, lines: '', length: 0 }, Buffer.alloc(0)));
    const stream = client.request({ ':method': 'POST', ':path': '/' });
    stream.on('error', () => undefined);
    stream.write('a part');
    const { head } = await answerOf(stream);
    expect(head[':status']).toBe(413);
    expect(stream.rstCode).toBe(0);
    const { head: next } = await answerOf(client.request({ ':path': '/' }));
    expect(next[':status']).toBe(413);
  });

  it('reports a client that cancels', async () => {
    const seen: string[] = [];
    await serve((request, answer) => {
      answer.onClose = () => void seen.push(`closed ${answer.isEnded}`);
      request.body.read({ part: () => true, end: () => void seen.push('end'), abort: () => void seen.push('abort') });
    });
    const client = http2Client(listener!.port);
    client.send(frame(1, 4, 1, block(HEAD)), frame(0, 0, 1, 'x'), frame(3, 0, 1, Buffer.of(0, 0, 0, 8)));
    await eventually('both ends', () => seen.length === 2);
    expect(seen).toEqual(['abort', 'closed false']);
    expect(listener!.server.active).toBe(0);
    client.socket.destroy();
  });

  it('stops without losing a request: those under way end, and so do those on their way', async () => {
    const waiting: OutgoingAnswer[] = [];
    await serve((_, answer) => void waiting.push(answer));
    const client = http2Client(listener!.port);
    client.send(frame(1, 5, 1, block(HEAD)));
    await eventually('the first request', () => waiting.length === 1);
    listener!.server.stop();
    const ping = await client.until(({ type, flags }) => type === 6 && flags === 0);
    // Sent before the client has read the GOAWAY; its acknowledgement of PING says that others are not.
    client.send(frame(1, 5, 3, block(HEAD)), frame(6, 1, 0, ping!.payload), frame(1, 5, 5, block(HEAD)));
    await eventually('the second request', () => waiting.length === 2);
    for (const answer of waiting) answer.sendWhole({ status: 200, lines: '', length: 2 }, Buffer.from('ok'));
    expect(await client.untilClosed()).toBe(true);
    expect([client.dataOf(1), client.dataOf(3), client.dataOf(5)]).toEqual(['ok', 'ok', '']);
    const last = client.frames.filter(({ type }) => type === 7).map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]);
    expect(last).toEqual([[0x7fffffff, 0], [3, 0], [3, 0]]);
    client.socket.destroy();
    await eventually('no connections', () => listener!.server.connections === 0);
  });

  it('reads every field that a client may send, however it is compressed', async () => {
    let seen: readonly string[] = [];
    const client = await serve((request, answer) => {
      seen = request.headers.flat();
      answer.sendWhole({ status: 204, lines: '', length: undefined }, Buffer.alloc(0));
    });
    const name = fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/);
    await fc.assert(fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 12 }), async (fields) => {
      const stream = client.request({ ':path': '/', ':authority': 'h', ...fields } as OutgoingHttpHeaders);
      await answerOf(stream);
      const expected = Object.entries(fields).flat();
      expect(seen.slice(2)).toEqual(expected);
    }), { numRuns: 150 });
  });
});
