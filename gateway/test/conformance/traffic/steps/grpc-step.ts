/** Steps `grpc`, a client of HTTP/2, and `grpc_seen`, what the gRPC upstreams got. */
import { connect } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';

import type { GrpcReceived } from '../counterparts/grpc-upstreams.ts';
import { differences } from '../expectation.ts';
import { frameOf, messagesOf, shownMessage } from '../grpc-bytes.ts';
import { headerLines, shownJson, withPlaceholders } from '../observation.ts';
import type { Ports } from '../observation.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep } from '../replay-context.ts';

interface GrpcCall {
  readonly authority: string;
  readonly path: string;
  readonly method?: string;
  /** @default true */
  readonly tls?: boolean;
  /** In base64, or so many bytes. */
  readonly messages: readonly (string | { readonly n: number })[];
  /** Body in place of messages. */
  readonly raw?: string;
  /** `head`: the request has no body. */
  readonly end?: 'head';
  /** In addition to the usual ones, or in their place; null removes one. */
  readonly headers?: readonly (readonly [string, string | null])[];
  /** Milliseconds between messages. */
  readonly gap?: number;
  /** Messages after which the client gives up. */
  readonly cancelAfter?: number;
}

/** How long an answer may take. Seconds. */
const LIMIT = 15;
const CANCEL = 8;
const PROTOCOL_ERROR = 1;

/** Headers of requests that step `grpc_seen` was recorded with. */
const SEEN_HEADERS = ['accept', 'content-type', 'grpc-timeout', 'x-grpc-web', 'x-meta'] as const;

export const grpcStep: ObservingStep = async (template, { node, counterparts, ports, bindings }, expected) => {
  const step = template.grpc as GrpcCall;
  const { received } = counterparts.grpc!;
  received.splice(0);
  const seen = await called(step, node.ports);
  const wanted = expected as { readonly up?: readonly unknown[] };
  // The upstream may see the end later than the client.
  for (let waited = 0; waited < 200 && received.length < (wanted.up?.length ?? 0); waited += 10) await pause(0.01);
  const up = received.map((call) => shownCall(call, undefined, ports));
  return differences(expected, { ...observation(seen, template.rh as readonly string[] | null, ports), up }, bindings);
};

export const grpcSeenStep: ObservingStep = async (_, { counterparts, ports, bindings }, expected) => {
  const up = counterparts.grpc!.received.map((call) => shownCall(call, SEEN_HEADERS, ports));
  counterparts.grpc!.received.splice(0);
  return differences(expected, { up }, bindings);
};

interface Seen {
  readonly head: IncomingHttpHeaders | undefined;
  readonly raw: readonly (readonly [string, string])[];
  readonly trailers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly rst: number;
}

async function called(step: GrpcCall, ports: { readonly h2c: number; readonly proxyssl: number }): Promise<Seen> {
  const session = step.tls === false
    ? connect(`http://127.0.0.1:${ports.h2c}`) : connect(`https://127.0.0.1:${ports.proxyssl}`, { rejectUnauthorized: false });
  session.on('error', () => undefined);
  try {
    return await exchanged(session, step);
  } finally {
    session.destroy();
  }
}

function exchanged(session: ClientHttp2Session, step: GrpcCall): Promise<Seen> {
  const stream = session.request({
    ':method': step.method ?? 'POST', ':path': step.path, ':authority': step.authority, ...Object.fromEntries(headersOf(step)),
  }, { endStream: step.end === 'head' });
  const parts: Buffer[] = [];
  let head: IncomingHttpHeaders | undefined;
  let raw: readonly (readonly [string, string])[] = [];
  let trailers: readonly (readonly [string, string])[] = [];
  let isCancelled = false;
  stream.on('error', () => undefined);
  stream.on('response', (seen, _flags, ...rest) => {
    head = seen;
    raw = pairs(rest[0] as unknown as readonly string[] | undefined, seen);
  });
  stream.on('trailers', (seen: IncomingHttpHeaders) => { trailers = pairs(undefined, seen); });
  stream.on('data', (part: Buffer) => {
    parts.push(part);
    const { cancelAfter } = step;
    if (cancelAfter !== undefined && !isCancelled && messagesOf(Buffer.concat(parts)).length >= cancelAfter) {
      isCancelled = true;
      stream.close(CANCEL);
    }
  });
  void send(step, stream);
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), LIMIT * 1000);
    stream.once('close', () => {
      clearTimeout(timer);
      const rst = head === undefined ? stream.rstCode || PROTOCOL_ERROR : stream.rstCode;
      resolve({ head, raw, trailers, body: Buffer.concat(parts), rst });
    });
  });
}

async function send({ raw, messages, gap, end }: GrpcCall, stream: ReturnType<ClientHttp2Session['request']>): Promise<void> {
  if (end === 'head') return;
  if (raw !== undefined) return void stream.end(raw);
  for (const message of messages) {
    stream.write(frameOf(typeof message === 'string' ? Buffer.from(message, 'base64') : Buffer.alloc(message.n, 120)));
    if (gap !== undefined) await pause(gap / 1000);
  }
  return void stream.end();
}

function headersOf({ headers = [], method }: GrpcCall): Map<string, string> {
  // A GET has no content.
  const made = new Map(method === 'GET' ? [] : [['content-type', 'application/grpc'], ['te', 'trailers']]);
  for (const [name, value] of headers) {
    if (value === null) made.delete(name);
    else made.set(name, value);
  }
  return made;
}

function pairs(raw: readonly string[] | undefined, headers: IncomingHttpHeaders): (readonly [string, string])[] {
  if (raw !== undefined) {
    return raw.flatMap((name, at) => at % 2 === 0 && !name.startsWith(':') ? [[name, raw[at + 1]!] as const] : []);
  }
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, String(one)] as const));
}

function observation({ head, raw, trailers, body, rst }: Seen, rh: readonly string[] | null, ports: Ports): Record<string, unknown> {
  if (head === undefined) return { rst };
  const type = String(head['content-type'] ?? '');
  const isGrpc = type.startsWith('application/grpc');
  const messages = isGrpc ? messagesOf(body).map(shownMessage) : [];
  return {
    status: head[':status'],
    headers: headerLines(raw, rh ?? undefined, ports),
    rst,
    ...trailers.length > 0 && { trailers: headerLines(trailers, undefined, ports) },
    ...messages.length > 0 && { messages },
    ...!isGrpc && body.length > 0 && { body: shownBody(body, type, ports) },
  };
}

function shownBody(body: Buffer, type: string, ports: Ports): unknown {
  const text = body.toString('utf8');
  return type.startsWith('application/json') ? { json: shownJson(JSON.parse(text), ports) } : withPlaceholders(text, ports);
}

function shownCall({ authority, headers, ...call }: GrpcReceived, only: readonly string[] | undefined, ports: Ports): object {
  return { ...call, authority: withPlaceholders(authority, ports), headers: headerLines(headers, only, ports) };
}
