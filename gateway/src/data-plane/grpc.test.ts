/** gRPC through a whole data plane, with grpc-js at both ends: every kind of call, trailers, deadlines, cancellation, errors. */
import { randomUUID } from 'node:crypto';

import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type {
  ServerDuplexStream, ServerReadableStream, ServerUnaryCall, ServerWritableStream, ServiceDefinition, ServiceError, sendUnaryData,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { createKeyPair } from '../../test/fixtures/key-pairs.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { SILENT } from '../base/log.ts';
import { withDefaultCertificates } from '../process/default-certificates.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';

const bytes = (value: Buffer): Buffer => value;
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path, requestStream, responseStream,
  requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes,
});

const ECHO = {
  unary: method('/t.Echo/Unary', false, false),
  collect: method('/t.Echo/Collect', true, false),
  spread: method('/t.Echo/Spread', false, true),
  chat: method('/t.Echo/Chat', true, true),
  wait: method('/t.Echo/Wait', false, false),
  fail: method('/t.Echo/Fail', false, false),
} satisfies ServiceDefinition;

const seen: { metadata: Metadata | undefined; deadline: number; cancelled: number } = { metadata: undefined, deadline: 0, cancelled: 0 };
const trailing = () => {
  const metadata = new Metadata();
  metadata.set('x-trailer', 't1');
  return metadata;
};

function echoServer(): Server {
  const server = new Server();
  server.addService(ECHO, {
    unary: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      seen.metadata = call.metadata;
      seen.deadline = Number(call.getDeadline());
      const initial = new Metadata();
      initial.set('x-initial', 'i1');
      call.sendMetadata(initial);
      done(null, call.request, trailing());
    },
    collect: (call: ServerReadableStream<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      const parts: Buffer[] = [];
      call.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(null, Buffer.concat(parts)));
    },
    spread: (call: ServerWritableStream<Buffer, Buffer>) => {
      for (let count = 0; count < 50; count += 1) call.write(Buffer.concat([call.request, Buffer.of(count)]));
      call.end(trailing());
    },
    chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (part: Buffer) => void call.write(part)).on('end', () => call.end());
    },
    wait: (call: ServerUnaryCall<Buffer, Buffer>) => {
      call.on('cancelled', () => { seen.cancelled += 1; });
    },
    fail: (_: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      done({ code: status.FAILED_PRECONDITION, details: 'not like this: 100 % é', metadata: trailing() });
    },
  });
  return server;
}

