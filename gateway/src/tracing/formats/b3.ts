/** B3, of Zipkin: one header or several. https://github.com/openzipkin/b3-propagation */
import { asSpanId, asTraceId, bytesOf, isHex, sized } from '../ids.ts';
import type { CallerTrace, OutgoingTrace, TraceHeaders, TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

const HEADERS = ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'] as const;

const SINGLE = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})-?([01d]?)-?([0-9a-f]{16})?$/i;

/** B3's single header may travel as the first member of W3C's `tracestate`. */
const IN_TRACESTATE = /^b3=(.+)$/;

const DEBUG = '1';

export const b3Reader: TraceReader = {
  read: (headers) => {
    const [traceId, spanId, parentId, sampled, flags] = HEADERS.map((name) => onlyValue(headers, name));
    const text = onlyValue(headers, 'b3') ?? inTracestate(headers);
    const hasSeveral = [traceId, spanId, parentId, sampled, flags].some((value) => value !== undefined);
    if (text === undefined && !hasSeveral) return undefined;
    const single = text === undefined ? undefined : readSingle(text);
    const several = readSeveral({ traceId, spanId, parentId });
    const trace = single?.traceId ?? several?.traceId;
    const ids = trace === undefined ? {} : {
      traceId: asTraceId(trace),
      traceIdBytes: bytesOf(trace),
      spanId: spanOf(single?.spanId ?? several?.spanId),
      parentId: spanOf(single?.parentId ?? several?.parentId),
    };
    return {
      ...ids,
      sharesSpan: true,
      sampled: single?.sampled ?? decisionOf(sampled, flags),
      flags: single?.flags ?? (flags === '' ? undefined : flags),
      isSingleHeader: text !== undefined,
    };
  },
};

function inTracestate(headers: TraceHeaders): string | undefined {
  for (const value of headers.headerValues('tracestate')) {
    const text = IN_TRACESTATE.exec(value)?.[1];
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The decision may stand alone. */
function readSingle(text: string): CallerTrace {
  if (text === '0') return { sampled: false };
  if (text === '1') return { sampled: true };
  if (text === 'd') return { sampled: true, flags: DEBUG };
  const [, traceId, spanId, state = '', parentId] = SINGLE.exec(text) ?? [];
  if (traceId === undefined) return {};
  const sampled = state === '' ? undefined : state !== '0';
  return { traceId, spanId, parentId, sampled, ...state === 'd' && { flags: DEBUG } };
}

type Ids = Readonly<Record<'traceId' | 'spanId' | 'parentId', string | undefined>>;

/** One wrong id makes all of them worthless. */
function readSeveral(ids: Ids): Ids | undefined {
  const { traceId, spanId, parentId } = ids;
  const isValid = (traceId === undefined || isHex(traceId, 16, 32))
    && [spanId, parentId].every((id) => id === undefined || isHex(id, 16));
  return isValid ? ids : undefined;
}

/** The debug flag outweighs the decision. */
function decisionOf(sampled: string | undefined, flags: string | undefined): boolean | undefined {
  if (flags === DEBUG || sampled === '1' || sampled === 'true') return true;
  return sampled === '0' || sampled === 'false' ? false : undefined;
}

function spanOf(id: string | undefined): string | undefined {
  return id === undefined ? undefined : asSpanId(id);
}

function traceIdOf({ traceId, traceIdBytes }: OutgoingTrace): string {
  return sized(traceId, traceIdBytes === 8 ? 8 : 16);
}

export const b3Writer: TraceWriter = {
  logName: 'b3',
  write: (trace) => {
    const traceId = traceIdOf(trace);
    const { spanId, parentId, flags, sampled } = trace;
    return {
      traceId,
      headers: [
        ['x-b3-traceid', traceId],
        ['x-b3-spanid', spanId],
        ...parentId === undefined ? [] : [['x-b3-parentspanid', parentId] as const],
        flags === undefined ? ['x-b3-sampled', sampled === true ? '1' : '0'] : ['x-b3-flags', flags],
      ],
    };
  },
};

export const b3SingleWriter: TraceWriter = {
  logName: 'b3',
  write: (trace) => {
    const traceId = traceIdOf(trace);
    const { spanId, parentId, flags, sampled } = trace;
    const state = flags === DEBUG ? 'd' : sampled === undefined ? undefined : sampled ? '1' : '0';
    return { traceId, headers: [['b3', [traceId, spanId, state, parentId].filter((part) => part !== undefined).join('-')]] };
  },
};
