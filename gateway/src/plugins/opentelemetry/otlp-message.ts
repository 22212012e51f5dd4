/** Messages of OTLP over HTTP, as far as a gateway sends them. https://opentelemetry.io/docs/specs/otlp/ */
import protobuf from 'protobufjs/light.js';

type Attributes = readonly Attribute[];

export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: number } | { readonly doubleValue: number };
}

/** Nanoseconds since 1970. */
export interface Nanoseconds {
  readonly low: number;
  readonly high: number;
  readonly unsigned: true;
}

export interface OtlpSpan {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  /** @default - it is the first of its trace */
  readonly parentSpanId?: Buffer | undefined;
  readonly name: string;
  readonly kind: 1 | 2 | 3;
  readonly startTimeUnixNano: Nanoseconds;
  readonly endTimeUnixNano: Nanoseconds;
  readonly attributes?: Attributes;
  readonly events?: readonly { readonly timeUnixNano: Nanoseconds; readonly name: string; readonly attributes: Attributes }[];
  readonly status?: { readonly code: 2 };
}

export interface OtlpLogRecord {
  readonly timeUnixNano: Nanoseconds;
  readonly observedTimeUnixNano: Nanoseconds;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly attributes: Attributes;
  readonly flags?: number;
  readonly traceId: Buffer;
  readonly spanId: Buffer;
}

/** Names the sender. */
const SCOPE = { name: 'kong-internal', version: '0.1.0' };

/** Fields as [type, number]; a list's type ends in `[]`. */
type MessageFields = Readonly<Record<string, readonly [type: string, id: number]>>;

const MESSAGES: Readonly<Record<string, MessageFields>> = {
  TraceExport: { resourceSpans: ['ResourceSpans[]', 1] },
  ResourceSpans: { resource: ['Resource', 1], scopeSpans: ['ScopeSpans[]', 2] },
  ScopeSpans: { scope: ['Scope', 1], spans: ['Span[]', 2] },
  LogExport: { resourceLogs: ['ResourceLogs[]', 1] },
  ResourceLogs: { resource: ['Resource', 1], scopeLogs: ['ScopeLogs[]', 2] },
  ScopeLogs: { scope: ['Scope', 1], logRecords: ['LogRecord[]', 2] },
  Resource: { attributes: ['KeyValue[]', 1] },
  Scope: { name: ['string', 1], version: ['string', 2] },
  Span: {
    traceId: ['bytes', 1], spanId: ['bytes', 2], parentSpanId: ['bytes', 4], name: ['string', 5], kind: ['int32', 6],
    startTimeUnixNano: ['fixed64', 7], endTimeUnixNano: ['fixed64', 8], attributes: ['KeyValue[]', 9], events: ['Event[]', 11],
    status: ['Status', 15],
  },
  Event: { timeUnixNano: ['fixed64', 1], name: ['string', 2], attributes: ['KeyValue[]', 3] },
  Status: { code: ['int32', 3] },
  LogRecord: {
    timeUnixNano: ['fixed64', 1], severityNumber: ['int32', 2], severityText: ['string', 3], body: ['AnyValue', 5],
    attributes: ['KeyValue[]', 6], flags: ['fixed32', 8], traceId: ['bytes', 9], spanId: ['bytes', 10],
    observedTimeUnixNano: ['fixed64', 11],
  },
  KeyValue: { key: ['string', 1], value: ['AnyValue', 2] },
  AnyValue: { stringValue: ['string', 1], intValue: ['int64', 3], doubleValue: ['double', 4] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(MESSAGES).map(([message, fields]) => [message, {
    // Of several fields of which one is set, an empty one is sent, too.
    ...message === 'AnyValue' && { oneofs: { value: { oneof: Object.keys(fields) } } },
    fields: Object.fromEntries(Object.entries(fields).map(([name, [type, id]]) => [
      name, type.endsWith('[]') ? { type: type.slice(0, -2), id, rule: 'repeated' } : { type, id },
    ])),
  }])),
});

const traceExport = root.lookupType('TraceExport');
const logExport = root.lookupType('LogExport');

export function encodeSpans(spans: readonly OtlpSpan[], resource: Attributes): Buffer {
  return bytesOf(traceExport, { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: SCOPE, spans }] }] });
}

export function encodeLogs(logRecords: readonly OtlpLogRecord[], resource: Attributes): Buffer {
  return bytesOf(logExport, { resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ scope: SCOPE, logRecords }] }] });
}

function bytesOf(type: protobuf.Type, message: object): Buffer {
  const bytes = type.encode(message).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function textAttribute(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

export function intAttribute(key: string, value: number): Attribute {
  return { key, value: { intValue: value } };
}

export function doubleAttribute(key: string, value: number): Attribute {
  return { key, value: { doubleValue: value } };
}

/** @param ms since 1970, with a fraction */
export function nanoseconds(ms: number): Nanoseconds {
  const whole = Math.floor(ms);
  const nanos = BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
  return { low: Number(BigInt.asIntN(32, nanos)), high: Number(BigInt.asIntN(32, nanos >> 32n)), unsigned: true };
}