describe.each(['cleartext', 'TLS'] as const)('gRPC over %s on both sides', (kind) => {
  let upstream: Server;
  let dataPlane: DataPlane;
  let client: Client;
  let port = 0;

  beforeAll(async () => {
    upstream = echoServer();
    const pair = await createKeyPair('rsa');
    const identity = ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(pair.certificate), private_key: Buffer.from(pair.key) }]);
    const served = kind === 'TLS' ? identity : ServerCredentials.createInsecure();
    const upstreamPort = await new Promise<number>((resolve, reject) => {
      upstream.bindAsync('127.0.0.1:0', served, (error, bound) => error === null ? resolve(bound) : reject(error));
    });
    const { settings } = readSettings({
      KONG_PREFIX: temporaryFolder('grpc'), KONG_PROXY_LISTEN: '127.0.0.1:0 http2, 127.0.0.1:0 ssl http2', KONG_STATUS_LISTEN: 'off',
      KONG_PROXY_ACCESS_LOG: 'off',
    });
    const complete = await withDefaultCertificates(settings);
    dataPlane = new DataPlane({ settings: complete, log: SILENT, keepsConfiguration: false });
    const { proxy } = await dataPlane.start();
    const service = randomUUID();
    const down = randomUUID();
    const protocol = kind === 'TLS' ? 'grpcs' : 'grpc';
    const result = await dataPlane.apply({
      _format_version: '3.0',
      services: [
        { id: service, host: '127.0.0.1', port: upstreamPort, protocol },
        { id: down, host: '127.0.0.1', port: 1, protocol, retries: 0 },
      ],
      routes: [
        { id: randomUUID(), service, paths: ['/t.Echo'], protocols: ['grpc', 'grpcs'] },
        { id: randomUUID(), service: down, paths: ['/t.Down'], protocols: ['grpc', 'grpcs'] },
      ],
    } as never, 'a'.repeat(32));
    if (!result.applied) throw new Error(result.message);
    port = proxy[kind === 'TLS' ? 1 : 0]!.port;
    const creds = kind === 'TLS'
      ? credentials.createSsl(null, null, null, { checkServerIdentity: () => undefined, rejectUnauthorized: false })
      : credentials.createInsecure();
    client = new Client(`127.0.0.1:${port}`, creds);
  });

  afterAll(async () => {
    client.close();
    upstream.forceShutdown();
    await dataPlane.close(0);
  });

  interface Answer {
    readonly error: ServiceError | null;
    readonly value: Buffer | undefined;
    readonly initial: Metadata | undefined;
    readonly trailers: Metadata | undefined;
  }

  function unary(path: string, value: Buffer, options = {}): Promise<Answer> {
    return new Promise((resolve) => {
      let initial: Metadata | undefined;
      let trailers: Metadata | undefined;
      const metadata = new Metadata();
      metadata.set('x-meta', 'm1');
      const call = client.makeUnaryRequest(path, bytes, bytes, value, metadata, options, (error, answer) => {
        setImmediate(() => resolve({ error, value: answer, initial, trailers }));
      });
      call.on('metadata', (got: Metadata) => { initial = got; });
      call.on('status', (got: { readonly metadata: Metadata }) => { trailers = got.metadata; });
    });
  }

  it('carries unary calls, with metadata both ways, trailers and the deadline', async () => {
    const before = Date.now();
    const { error, value, initial, trailers } = await unary('/t.Echo/Unary', Buffer.from('hello'), { deadline: before + 20_000 });
    expect([error, String(value)]).toEqual([null, 'hello']);
    expect([initial?.get('x-initial'), trailers?.get('x-trailer')]).toEqual([['i1'], ['t1']]);
    expect(seen.metadata?.get('x-meta')).toEqual(['m1']);
    expect(seen.metadata?.get('x-forwarded-path')).toEqual(['/t.Echo/Unary']);
    expect(Math.abs(seen.deadline - before - 20_000)).toBeLessThan(15_000);
  });

  it('carries messages larger than any window', async () => {
    const value = Buffer.alloc(2_000_000, 'x');
    const { error, value: echoed } = await unary('/t.Echo/Unary', value);
    expect(error).toBeNull();
    expect(echoed?.equals(value)).toBe(true);
  });

  it('carries streams of the client', async () => {
    const whole = await new Promise<Buffer | undefined>((resolve, reject) => {
      const done = (error: ServiceError | null, value?: Buffer) => error ? reject(error) : resolve(value);
      const call = client.makeClientStreamRequest('/t.Echo/Collect', bytes, bytes, done);
      for (let count = 0; count < 100; count += 1) call.write(Buffer.of(count));
      call.end();
    });
    expect([...whole!]).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  it('carries streams of the server', async () => {
    const got: Buffer[] = [];
    for await (const part of client.makeServerStreamRequest('/t.Echo/Spread', bytes, bytes, Buffer.from('s'))) got.push(part as Buffer);
    expect(got.map((part) => part[1])).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  it('carries streams of both, message by message', async () => {
    const call = client.makeBidiStreamRequest('/t.Echo/Chat', bytes, bytes);
    const got: string[] = [];
    call.on('data', (part: Buffer) => {
      got.push(String(part));
      // The next one leaves only when the one before is back: nothing may hold it.
      if (got.length < 5) call.write(Buffer.from(`m${got.length}`));
      else call.end();
    });
    call.write(Buffer.from('m0'));
    await new Promise((resolve, reject) => void call.on('end', resolve).on('error', reject));
    expect(got).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  it('passes errors of the service as they are', async () => {
    const { error } = await unary('/t.Echo/Fail', Buffer.alloc(0));
    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'not like this: 100 % é' });
    expect(error?.metadata.get('x-trailer')).toEqual(['t1']);
  });

  it('ends the call at the upstream when the client gives up, or its deadline has come', async () => {
    const before = seen.cancelled;
    const call = client.makeUnaryRequest('/t.Echo/Wait', bytes, bytes, Buffer.alloc(0), () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    call.cancel();
    await eventually('the upstream sees the end', () => seen.cancelled === before + 1);
    const { error } = await unary('/t.Echo/Wait', Buffer.alloc(0), { deadline: Date.now() + 300 });
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await eventually('the upstream sees the end', () => seen.cancelled === before + 2);
  });

  it.each([
    ['no route', '/t.Other/Unary', /404|NotFound/],
    ['an upstream that refuses', '/t.Down/Unary', /502|invalid response/],
  ])('answers in the words of gRPC: %s', async (_, path, details) => {
    // grpc-js may go by the status of HTTP where that is not 200.
    expect((await unary(path, Buffer.alloc(0))).error?.details).toMatch(details);
  });
});
