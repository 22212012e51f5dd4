/** What a trace's headers say, whatever their format. Ids are lower-case hexadecimal: 32 characters of a trace, 16 of a span. */

/** What the caller's headers say about its trace. */
export interface CallerTrace {
  readonly traceId?: string | undefined;
  /** Bytes of the id as it came. Formats that know two lengths keep it. */
  readonly traceIdBytes?: number | undefined;
  /** The caller's span. */
  readonly spanId?: string | undefined;
  /** Parent of that span, in formats that name it. */
  readonly parentId?: string | undefined;
  /** Whether both ends of a request may report the same span in this format. */
  readonly sharesSpan?: boolean;
  /** @default - the caller has not decided */
  readonly sampled?: boolean | undefined;
  /** Values by name, decoded. */
  readonly baggage?: ReadonlyMap<string, string> | undefined;
  /** B3's debug flag, as it came. */
  readonly flags?: string | undefined;
  /** Whether B3's single header named the trace. */
  readonly isSingleHeader?: boolean;
}

/** What the upstream's headers are to say. */
export interface OutgoingTrace {
  readonly traceId: string;
  /** @default - a new id, which each format writes in its usual length */
  readonly traceIdBytes?: number | undefined;
  readonly spanId: string;
  readonly parentId?: string | undefined;
  /** @default - not told in formats that can leave it open */
  readonly sampled?: boolean | undefined;
  readonly baggage?: ReadonlyMap<string, string> | undefined;
  readonly flags?: string | undefined;
}

/** Headers of a request as the formats read them. */
export interface TraceHeaders {
  headerValues(name: string): readonly string[];
  headerLines(): readonly (readonly [name: string, value: string])[];
}

/** Headers that a format writes, and the trace's id in its notation. */
export interface WrittenTrace {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly traceId: string;
}

/** One way to carry a trace from one server to the next. */
export interface TraceReader {
  /** @returns undefined when the request has no header of this format, or one that means nothing */
  read(headers: TraceHeaders): CallerTrace | undefined;
}

export interface TraceWriter {
  /** Key of the trace's id in log entries. */
  readonly logName: string;
  write(trace: OutgoingTrace): WrittenTrace;
}

/** The value of a header that a request has once. Several lines are no value that any format allows: they count as an empty one. */
export function onlyValue(headers: TraceHeaders, name: string): string | undefined {
  const values = headers.headerValues(name);
  return values.length <= 1 ? values[0] : '';
}
