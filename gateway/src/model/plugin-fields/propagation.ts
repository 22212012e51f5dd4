/** How tracing plugins read and write the headers that carry a trace from one server to the next. */
import { array, record, string } from '../schema/field.ts';
import { headerName } from '../schema/typedefs.ts';

const EXTRACTED = ['ot', 'w3c', 'datadog', 'b3', 'gcp', 'jaeger', 'aws'] as const;
const INJECTED = ['ot', 'w3c', 'datadog', 'b3', 'gcp', 'b3-single', 'jaeger', 'aws'] as const;

export type TraceFormat = typeof INJECTED[number];

export function propagation<const F extends TraceFormat>(defaultFormat: F) {
  return record({
    extract: array(string({ one_of: EXTRACTED }), {
      description: 'Header formats to read the trace from; the first that the request has is used.',
    }),
    clear: array(headerName, { description: 'Headers to remove after the trace was read and before it is written.' }),
    inject: array(string({ one_of: ['preserve', ...INJECTED] }), {
      description: 'Header formats to write the trace in; `preserve` is the format that was read.',
    }),
    default_format: string({
      required: true, one_of: INJECTED, description: 'Header format to write when no format was read and `inject` is `preserve`.',
    }),
  }, { required: true, default: { default_format: defaultFormat }, description: 'Headers that carry the trace.' });
}
