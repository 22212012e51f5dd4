/** OpenTracing, as its "basic tracer" carries it. */
import { baggageHeaders, readBaggage } from '../baggage.ts';
import { asSpanId, asTraceId, bytesOf, isHex, sized } from '../ids.ts';
import type { TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

const BAGGAGE = 'ot-baggage-';

export const otReader: TraceReader = {
  read: (headers) => {
    const traceId = onlyValue(headers, 'ot-tracer-traceid');
    const spanId = onlyValue(headers, 'ot-tracer-spanid');
    const decision = onlyValue(headers, 'ot-tracer-sampled');
    if (traceId === undefined && spanId === undefined && decision === undefined) return undefined;
    const sampled = decision === '1' || decision === 'true' ? true : decision === '0' || decision === 'false' ? false : undefined;
    const isValid = traceId !== undefined && isHex(traceId, 16, 32) && (spanId === undefined || isHex(spanId, 16));
    const baggage = readBaggage(headers, BAGGAGE);
    if (!isValid) return sampled === undefined && baggage === undefined ? undefined : { sampled, baggage };
    return {
      traceId: asTraceId(traceId), traceIdBytes: bytesOf(traceId), ...spanId !== undefined && { spanId: asSpanId(spanId) }, sampled,
      baggage,
    };
  },
};

export const otWriter: TraceWriter = {
  logName: 'ot',
  write: ({ traceId: id, traceIdBytes, spanId, sampled, baggage }) => {
    const traceId = sized(id, traceIdBytes === 16 ? 16 : 8);
    return {
      traceId,
      headers: [
        ['ot-tracer-traceid', traceId],
        ['ot-tracer-spanid', spanId],
        ...sampled === undefined ? [] : [['ot-tracer-sampled', sampled ? '1' : '0'] as const],
        ...baggageHeaders(baggage, BAGGAGE),
      ],
    };
  },
};
