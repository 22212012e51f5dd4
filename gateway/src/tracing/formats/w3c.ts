/** W3C Trace Context: https://www.w3.org/TR/trace-context/ */
import { isZero, sized } from '../ids.ts';
import type { TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/i;

export const w3cReader: TraceReader = {
  read: (headers) => {
    const text = onlyValue(headers, 'traceparent');
    if (text === undefined) return undefined;
    const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
    if (traceId === undefined || isZero(traceId) || isZero(spanId!)) return undefined;
    return {
      traceId: traceId.toLowerCase(),
      traceIdBytes: 16,
      spanId: spanId!.toLowerCase(),
      sampled: Number.parseInt(flags!, 16) % 2 === 1,
    };
  },
};

export const w3cWriter: TraceWriter = {
  logName: 'w3c',
  write: ({ traceId: id, spanId, sampled }) => {
    const traceId = sized(id, 16);
    return { traceId, headers: [['traceparent', `00-${traceId}-${spanId}-${sampled === true ? '01' : '00'}`]] };
  },
};
