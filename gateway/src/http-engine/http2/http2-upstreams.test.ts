/** Requests to upstreams over HTTP/2, against Node's own server, and against servers that break off or break the rules. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { block, frame, FrameSocket, PREFACE } from '../../../test/fixtures/http2-frames.ts';
import { createKeyPair } from '../../../test/fixtures/key-pairs.ts';
import type {
  AnswerReader, UpstreamAnswerHead, UpstreamCall, UpstreamProblem, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts,
} from '../messages.ts';
import { Http2Upstreams } from './http2-upstreams.ts';

const SLOW: UpstreamTimeouts = { connectMs: 5_000, writeMs: 5_000, readMs: 5_000 };
const servers: (Server | Http2Server | Http2SecureServer)[] = [];
const sessions: ServerHttp2Session[] = [];
const sockets: Socket[] = [];
let upstreams = new Http2Upstreams();

afterEach(async () => {
  upstreams.close();
  upstreams = new Http2Upstreams();
  for (const session of sessions.splice(0)) session.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
});

async function started(server: Server | Http2Server | Http2SecureServer): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function http2Upstream(
  serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void, settings = {},
): Promise<UpstreamRoute> {
  const server = createHttp2Server({ settings });
  server.on('session', (session) => void sessions.push(session.on('error', () => undefined)));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    serve(stream, headers);
  });
  const port = await started(server);
  return { key: `h2:${port}`, ip: '127.0.0.1', port, protocol: 'h2' };
}

/** An upstream that sends these frames for the first request. */
async function rawUpstream(...frames: readonly Buffer[]): Promise<UpstreamRoute> {
  const port = await started(createServer((socket) => {
    const client = new FrameSocket(socket, PREFACE.length);
    client.send(frame(4, 0, 0));
    void client.until(({ type }) => type === 1).then(() => client.send(...frames));
  }));
  return { key: `raw:${port}`, ip: '127.0.0.1', port, protocol: 'h2' };
}

interface Seen {
  readonly head: UpstreamAnswerHead | undefined;
  readonly body: Buffer;
  readonly trailers: readonly string[] | undefined;
  readonly problem: UpstreamProblem | undefined;
}

interface Sending {
  readonly call: UpstreamCall;
  readonly done: Promise<Seen>;
}

const GET: UpstreamRequestHead = {
  method: 'GET', path: '/a?b=c', lines: 'Host: up.test\r\nX-A: 1\r\n', body: 'none', upgrade: false, isRepeatable: true,
};
const POST: UpstreamRequestHead = { ...GET, method: 'POST', body: 'chunked', isRepeatable: false };

function send(route: UpstreamRoute, head: UpstreamRequestHead = GET, parts: readonly Buffer[] = [], timeouts = SLOW): Sending {
  let call!: UpstreamCall;
  const done = new Promise<Seen>((resolve) => {
    const body: Buffer[] = [];
    let answer: UpstreamAnswerHead | undefined;
    const over = (trailers?: readonly string[], problem?: UpstreamProblem) =>
      resolve({ head: answer, body: Buffer.concat(body), trailers, problem });
    const rest = [...parts];
    const more = (): void => {
      while (rest.length > 0) if (!call.sendPart(rest.shift()!)) return;
      if (head.body !== 'none') call.sendEnd();
    };
    const reader: AnswerReader = {
      // It may come before the call is known.
      ready: () => queueMicrotask(more),
      drain: more,
      head: (seen) => { answer = seen; },
      part: (bytes) => body.push(Buffer.from(bytes)) > 0,
      end: (trailers) => over(trailers),
      upgraded: () => undefined,
      fail: (problem) => over(undefined, problem),
    };
    call = upstreams.send(route, head, timeouts, reader);
  });
  return { call, done };
}

