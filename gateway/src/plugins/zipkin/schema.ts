/** zipkin: sends traces to a Zipkin server. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { deprecated } from '../../model/plugin-fields/deprecation.ts';
import { propagation } from '../../model/plugin-fields/propagation.ts';
import { queue } from '../../model/plugin-fields/queue.ts';
import { array, boolean, integer, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll, timeoutOrZero, url } from '../../model/schema/typedefs.ts';

/** Tags that the plugin sets itself. */
const OWN_TAGS = [
  'error', 'http.method', 'http.path', 'http.status_code', 'kong.balancer.state', 'kong.balancer.try', 'kong.consumer', 'kong.credential',
  'kong.node.id', 'kong.route', 'kong.service', 'lc', 'peer.hostname',
];

function repeatedTagViolation(tags: readonly { readonly name: string }[]): string | undefined {
  const names = tags.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  return repeated && `repeated tags are not allowed: ${repeated}`;
}

const config = record({
  local_service_name: string({ required: true, default: 'kong', description: 'Name of this gateway in traces.' }),
  http_endpoint: {
    ...url, description: 'URL that traces are sent to. Default: traces are passed on but not sent.',
  },
  sample_ratio: number({
    default: 0.001, between: [0, 1], description: 'Share of requests that are traced when the client does not decide.',
  }),
  default_service_name: string({ description: 'Name in traces of services that have no name.' }),
  include_credential: boolean({
    required: true, default: true, description: 'Whether traces contain the id of the credential.',
  }),
  traceid_byte_count: integer({
    required: true, default: 16, one_of: [8, 16], description: 'Length of the ids of traces, in bytes.',
  }),
  header_type: string({
    required: true, default: 'preserve',
    one_of: ['preserve', 'ignore', 'b3', 'b3-single', 'w3c', 'jaeger', 'ot', 'aws', 'datadog', 'gcp'],
    deprecation: deprecated('zipkin', 'header_type', { name: 'propagation options', oldDefault: 'preserve' }),
    description: 'Old way to choose the format of trace headers.',
  }),
  default_header_type: string({
    required: true, default: 'b3', one_of: ['b3', 'b3-single', 'w3c', 'jaeger', 'ot', 'aws', 'datadog', 'gcp'],
    deprecation: deprecated('zipkin', 'default_header_type', { name: 'propagation.default_format', oldDefault: 'b3' }),
    description: 'Old name of `propagation.default_format`.',
  }),
  tags_header: string({
    required: true, default: 'Zipkin-Tags', description: 'Header of requests that has tags for the trace.',
  }),
  static_tags: array(record({
    name: string({
      required: true,
      not_one_of: OWN_TAGS,
      description: 'Name of the tag.',
    }),
    value: string({ required: true, description: 'Value of the tag.' }),
  }), { check: repeatedTagViolation, description: 'Tags of every trace.' }),
  http_span_name: string({
    required: true, default: 'method', one_of: ['method', 'method_path'],
    description: 'What the name of a span contains.',
  }),
  connect_timeout: {
    ...timeoutOrZero, default: 2000, description: 'Milliseconds to wait for a connection to the server.',
  },
  send_timeout: {
    ...timeoutOrZero, default: 5000, description: 'Milliseconds to wait when sending to the server.',
  },
  read_timeout: {
    ...timeoutOrZero, default: 5000, description: 'Milliseconds to wait for the answer of the server.',
  },
  http_response_header_for_traceid: string({ description: 'Header of responses that carries the id of the trace.' }),
  phase_duration_flavor: string({
    required: true, default: 'annotations', one_of: ['annotations', 'tags'],
    description: 'Whether durations of phases are annotations or tags.',
  }),
  queue,
  propagation: propagation('b3'),
}, { required: true });

interface StaticTag {
  readonly name: string;
  readonly value: string;
}

/** The type that follows from the rule of `static_tags` is too deep for the compiler. */
export type ZipkinConfig = RecordOf<Omit<typeof config.fields, 'static_tags'>> & {
  readonly static_tags: readonly StaticTag[] | null;
};

export const zipkin = definePlugin({
  name: 'zipkin',
  priority: 100000,
  fields: { protocols: protocolsAll, config },
});
