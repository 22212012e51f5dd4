/**
 * grpc-web, phases access, responseHeaders and body: lets browsers call gRPC services, with gRPC-Web (binary, or in base64) or with JSON.
 * Fails closed: what is neither ends with 400.
 */
import { framed, FrameSplitter, MAX_MESSAGE_BYTES, TRAILERS } from '../../grpc-messages/frames.ts';
import { parseJsonText } from '../../grpc-messages/json-text.ts';
import { messageOf } from '../../grpc-messages/json-to-message.ts';
import { jsonOf } from '../../grpc-messages/message-to-json.ts';
import { readProtoFile } from '../../grpc-messages/proto-file.ts';
import type { GrpcMethod } from '../../grpc-messages/proto-file.ts';
import type { BodyFilter, Exchange, PluginAnswer } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { grpcWeb } from './schema.ts';
import type { GrpcWebConfig } from './schema.ts';

/** How bodies travel between client and gateway; of a method: its messages as JSON. */
type Framing = 'binary' | 'base64' | GrpcMethod;

/** How an answer leaves. `framing` is absent for answers of the plugin itself. */
interface Translation {
  readonly contentType: string | undefined;
  readonly framing: Framing | undefined;
}

const NO_PROTO = 'transcoding requests require a .proto file defining the service';
const TOO_LONG: PluginAnswer = { status: 413, body: 'Request size limit exceeded' };
const PREFLIGHT: PluginAnswer = {
  status: 200,
  body: 'OK',
  headers: {
    'Content-Type': 'application/grpc-web-text+proto',
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'content-type,x-grpc-web,x-user-agent',
  },
};

const state = requestState<Translation>();

export const grpcWebHandler = defineHandler<GrpcWebConfig>(grpcWeb, (config) => {
  const methods = config.proto === null ? undefined : new Map(readProtoFile(config.proto).map((method) => [method.path, method]));

  return {
    access: (exchange) => {
      const { request, upstream } = exchange;
      const contentType = request.header('content-type');
      state.set(exchange, { contentType: undefined, framing: undefined });
      if (request.method === 'OPTIONS') return exchange.respond(PREFLIGHT);
      const path = config.pass_stripped_path === true ? exchange.upstreamUri.split('?')[0]! : request.rawPath;
      const framing = framingOf(contentType) ?? methods?.get(path);
      if (framing === undefined) {
        return exchange.respond({ status: 400, body: methods === undefined ? NO_PROTO : `Unknown path "${path}"` });
      }
      upstream.path = path;
      upstream.setHeader('Content-Type', 'application/grpc');
      state.set(exchange, { contentType, framing });
      return framing === 'binary' || !request.hasBody ? undefined : translate(exchange, contentType, framing);
    },
    responseHeaders: (exchange) => {
      const translation = state.of(exchange);
      if (translation === undefined) return;
      exchange.response!.setHeader('Access-Control-Allow-Origin', config.allow_origin_header ?? '*');
      if (translation.framing === undefined || exchange.response!.source !== 'upstream') return;
      if (translation.contentType === undefined) exchange.response!.removeHeader('Content-Type');
      else exchange.response!.setHeader('Content-Type', translation.contentType);
    },
    body: (exchange) => {
      const { request, response } = exchange;
      const framing = state.of(exchange)?.framing;
      // Trailers-only answers have no body, and say all in their head.
      const isTranslated = framing !== undefined && response!.source === 'upstream' && response!.header('grpc-status') === undefined;
      if (!isTranslated || request.method !== 'POST') return undefined;
      return typeof framing === 'object' ? jsonFilter(framing) : framesFilter(framing);
    },
  };
});

function framingOf(contentType = ''): 'binary' | 'base64' | undefined {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (/^application\/grpc-web-text(?:\+|\s*$)/.test(type)) return 'base64';
  return /^application\/grpc-web(?:\+|\s*$)/.test(type) ? 'binary' : undefined;
}

/** Reads the body of the request, and sends the upstream the frame that it stands for. */
async function translate(exchange: Exchange, contentType: string | undefined, framing: 'base64' | GrpcMethod): Promise<void> {
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType ?? '');
  if (framing !== 'base64' && !isJson) return undefined;
  const body = await exchange.request.body(MAX_MESSAGE_BYTES);
  if (body === undefined) return refuse(exchange, TOO_LONG);
  try {
    exchange.upstream.setBody(framing === 'base64' ? fromBase64(body.toString('latin1')) : framed(fromJson(framing, body)));
  } catch (error) {
    return refuse(exchange, { status: 400, body: (error as Error).message });
  }
  return undefined;
}

function refuse(exchange: Exchange, answer: PluginAnswer): void {
  state.set(exchange, { contentType: undefined, framing: undefined });
  exchange.respond(answer);
}

/** Parts that are padded may follow each other. @throws Error it is no base64 */
function fromBase64(text: string): Buffer {
  const parts = text.replace(/\s/g, '').match(/[A-Za-z0-9+/]+={0,2}/g) ?? [];
  if (parts.join('') !== text.replace(/\s/g, '') || parts.some((part) => part.length % 4 !== 0)) throw new Error('the body is no base64');
  return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
}

/** @throws Error it is no JSON, or no such message */
function fromJson({ request }: GrpcMethod, body: Buffer): Buffer {
  const value = parseJsonText(body.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the body is no JSON object');
  return messageOf(request, value as Readonly<Record<string, unknown>>);
}

/** Frames pass as they come; behind the last, one more has the trailers, which browsers cannot read. */
function framesFilter(framing: 'binary' | 'base64'): BodyFilter {
  const sent = (bytes: Buffer) => framing === 'binary' ? bytes : Buffer.from(bytes.toString('base64'));
  return {
    changes: true,
    part: sent,
    end: (trailers = []) => {
      const text = `grpc-status:${valueOf(trailers, 'grpc-status') ?? '0'}\r\ngrpc-message:${valueOf(trailers, 'grpc-message') ?? ''}\r\n`;
      return sent(framed(Buffer.from(text, 'latin1'), TRAILERS));
    },
  };
}

function valueOf(trailers: readonly string[], wanted: string): string | undefined {
  const at = trailers.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === wanted);
  return at === -1 ? undefined : trailers[at + 1];
}

/** Messages leave as JSON objects, one behind the other. */
function jsonFilter({ response }: GrpcMethod): BodyFilter {
  const frames = new FrameSplitter();
  return {
    changes: true,
    part: (bytes) => Buffer.from(frames.push(bytes).map((message) => jsonOf(response, message)).join('')),
    end: () => undefined,
  };
}
