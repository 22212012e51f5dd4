/** Datadog: decimal ids of 64 bits. https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/ */
import { asSpanId, asTraceId, bytesOf, fromDecimal, isZero, sized, toDecimal } from '../ids.ts';
import type { CallerTrace, TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

/** Not longer than 128 bits can be. */
const DECIMAL = /^\s*(\d{1,39})\s*$/;

/** Priorities of sampling. */
const DECISIONS: ReadonlyMap<string, boolean> = new Map([['1', true], ['2', true], ['0', false], ['-1', false]]);

export const datadogReader: TraceReader = {
  read: (headers) => {
    const trace = onlyValue(headers, 'x-datadog-trace-id');
    const parent = onlyValue(headers, 'x-datadog-parent-id');
    const priority = onlyValue(headers, 'x-datadog-sampling-priority');
    const sampled = priority === undefined ? undefined : DECISIONS.get(priority);
    if (priority !== undefined && sampled === undefined) return undefined;
    const traceId = hexOf(trace);
    if (traceId === undefined) return sampled === undefined ? undefined : { sampled };
    return { traceId: asTraceId(traceId), traceIdBytes: bytesOf(traceId), ...spanOf(hexOf(parent)), sampled };
  },
};

function spanOf(parent: string | undefined): CallerTrace {
  return parent === undefined ? {} : { spanId: asSpanId(parent) };
}

function hexOf(decimal: string | undefined): string | undefined {
  const digits = decimal === undefined ? undefined : DECIMAL.exec(decimal)?.[1];
  const hex = digits === undefined ? undefined : fromDecimal(digits);
  return hex === undefined || isZero(hex) ? undefined : hex;
}

export const datadogWriter: TraceWriter = {
  logName: 'datadog',
  write: ({ traceId: id, spanId, sampled }) => {
    const traceId = toDecimal(sized(id, 8));
    return {
      traceId,
      headers: [
        ['x-datadog-trace-id', traceId],
        ['x-datadog-parent-id', toDecimal(spanId)],
        ...sampled === undefined ? [] : [['x-datadog-sampling-priority', sampled ? '1' : '0'] as const],
      ],
    };
  },
};
