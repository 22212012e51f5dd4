/** Which trace headers a plugin reads, removes and writes, by its configuration. */
import type { TraceFormat } from '../model/plugin-fields/propagation.ts';
import type { Exchange, UpstreamRequest } from '../plugin-kit/exchange.ts';
import { setLogField } from '../plugin-kit/log-fields.ts';
import { awsReader, awsWriter } from './formats/aws.ts';
import { b3Reader, b3SingleWriter, b3Writer } from './formats/b3.ts';
import { datadogReader, datadogWriter } from './formats/datadog.ts';
import { gcpReader, gcpWriter } from './formats/gcp.ts';
import { jaegerReader, jaegerWriter } from './formats/jaeger.ts';
import { otReader, otWriter } from './formats/ot.ts';
import { w3cReader, w3cWriter } from './formats/w3c.ts';
import type { CallerTrace, OutgoingTrace, TraceReader, TraceWriter } from './trace-context.ts';

/** B3's one reader reads both of its forms. */
type ReadFormat = Exclude<TraceFormat, 'b3-single'>;

export const READERS: Readonly<Record<ReadFormat, TraceReader>> = {
  b3: b3Reader, w3c: w3cReader, jaeger: jaegerReader, ot: otReader, datadog: datadogReader, aws: awsReader, gcp: gcpReader,
};

export const WRITERS: Readonly<Record<TraceFormat, TraceWriter>> = {
  'b3': b3Writer, 'b3-single': b3SingleWriter, 'w3c': w3cWriter, 'jaeger': jaegerWriter, 'ot': otWriter, 'datadog': datadogWriter,
  'aws': awsWriter, 'gcp': gcpWriter,
};

/** The order of reading when a plugin's configuration has none. */
const USUAL_ORDER: readonly ReadFormat[] = ['b3', 'w3c', 'jaeger', 'ot', 'datadog', 'aws', 'gcp'];

/** Fields of the plugins that trace. */
export interface PropagationConfig {
  readonly propagation: {
    readonly extract: readonly ReadFormat[] | null;
    readonly clear: readonly string[] | null;
    readonly inject: readonly ('preserve' | TraceFormat)[] | null;
    readonly default_format: TraceFormat;
  };
  /** Counts as long as `propagation` has none of its lists. */
  readonly header_type: 'preserve' | 'ignore' | TraceFormat | null;
  readonly default_header_type?: TraceFormat | null;
}

/** What was read, and in which format. */
export interface FoundTrace extends CallerTrace {
  readonly format: ReadFormat;
}

export interface Propagation {
  /** The caller's trace in the first format that the request has. */
  read(upstream: UpstreamRequest): FoundTrace | undefined;
  /**
   * Removes and writes headers. The log entry of the request shows the trace's id in each format that was written.
   * @param found what was read
   */
  write(exchange: Exchange, trace: OutgoingTrace, found: FoundTrace | undefined): void;
}

interface Rules {
  readonly extract: readonly ReadFormat[];
  readonly clear: readonly string[];
  readonly inject: readonly ('preserve' | TraceFormat)[];
  readonly defaultFormat: TraceFormat;
}

export function propagationOf(config: PropagationConfig): Propagation {
  const { extract, clear, inject, defaultFormat } = rulesOf(config);
  const readers = extract.map((format) => ({ format, reader: READERS[format] }));
  return {
    read: (upstream) => {
      for (const { format, reader } of readers) {
        const trace = reader.read(upstream);
        if (trace !== undefined) return { ...trace, format };
      }
      return undefined;
    },
    write: (exchange, trace, found) => {
      const { upstream } = exchange;
      for (const name of clear) upstream.removeHeader(name);
      const ids: Record<string, string> = {};
      for (const target of inject) {
        const writer = WRITERS[target === 'preserve' ? formatOf(found) ?? defaultFormat : target];
        const written = writer.write(trace);
        for (const [name, value] of written.headers) upstream.setHeader(name, value);
        ids[writer.logName] = written.traceId;
      }
      if (inject.length > 0) setLogField(exchange, 'trace_id', ids);
    },
  };
}

/** What came in one header of B3 goes out so. */
function formatOf(found: FoundTrace | undefined): TraceFormat | undefined {
  return found?.isSingleHeader === true ? 'b3-single' : found?.format;
}

function rulesOf({ propagation, header_type: type, default_header_type: oldDefault }: PropagationConfig): Rules {
  const { extract, clear, inject, default_format: defaultFormat } = propagation;
  if (extract !== null || clear !== null || inject !== null) {
    return { extract: extract ?? [], clear: clear ?? [], inject: inject ?? [], defaultFormat };
  }
  const rules = { clear: [], defaultFormat: oldDefault ?? defaultFormat };
  if (type === null) return { ...rules, extract: [], inject: [] };
  if (type === 'ignore') return { ...rules, extract: [], inject: [rules.defaultFormat] };
  return { ...rules, extract: USUAL_ORDER, inject: type === 'preserve' ? ['preserve'] : ['preserve', type] };
}
