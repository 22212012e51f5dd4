/** opentelemetry: passes traces on (access), and sends spans and logs of requests to a collector (log). */
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { nextSpanId, nextTraceId } from '../../tracing/ids.ts';
import { propagationOf } from '../../tracing/propagation.ts';
import { isSampledId } from '../../tracing/sampling.ts';
import { openExport } from './export.ts';
import { instrumentationsOf } from './instrumentations.ts';
import { logRecordsOf } from './log-records.ts';
import { encodeLogs, encodeSpans, textAttribute } from './otlp-message.ts';
import type { Attribute, OtlpLogRecord, OtlpSpan } from './otlp-message.ts';
import { spansOf } from './request-spans.ts';
import type { RequestTrace } from './request-spans.ts';
import { opentelemetry } from './schema.ts';
import type { OpentelemetryConfig } from './schema.ts';

/** Memory of an entry in a queue, about. Bytes. */
const ENTRY_BYTES = 600;

const traces = requestState<RequestTrace>();

export const opentelemetryHandler = defineHandler<OpentelemetryConfig>(opentelemetry, (config, context) => {
  const { tracing } = context.services;
  const parts = instrumentationsOf(tracing);
  const propagation = propagationOf(config);
  const { http_response_header_for_traceid: traceHeader, traces_endpoint: tracesTo, logs_endpoint: logsTo } = config;
  const resource = resourceOf(config, context);
  const spans = tracesTo === null ? undefined : openExport<OtlpSpan>({
    kind: 'traces', endpoint: tracesTo, config, context, encode: (entries) => encodeSpans(entries, resource),
  });
  const logs = logsTo === null ? undefined : openExport<OtlpLogRecord>({
    kind: 'logs', endpoint: logsTo, config, context, encode: (entries) => encodeLogs(entries, resource),
  });

  /** A trace without a caller: also that of a request that ends before `access`. */
  const begin = (exchange: Exchange): RequestTrace => {
    const traceId = nextTraceId();
    const rootId = nextSpanId();
    const trace = {
      traceId, rootId, tryId: parts.has('balancer') ? nextSpanId() : rootId,
      isSampled: parts.isOn && isSampledId(traceId, tracing.samplingRate),
    };
    traces.set(exchange, trace);
    return trace;
  };

  const isSampled = (own: RequestTrace, traceId: string, callers: boolean | undefined): boolean => {
    if (!parts.isOn || callers === false) return false;
    return config.sampling_rate === null ? own.isSampled : isSampledId(traceId, config.sampling_rate);
  };

  return {
    wantsTimeline: parts.isOn && spans !== undefined,
    wantsLogLines: logs !== undefined,
    access: (exchange) => {
      const found = propagation.read(exchange.upstream);
      const own = begin(exchange);
      const traceId = found?.traceId ?? own.traceId;
      const trace: RequestTrace = {
        ...own, traceId, parentId: found?.spanId ?? found?.parentId, isSampled: isSampled(own, traceId, found?.sampled),
      };
      traces.set(exchange, trace);
      propagation.write(exchange, {
        traceId,
        traceIdBytes: found?.traceIdBytes,
        spanId: trace.tryId,
        parentId: trace.tryId === trace.rootId ? trace.parentId : trace.rootId,
        sampled: trace.isSampled,
        baggage: found?.baggage,
        flags: found?.flags,
      }, found);
    },
    responseHeaders: (exchange) => {
      const trace = traces.of(exchange) ?? begin(exchange);
      if (traceHeader !== null) exchange.response?.addHeader(traceHeader, trace.traceId);
    },
    log: (exchange) => {
      const trace = traces.of(exchange) ?? begin(exchange);
      if (logs !== undefined) {
        for (const record of logRecordsOf(exchange, { trace, hasTraces: spans !== undefined })) logs.push(record, ENTRY_BYTES);
      }
      if (spans !== undefined && trace.isSampled) for (const span of spansOf(exchange, trace, parts)) spans.push(span, ENTRY_BYTES);
    },
    close: () => {
      spans?.close();
      logs?.close();
    },
  };
});

/** Who sends. Configured attributes win. */
function resourceOf({ resource_attributes: configured }: OpentelemetryConfig, { node }: PluginContext): readonly Attribute[] {
  const attributes: Readonly<Record<string, string>> = {
    'service.name': 'kong', 'service.version': node.kongVersion, 'service.instance.id': node.id, ...configured,
  };
  return Object.entries(attributes).map(([key, value]) => textAttribute(key, value));
}
