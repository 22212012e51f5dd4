/** Upstreams that speak gRPC, over cleartext and over TLS. The last segment of the path picks what they do. */
import { createSecureServer, createServer } from 'node:http2';
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

import { frameOf, messagesOf, shownMessage } from '../grpc-bytes.ts';

export interface GrpcReceived {
  readonly slot: string;
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  readonly authority: string;
  readonly headers: readonly (readonly [string, string])[];
  /** In base64, or described. Grows as they come. */
  readonly messages: string[];
}

export interface GrpcUpstreams {
  readonly ports: { readonly grpc: number; readonly grpcs: number };
  readonly received: GrpcReceived[];
  close(): Promise<void>;
}

interface Call {
  readonly stream: ServerHttp2Stream;
  readonly slot: string;
  readonly headers: IncomingHttpHeaders;
  /** Settles when the request is whole. */
  readonly messages: Promise<readonly Buffer[]>;
}

const FINE = { 'grpc-status': '0', 'x-trailer': 't1' };
const TYPE = { 'content-type': 'application/grpc' };

const BEHAVIOURS: Readonly<Record<string, (call: Call) => Promise<void> | void>> = {
  Fail: ({ stream, slot, headers }) => stream.respond({
    ':status': 200, ...TYPE, 'x-up': slot, 'grpc-status': String(headers['x-want'] ?? 5), 'grpc-message': 'not%20found%3A%20x',
  }, { endStream: true }),
  Early: ({ stream, slot }) => stream.respond({
    ':status': 200, ...TYPE, 'x-up': slot, 'grpc-status': '7', 'grpc-message': 'denied early',
  }, { endStream: true }),
  FailLate: async (call) => answer(call, await call.messages, { 'grpc-status': '13', 'grpc-message': 'late failure', 'x-trailer': 't1' }),
  Stream: async (call) => {
    const [first = Buffer.alloc(0)] = await call.messages;
    begin(call, {}, { 'grpc-status': '0', 'x-trailer': 'ts' });
    for (let count = 0; count < 3; count += 1) {
      call.stream.write(frameOf(first));
      await pause(30);
    }
    call.stream.end();
  },
  Client: async (call) => answer(call, [counted((await call.messages).length)]),
  Bidi: async (call) => {
    begin(call, {}, { 'grpc-status': '0', 'x-trailer': 'bidi' });
    for (const message of await call.messages) call.stream.write(frameOf(message));
    call.stream.end();
  },
  Slow: async (call) => {
    const messages = await call.messages;
    await pause(2_500);
    answer(call, messages.slice(0, 1));
  },
  NoTrailers: async (call) => {
    const [first = Buffer.alloc(0)] = await call.messages;
    call.stream.respond({ ':status': 200, ...TYPE, 'x-up': call.slot });
    call.stream.end(frameOf(first));
  },
  Rst: ({ stream }) => stream.close(2),
  RstLate: async ({ stream, slot, messages }) => {
    const [first = Buffer.alloc(0)] = await messages;
    stream.respond({ ':status': 200, ...TYPE, 'x-up': slot });
    stream.write(frameOf(first));
    await pause(50);
    stream.close(2);
  },
  Http503: async ({ stream, messages }) => {
    await messages;
    stream.respond({ ':status': 503, 'content-type': 'text/plain' });
    stream.end('busy');
  },
  Plain: async ({ stream, messages }) => {
    await messages;
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end('plain');
  },
};

export async function startGrpcUpstreams(identity: { readonly cert: string; readonly key: string }): Promise<GrpcUpstreams> {
  const received: GrpcReceived[] = [];
  const plain = await started(createServer(), 'grpc', received);
  const secure = await started(createSecureServer(identity), 'grpcs', received);
  return {
    ports: { grpc: plain.port, grpcs: secure.port },
    received,
    close: async () => void await Promise.all([plain.close(), secure.close()]),
  };
}

async function started(server: Http2Server | Http2SecureServer, slot: string, received: GrpcReceived[]) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session)).on('error', () => session.destroy());
  });
  server.on('sessionError', () => undefined);
  const begun = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]): void => (
    serve(stream, headers, raw, slot, received));
  server.on('stream', begun as never);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const session of sessions) session.destroy();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

function serve(
  stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[], slot: string, received: GrpcReceived[],
): void {
  const lines = raw.flatMap((name, at) => at % 2 === 0 && !name.startsWith(':') ? [[name, raw[at + 1]!] as const] : []);
  const call: GrpcReceived = {
    slot, headers: lines, messages: [], method: String(headers[':method']), path: String(headers[':path']),
    scheme: String(headers[':scheme']), authority: String(headers[':authority']),
  };
  received.push(call);
  stream.on('error', () => undefined);
  const behaviour = call.path.split('/').at(-1)!;
  const messages = new Promise<readonly Buffer[]>((resolve) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => void parts.push(part));
    stream.on('end', () => {
      const whole = messagesOf(Buffer.concat(parts));
      if (behaviour !== 'Early') call.messages.push(...whole.map(shownMessage));
      resolve(whole);
    });
  });
  const act = BEHAVIOURS[behaviour] ?? (async (unary: Call) => answer(unary, (await messages).slice(0, 1)));
  void Promise.resolve(act({ stream, slot, headers, messages })).catch(() => stream.destroy());
}

/** An answer with head, messages and trailers; of a unary call without a message, an empty one. */
function answer(call: Call, messages: readonly Buffer[], trailers: Readonly<Record<string, string>> = FINE): void {
  begin(call, { 'x-initial': 'i1' }, trailers);
  call.stream.end(Buffer.concat((messages.length === 0 ? [Buffer.alloc(0)] : messages).map(frameOf)));
}

function begin({ stream, slot }: Call, headers: Readonly<Record<string, string>>, trailers: Readonly<Record<string, string>>): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, ...TYPE, 'x-up': slot, ...headers }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
}

/** The message `{ n: count }` of the recording. */
function counted(count: number): Buffer {
  return Buffer.of(0x10, count);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
