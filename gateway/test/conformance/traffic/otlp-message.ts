/** Reads the Protocol Buffers messages of OTLP exports as far as recordings have them: an absent field is absent in the result. */

type Kind =
  | 'text' | 'hex' | 'int' | 'uint' | 'double' | 'bool' | 'fixed64' | 'fixed32' | 'attributes' | 'value'
  | readonly [message: string];

/** Fields by number. */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, readonly [name: string, kind: Kind]>>>> = {
  TracesData: { 1: ['resource_spans', ['ResourceSpans']] },
  LogsData: { 1: ['resource_logs', ['ResourceLogs']] },
  ResourceSpans: { 1: ['resource', ['Resource']], 2: ['scope_spans', ['ScopeSpans']], 3: ['schema_url', 'text'] },
  ResourceLogs: { 1: ['resource', ['Resource']], 2: ['scope_logs', ['ScopeLogs']], 3: ['schema_url', 'text'] },
  Resource: { 1: ['attributes', 'attributes'], 2: ['dropped_attributes_count', 'uint'] },
  ScopeSpans: { 1: ['scope', ['Scope']], 2: ['spans', ['Span']], 3: ['schema_url', 'text'] },
  ScopeLogs: { 1: ['scope', ['Scope']], 2: ['log_records', ['LogRecord']], 3: ['schema_url', 'text'] },
  Scope: { 1: ['name', 'text'], 2: ['version', 'text'], 3: ['attributes', 'attributes'], 4: ['dropped_attributes_count', 'uint'] },
  Span: {
    1: ['trace_id', 'hex'], 2: ['span_id', 'hex'], 3: ['trace_state', 'text'], 4: ['parent_span_id', 'hex'], 5: ['name', 'text'],
    6: ['kind', 'int'], 7: ['start_time_unix_nano', 'fixed64'], 8: ['end_time_unix_nano', 'fixed64'], 9: ['attributes', 'attributes'],
    10: ['dropped_attributes_count', 'uint'], 11: ['events', ['Event']], 12: ['dropped_events_count', 'uint'], 13: ['links', ['Link']],
    14: ['dropped_links_count', 'uint'], 15: ['status', ['Status']], 16: ['flags', 'fixed32'],
  },
  Event: {
    1: ['time_unix_nano', 'fixed64'], 2: ['name', 'text'], 3: ['attributes', 'attributes'], 4: ['dropped_attributes_count', 'uint'],
  },
  Link: { 1: ['trace_id', 'hex'], 2: ['span_id', 'hex'], 3: ['trace_state', 'text'], 4: ['attributes', 'attributes'] },
  Status: { 2: ['message', 'text'], 3: ['code', 'int'] },
  LogRecord: {
    1: ['time_unix_nano', 'fixed64'], 2: ['severity_number', 'int'], 3: ['severity_text', 'text'], 5: ['body', 'value'],
    6: ['attributes', 'attributes'], 7: ['dropped_attributes_count', 'uint'], 8: ['flags', 'fixed32'], 9: ['trace_id', 'hex'],
    10: ['span_id', 'hex'], 11: ['observed_time_unix_nano', 'fixed64'],
  },
  KeyValue: { 1: ['key', 'text'], 2: ['value', 'value'] },
  Value: {
    1: ['string', 'text'], 2: ['bool', 'bool'], 3: ['int', 'int'], 4: ['double', 'double'], 5: ['array', ['ArrayValue']],
    7: ['bytes', 'hex'],
  },
  ArrayValue: { 1: ['values', 'value'] },
};

/** Fields that hold a list. */
const LISTS: ReadonlySet<string> = new Set([
  'resource_spans', 'resource_logs', 'scope_spans', 'scope_logs', 'spans', 'log_records', 'events', 'links', 'values',
]);

type Decoded = Record<string, unknown>;

/** @throws Error the bytes are no such message */
export function decodeExport(bytes: Buffer, isLogs: boolean): Decoded {
  return decode(bytes, isLogs ? 'LogsData' : 'TracesData');
}

function decode(bytes: Buffer, message: string): Decoded {
  const decoded: Decoded = {};
  for (const { number, wire, value } of fieldsOf(bytes)) {
    const [name, kind] = MESSAGES[message]![number] ?? [`field_${number}`, 'hex' as const];
    if (kind === 'attributes') {
      const { key, value: attribute } = decode(value as Buffer, 'KeyValue');
      const attributes = decoded[name] as Decoded | undefined ?? {};
      attributes[String(key)] = attribute;
      decoded[name] = attributes;
    } else if (LISTS.has(name)) decoded[name] = [...decoded[name] as unknown[] | undefined ?? [], shown(value, kind, wire)];
    else decoded[name] = shown(value, kind, wire);
  }
  return decoded;
}

function shown(value: Buffer | bigint, kind: Kind, wire: number): unknown {
  if (Array.isArray(kind)) return decode(value as Buffer, kind[0] as string);
  switch (kind) {
    case 'value': return decode(value as Buffer, 'Value');
    case 'text': return (value as Buffer).toString('utf8');
    case 'bool': return value !== 0n;
    case 'double': return (value as Buffer).readDoubleLE();
    case 'fixed64': return (value as Buffer).readBigUInt64LE().toString();
    case 'fixed32': return (value as Buffer).readUInt32LE();
    case 'int': return Number(BigInt.asIntN(64, value as bigint));
    case 'uint': return Number(value);
    default: return wire === 0 ? Number(value) : (value as Buffer).toString('hex');
  }
}

interface WireField {
  readonly number: number;
  readonly wire: number;
  readonly value: Buffer | bigint;
}

function* fieldsOf(bytes: Buffer): Generator<WireField> {
  let position = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position];
      if (byte === undefined) throw new Error('a number is cut off');
      position += 1;
      result += BigInt(byte % 0x80) * 2n ** shift;
      if (byte < 0x80) return result;
    }
  };
  const take = (length: number): Buffer => {
    if (position + length > bytes.length) throw new Error('a field is cut off');
    position += length;
    return bytes.subarray(position - length, position);
  };
  while (position < bytes.length) {
    const tag = Number(varint());
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield { number, wire, value: varint() };
    else if (wire === 1) yield { number, wire, value: take(8) };
    else if (wire === 2) yield { number, wire, value: take(Number(varint())) };
    else if (wire === 5) yield { number, wire, value: take(4) };
    else throw new Error(`wire type ${wire}`);
  }
}
