/**
 * grpc-gateway, phases access, responseHeaders and body: lets clients of HTTP and JSON call gRPC services, as the options
 * `google.api.http` of a .proto file say. Fails closed: what no method is bound to ends with 400.
 */
import { framed, FrameSplitter, MAX_MESSAGE_BYTES } from '../../grpc-messages/frames.ts';
import { parseJsonText } from '../../grpc-messages/json-text.ts';
import { messageOf } from '../../grpc-messages/json-to-message.ts';
import { jsonOf } from '../../grpc-messages/message-to-json.ts';
import { readProtoFile } from '../../grpc-messages/proto-file.ts';
import type { GrpcMethod } from '../../grpc-messages/proto-file.ts';
import type { BodyFilter, Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { bindingsOf, boundRequest } from './bindings.ts';
import type { BoundRequest } from './bindings.ts';
import { requestValues } from './request-values.ts';
import { grpcGateway } from './schema.ts';
import type { GrpcGatewayConfig } from './schema.ts';

/** Statuses of HTTP by those of gRPC. */
const HTTP_STATUSES: Readonly<Record<string, number>> = {
  0: 200, 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 12: 500, 13: 500, 14: 503, 15: 500,
  16: 401,
};

const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

/** The method that a request was sent to. `undefined`: the plugin answered itself. */
interface Transcoded {
  readonly method: GrpcMethod | undefined;
}

const state = requestState<Transcoded>();

export const grpcGatewayHandler = defineHandler<GrpcGatewayConfig>(grpcGateway, (config, { log }) => {
  if (config.proto === null) return {};
  const bindings = bindingsOf(readProtoFile(config.proto), (what) => log.warn(`grpc-gateway: ${config.proto}: ${what}`));

  return {
    access: (exchange) => {
      const { request } = exchange;
      state.set(exchange, { method: undefined });
      const bound = boundRequest(bindings, request.method, request.path);
      if (bound === undefined) {
        return exchange.respond({ status: 400, body: `failed to transcode .proto file Unknown path "${request.path}"` });
      }
      if (bound.binding.body === '' || !request.hasBody) return transcode(exchange, bound, undefined);
      return request.body(MAX_MESSAGE_BYTES).then((body) => (
        body === undefined ? refuse(exchange, 413, 'Request size limit exceeded') : transcode(exchange, bound, body)));
    },
    responseHeaders: (exchange) => {
      const transcoded = state.of(exchange);
      if (transcoded === undefined) return;
      const response = exchange.response!;
      response.setHeader('Access-Control-Allow-Origin', '*');
      if (transcoded.method === undefined || response.source !== 'upstream') return;
      response.setHeader('Content-Type', JSON_TYPE['Content-Type']);
      const status = response.header('grpc-status');
      if (status !== undefined && response.status === 200) response.status = HTTP_STATUSES[status] ?? 500;
    },
    body: (exchange) => {
      const { response } = exchange;
      const method = state.of(exchange)?.method;
      if (method === undefined || response!.source !== 'upstream' || response!.header('grpc-status') !== undefined) return undefined;
      // What is no answer of gRPC passes as it is.
      return response!.status === 200 ? jsonFilter(method) : { changes: true, part: (bytes) => bytes, end: () => undefined };
    },
  };
});

function transcode(exchange: Exchange, bound: BoundRequest, body: Buffer | undefined): void {
  const { request, upstream } = exchange;
  const { method } = bound.binding;
  let parsed: unknown;
  try {
    if (body !== undefined && body.length > 0) parsed = parseJsonText(body.toString('utf8'));
  } catch (error) {
    return refuse(exchange, 400, `decode json err: ${(error as Error).message}`);
  }
  try {
    upstream.setBody(framed(messageOf(method.request, requestValues(bound, request.queryArguments(), parsed))));
  } catch {
    return refuse(exchange, 400, 'failed to encode payload');
  }
  upstream.method = 'POST';
  upstream.path = method.path;
  upstream.query = '';
  upstream.setHeader('Content-Type', 'application/grpc');
  state.set(exchange, { method });
  return undefined;
}

function refuse(exchange: Exchange, status: number, body: string): void {
  exchange.respond({ status, body, headers: JSON_TYPE });
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