describe('Http2Upstreams', () => {
  it('sends head and body, and reads head, body and trailers', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const route = await http2Upstream((stream, headers) => {
      seen.push(headers);
      stream.respond({ ':status': 201, 'x-up': 'u', 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-t': 'v' }));
      stream.pipe(stream);
    });
    const body = randomBytes(500_000);
    const { head, body: echoed, trailers } = await send(route, POST, [body.subarray(0, 100), body.subarray(100)]).done;
    expect(seen).toMatchObject([{ ':method': 'POST', ':path': '/a?b=c', ':scheme': 'http', ':authority': 'up.test', 'x-a': '1' }]);
    expect(head).toMatchObject({ status: 201, version: '2.0', hasBody: true, contentLength: undefined });
    expect(head!.headers.first('x-up')).toBe('u');
    expect(echoed.equals(body)).toBe(true);
    expect(trailers).toEqual(['grpc-status', '0', 'x-t', 'v']);
  });

  it('shares one connection, and opens another only when it is full', async () => {
    let open = 0;
    const held: ServerHttp2Stream[] = [];
    const route = await http2Upstream((stream) => {
      open += 1;
      held.push(stream);
    }, { maxConcurrentStreams: 2 });
    const first = send(route);
    await eventually('the first request', () => open === 1);
    const others = [send(route), send(route)];
    await eventually('all requests', () => open === 3);
    expect(sessions).toHaveLength(2);
    for (const stream of held) stream.respond({ ':status': 200 }, { endStream: true });
    const answers = await Promise.all([first, ...others].map(({ done }) => done));
    expect(answers.map(({ head }) => [head?.status, head?.hasBody, head?.contentLength])).toEqual([
      [200, false, 0], [200, false, 0], [200, false, 0],
    ]);
  });

  it('speaks HTTP/2 over TLS by ALPN', async () => {
    const { certificate, key } = await createKeyPair('rsa');
    const server = createSecureServer({ cert: certificate, key });
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(headers[':scheme']);
    });
    const port = await started(server);
    const route: UpstreamRoute = {
      key: 'tls', ip: '127.0.0.1', port, protocol: 'h2', tls: { servername: 'rsa.test', ca: certificate, rejectUnauthorized: true },
    };
    const { body, problem } = await send(route).done;
    expect([String(body), problem]).toEqual(['https', undefined]);
    const stranger = await send({ ...route, key: 'other', tls: { servername: 'rsa.test', rejectUnauthorized: true } }).done;
    expect(stranger.problem).toMatchObject({ kind: 'connect', sent: false });
  });

  it('makes an upstream wait for a client that takes nothing', async () => {
    let stalled = false;
    const route = await http2Upstream((stream) => {
      stream.respond({ ':status': 200 });
      const more = () => {
        stalled = !stream.write(Buffer.alloc(60_000));
      };
      for (let count = 0; count < 40; count += 1) more();
      stream.end();
    });
    let call!: UpstreamCall;
    let taken = 0;
    const done = new Promise<void>((resolve) => {
      call = upstreams.send(route, GET, SLOW, {
        ready: () => undefined, drain: () => undefined, head: () => undefined, upgraded: () => undefined, fail: () => undefined,
        part: (bytes) => {
          taken += bytes.length;
          return taken > 1_000_000;
        },
        end: () => resolve(),
      });
    });
    await eventually('the first part', () => taken > 0);
    const first = taken;
    // What it sends beyond the window cannot come.
    await send(await http2Upstream((stream) => stream.respond({ ':status': 200 }, { endStream: true }))).done;
    expect([taken, stalled]).toEqual([first, true]);
    const pump = setInterval(() => call.resume(), 1);
    await done;
    clearInterval(pump);
    expect(taken).toBe(2_400_000);
  });

  const HEAD = block([[':status', '200'], ['content-type', 'text/plain']]);
  const FAILURES: readonly (readonly [
    what: string, frames: readonly Buffer[], problem: Partial<UpstreamProblem>, status: number | undefined,
  ])[] = [
    ['a stream that was not taken', [frame(3, 0, 1, Buffer.of(0, 0, 0, 7))], { kind: 'broken', sent: false, isStale: true }, undefined],
    ['a reset before the head', [frame(3, 0, 1, Buffer.of(0, 0, 0, 2))], { kind: 'broken', sent: true, isStale: false }, undefined],
    ['a reset behind the head',
      [frame(1, 4, 1, HEAD), frame(0, 0, 1, 'x'), frame(3, 0, 1, Buffer.of(0, 0, 0, 2))], { kind: 'broken' }, 200],
    ['GOAWAY before the request was taken', [frame(7, 0, 0, Buffer.alloc(8))], { kind: 'broken', sent: false, isStale: true }, undefined],
    ['no status', [frame(1, 5, 1, block([['x-a', 'b']]))], { kind: 'invalid' }, undefined],
    ['two statuses', [frame(1, 5, 1, block([[':status', '200'], [':status', '200']]))], { kind: 'invalid' }, undefined],
    ['status 101', [frame(1, 4, 1, block([[':status', '101']]))], { kind: 'invalid' }, undefined],
    ['CRLF in a field', [frame(1, 5, 1, block([[':status', '200'], ['x-a', 'b\r\nx-b: c']]))], { kind: 'invalid' }, undefined],
    ['a field of the connection', [frame(1, 5, 1, block([[':status', '200'], ['connection', 'close']]))], { kind: 'invalid' }, undefined],
    ['a body longer than content-length',
      [frame(1, 4, 1, block([[':status', '200'], ['content-length', '1']])), frame(0, 1, 1, 'xy')], { kind: 'invalid' }, 200],
    ['a body shorter than content-length',
      [frame(1, 4, 1, block([[':status', '200'], ['content-length', '5']])), frame(0, 1, 1, 'xy')], { kind: 'invalid' }, 200],
    ['PUSH_PROMISE', [frame(5, 4, 1, Buffer.from('\0\0\0\x02'))], { kind: 'invalid' }, undefined],
    ['a frame that is too large', [Buffer.from('\xff\xff\xff\0\0\0\0\0\x01', 'latin1')], { kind: 'invalid' }, undefined],
    ['a header block that cannot be read', [frame(1, 5, 1, '\xff\xff\xff\xff\xff')], { kind: 'invalid' }, undefined],
  ];

  it.each(FAILURES)('reports %s', async (_, frames, problem, status) => {
    const seen = await send(await rawUpstream(...frames)).done;
    expect(seen.problem).toMatchObject(problem);
    expect(seen.head?.status).toBe(status);
  });

  it('reports an upstream that speaks HTTP/1', async () => {
    const port = await started(createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')));
    const { problem } = await send({ key: 'h1', ip: '127.0.0.1', port, protocol: 'h2' }).done;
    expect(problem).toMatchObject({ kind: 'invalid' });
  });

  it('reports a port that refuses, and one that never completes', async () => {
    const server = createServer();
    const port = await started(server);
    server.close();
    servers.pop();
    const refused = await send({ key: 'down', ip: '127.0.0.1', port, protocol: 'h2' }).done;
    expect(refused.problem).toMatchObject({ kind: 'connect', sent: false });
    const silent = await started(createServer());
    const tls = { rejectUnauthorized: false };
    const route: UpstreamRoute = { key: 's', ip: '127.0.0.1', port: silent, tls, protocol: 'h2' };
    const { problem } = await send(route, GET, [], { ...SLOW, connectMs: 200 }).done;
    expect(problem).toMatchObject({ kind: 'timeout', sent: false });
  });

  it('gives up on an upstream that does not answer, and tells it so', async () => {
    const codes: number[] = [];
    const route = await http2Upstream((stream) => {
      if (stream.id! > 1) return stream.respond({ ':status': 200 }, { endStream: true });
      return void stream.once('close', () => codes.push(stream.rstCode));
    });
    const { problem } = await send(route, GET, [], { ...SLOW, readMs: 150 }).done;
    expect(problem).toMatchObject({ kind: 'timeout', sent: true });
    // The connection itself is not to blame.
    expect((await send(route).done).head?.status).toBe(200);
    expect([codes, sessions.length]).toEqual([[8], 1]);
  });

  it('says that a connection which served before was closed when it is so', async () => {
    const route = await http2Upstream((stream) => {
      if (stream.id === 1) return stream.respond({ ':status': 200 }, { endStream: true });
      return stream.session!.destroy();
    });
    await send(route).done;
    expect((await send(route).done).problem).toMatchObject({ kind: 'broken', isStale: true });
  });

  it('resets the stream of a call that is aborted', async () => {
    const codes: number[] = [];
    let begun = false;
    const route = await http2Upstream((stream) => {
      begun = true;
      stream.once('close', () => codes.push(stream.rstCode));
    });
    const { call } = send(route, POST, [Buffer.from('x')]);
    await eventually('the request', () => begun);
    call.abort();
    await eventually('the reset', () => codes.length === 1);
    expect(codes).toEqual([8]);
  });
});
