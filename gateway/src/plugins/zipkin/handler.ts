/** zipkin: passes traces on (access), and sends the spans of requests to a Zipkin server (log). */
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { HttpClient } from '../../plugin-kit/http-client.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { queueLimits } from '../../plugin-kit/queue-limits.ts';
import type { Queue } from '../../plugin-kit/queues.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { nextSpanId, nextTraceId } from '../../tracing/ids.ts';
import { propagationOf } from '../../tracing/propagation.ts';
import type { FoundTrace } from '../../tracing/propagation.ts';
import { requestTags } from './request-tags.ts';
import { zipkin } from './schema.ts';
import type { ZipkinConfig } from './schema.ts';
import { spansOf } from './spans.ts';
import type { RequestTrace, ZipkinSpan } from './spans.ts';

const DEFAULT_RATIO = 0.001;

/** Memory of a span in the queue, about. Bytes. */
const SPAN_BYTES = 800;

const traces = requestState<RequestTrace>();

export const zipkinHandler = defineHandler<ZipkinConfig>(zipkin, (config, context) => {
  const propagation = propagationOf(config);
  const { http_response_header_for_traceid: traceHeader } = config;
  const queue = queueOf(config, context);

  const begin = (exchange: Exchange, found?: FoundTrace): RequestTrace => {
    const { tags, invalid } = requestTags(exchange.request.headerValues(config.tags_header.toLowerCase()));
    if (invalid.length > 0) context.log.warn(`parts of the header ${config.tags_header} are no tags`, { parts: invalid });
    const sharesSpan = found?.traceId !== undefined && found.sharesSpan === true;
    const trace: RequestTrace = {
      traceId: found?.traceId ?? nextTraceId(config.traceid_byte_count),
      requestSpanId: (sharesSpan ? found.spanId : undefined) ?? nextSpanId(),
      requestParentId: sharesSpan ? found.parentId : found?.spanId,
      proxySpanId: nextSpanId(),
      isSampled: found?.sampled ?? Math.random() < (config.sample_ratio ?? DEFAULT_RATIO),
      tags,
    };
    traces.set(exchange, trace);
    return trace;
  };

  return {
    wantsTimeline: true,
    access: (exchange) => {
      const found = propagation.read(exchange.upstream);
      const trace = begin(exchange, found);
      propagation.write(exchange, {
        traceId: trace.traceId,
        traceIdBytes: found?.traceIdBytes,
        spanId: trace.proxySpanId,
        parentId: trace.requestSpanId,
        // As Kong: formats that can leave it open say nothing rather than no.
        sampled: trace.isSampled ? true : undefined,
        baggage: found?.baggage,
        flags: found?.flags,
      }, found);
    },
    // Requests that end before `access` have a trace of their own.
    responseHeaders: (exchange) => {
      const trace = traces.of(exchange) ?? begin(exchange);
      if (traceHeader !== null) exchange.response?.addHeader(traceHeader, trace.traceId);
    },
    log: (exchange) => {
      const trace = traces.of(exchange) ?? begin(exchange);
      if (!trace.isSampled || queue === undefined) return;
      for (const span of spansOf(exchange, trace, config, context.node)) queue.push(span, SPAN_BYTES);
    },
    close: () => queue?.close(),
  };
});

/** Without an endpoint nothing is sent. */
function queueOf(config: ZipkinConfig, { id, log, services }: PluginContext): Queue<ZipkinSpan> | undefined {
  const { http_endpoint: endpoint } = config;
  if (endpoint === null) return undefined;
  return services.queues.open<ZipkinSpan>({
    key: `zipkin ${id} ${JSON.stringify(config)}`,
    name: 'zipkin',
    limits: queueLimits(config),
    log,
    sink: () => {
      const timeoutMs = Math.max(config.connect_timeout ?? 0, config.send_timeout ?? 0, config.read_timeout ?? 0);
      const client = services.http.open({ timeoutMs });
      return { send: (spans, signal) => post(client, endpoint, spans, signal), close: () => client.close() };
    },
  });
}

async function post(client: HttpClient, url: string, spans: readonly ZipkinSpan[], signal: AbortSignal): Promise<void> {
  const { status } = await client.send({
    method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(spans), signal,
    dropsBody: true,
    isIdempotent: true,
  });
  if (status < 200 || status >= 300) throw new Error(`Zipkin at ${new URL(url).host} answered with status ${status}, expected 2xx`);
}
