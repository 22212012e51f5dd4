/** Google Cloud Trace: https://cloud.google.com/trace/docs/trace-context#legacy-http-header */
import { asSpanId, fromDecimal, sized, toDecimal } from '../ids.ts';
import type { TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

const CONTEXT = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d))?$/;

export const gcpReader: TraceReader = {
  read: (headers) => {
    const text = onlyValue(headers, 'x-cloud-trace-context');
    if (text === undefined) return undefined;
    const [, traceId, span, option] = CONTEXT.exec(text) ?? [];
    if (traceId === undefined) return undefined;
    return { traceId, traceIdBytes: 16, spanId: asSpanId(fromDecimal(span!)), sampled: option === '1' };
  },
};

export const gcpWriter: TraceWriter = {
  logName: 'gcp',
  write: ({ traceId: id, spanId, sampled }) => {
    const traceId = sized(id, 16);
    return { traceId, headers: [['x-cloud-trace-context', `${traceId}/${toDecimal(spanId)};o=${sampled === true ? '1' : '0'}`]] };
  },
};
