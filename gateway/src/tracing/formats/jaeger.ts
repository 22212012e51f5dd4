/** Jaeger's own format: https://www.jaegertracing.io/docs/1.29/client-libraries/#propagation-format */
import { baggageHeaders, readBaggage } from '../baggage.ts';
import { asSpanId, asTraceId, bytesOf, isZero, sized } from '../ids.ts';
import type { TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

/** Zeros in front of an id may be left out. */
const UBER_TRACE_ID = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):([0-9a-f]+):([0-9a-f]{1,2})$/i;

const BAGGAGE = 'uberctx-';

export const jaegerReader: TraceReader = {
  read: (headers) => {
    const text = onlyValue(headers, 'uber-trace-id');
    if (text === undefined) return undefined;
    const [, traceId, spanId, parentId, flags] = UBER_TRACE_ID.exec(text) ?? [];
    if (traceId === undefined || isZero(traceId) || isZero(spanId!)) return undefined;
    return {
      traceId: asTraceId(traceId),
      traceIdBytes: bytesOf(traceId),
      spanId: asSpanId(spanId!),
      parentId: asSpanId(parentId!),
      sharesSpan: true,
      sampled: Number.parseInt(flags!, 16) % 2 === 1,
      baggage: readBaggage(headers, BAGGAGE),
    };
  },
};

export const jaegerWriter: TraceWriter = {
  logName: 'jaeger',
  write: ({ traceId: id, traceIdBytes, spanId, parentId = '0', sampled, baggage }) => {
    const traceId = sized(id, traceIdBytes === 8 ? 8 : 16);
    return {
      traceId,
      headers: [
        ['uber-trace-id', `${traceId}:${spanId}:${parentId}:${sampled === true ? '01' : '00'}`],
        ...baggageHeaders(baggage, BAGGAGE),
      ],
    };
  },
};
