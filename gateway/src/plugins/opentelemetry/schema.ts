/** opentelemetry: sends traces and logs to a collector of OpenTelemetry. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { deprecated } from '../../model/plugin-fields/deprecation.ts';
import { propagation } from '../../model/plugin-fields/propagation.ts';
import { queueWith } from '../../model/plugin-fields/queue.ts';
import { integer, map, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, protocolsHttp, timeoutOrZero, url } from '../../model/schema/typedefs.ts';

const config = record({
  traces_endpoint: { ...url, referenceable: true, description: 'URL that traces are sent to.' },
  logs_endpoint: { ...url, referenceable: true, description: 'URL that logs are sent to.' },
  headers: map(headerName, string({ referenceable: true }), { description: 'Headers of the requests to the collector.' }),
  resource_attributes: map(string({ required: true }), string({ required: true }), {
    description: 'Attributes that describe this gateway in traces and logs.',
  }),
  queue: queueWith({ max_batch_size: 200 }),
  batch_span_count: integer({
    deprecation: deprecated('opentelemetry', 'batch_span_count', { name: 'queue.max_batch_size', oldDefault: 200 }),
    description: 'Old name of `queue.max_batch_size`.',
  }),
  batch_flush_delay: integer({
    deprecation: deprecated('opentelemetry', 'batch_flush_delay', { name: 'queue.max_coalescing_delay', oldDefault: 3 }),
    description: 'Old name of `queue.max_coalescing_delay`.',
  }),
  connect_timeout: {
    ...timeoutOrZero, default: 1000, description: 'Milliseconds to wait for a connection to the collector.',
  },
  send_timeout: {
    ...timeoutOrZero, default: 5000, description: 'Milliseconds to wait when sending to the collector.',
  },
  read_timeout: {
    ...timeoutOrZero, default: 5000, description: 'Milliseconds to wait for the answer of the collector.',
  },
  http_response_header_for_traceid: string({ description: 'Header of responses that carries the id of the trace.' }),
  header_type: string({
    required: false, default: 'preserve',
    one_of: ['preserve', 'ignore', 'b3', 'b3-single', 'w3c', 'jaeger', 'ot', 'aws', 'gcp', 'datadog'],
    deprecation: deprecated('opentelemetry', 'header_type', { name: 'propagation options', oldDefault: 'preserve' }),
    description: 'Old way to choose the format of trace headers.',
  }),
  sampling_rate: number({
    required: false, between: [0, 1],
    description: 'Share of traces that are sent. Default: `tracing_sampling_rate` of the node.',
  }),
  propagation: propagation('w3c'),
}, {
  required: true,
  entity_checks: [
    { at_least_one_of: ['traces_endpoint', 'logs_endpoint'] },
  ],
  shorthand_fields: {
    endpoint: {
      field: {
        ...url, referenceable: true,
        deprecation: {
          message: 'OpenTelemetry: config.endpoint is deprecated, please use config.traces_endpoint instead', removal_in_version: '4.0',
        },
        description: 'Old name of `traces_endpoint`.',
      }, expand: (value: string | null) => ({ traces_endpoint: value }),
    },
  },
});

export type OpentelemetryConfig = RecordOf<typeof config.fields>;

export const opentelemetry = definePlugin({
  name: 'opentelemetry',
  priority: 14,
  fields: { protocols: protocolsHttp, config },
});
