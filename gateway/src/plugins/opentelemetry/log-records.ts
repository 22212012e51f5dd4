/** What the node logged about a request, as records of OTLP. */
import type { LogLevel } from '../../base/log.ts';
import type { Exchange, LogLine } from '../../plugin-kit/exchange.ts';
import { nanoseconds, textAttribute } from './otlp-message.ts';
import type { OtlpLogRecord } from './otlp-message.ts';
import type { RequestTrace } from './request-spans.ts';

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber, and nginx' names for it. */
const SEVERITIES: Readonly<Record<LogLevel, readonly [number: number, text: string]>> = {
  emerg: [23, 'EMERG'], alert: [21, 'ALERT'], crit: [19, 'CRIT'], error: [17, 'ERR'], warn: [13, 'WARN'], notice: [11, 'NOTICE'],
  info: [9, 'INFO'], debug: [5, 'DEBUG'],
};

interface LogRecordOptions {
  readonly trace: RequestTrace;
  /** Whether traces are sent, too: then a record says whether its trace is. */
  readonly hasTraces: boolean;
}

export function logRecordsOf({ logLines = [], requestId }: Exchange, { trace, hasTraces }: LogRecordOptions): readonly OtlpLogRecord[] {
  return logLines.map((line) => recordOf(line, requestId, trace, hasTraces));
}

function recordOf({ time, level, message, fields }: LogLine, requestId: string, trace: RequestTrace, hasTraces: boolean): OtlpLogRecord {
  const [severityNumber, severityText] = SEVERITIES[level];
  return {
    timeUnixNano: nanoseconds(time),
    observedTimeUnixNano: nanoseconds(time),
    severityNumber,
    severityText,
    body: { stringValue: message },
    attributes: [
      textAttribute('request.id', requestId),
      // The id of the request is there already.
      ...Object.entries(fields).filter(([name, value]) => value !== undefined && name !== 'request')
        .map(([name, value]) => textAttribute(name, textOf(value))),
    ],
    ...hasTraces && { flags: trace.isSampled ? 1 : 0 },
    traceId: Buffer.from(trace.traceId, 'hex'),
    spanId: Buffer.from(trace.rootId, 'hex'),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
