/** statsd: sends metrics of requests to a StatsD server. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { oldQueueFields, queue } from '../../model/plugin-fields/queue.ts';
import { sampledTypesHaveRates } from '../../model/plugin-fields/sampled-metric.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsAll } from '../../model/schema/typedefs.ts';

const METRICS = [
  'kong_latency', 'latency', 'request_count', 'request_per_user', 'request_size', 'response_size', 'status_count', 'status_count_per_user',
  'unique_users', 'upstream_latency', 'status_count_per_workspace', 'status_count_per_user_per_route', 'shdict_usage',
] as const;

const CONSUMER_IDENTIFIERS = ['consumer_id', 'custom_id', 'username'] as const;
const SERVICE_IDENTIFIERS = ['service_id', 'service_name', 'service_host', 'service_name_or_host'] as const;
const WORKSPACE_IDENTIFIERS = ['workspace_id', 'workspace_name'] as const;

const counter = (name: typeof METRICS[number]) => ({ name, sample_rate: 1, stat_type: 'counter' });
const timer = (name: typeof METRICS[number]) => ({ name, stat_type: 'timer' });

const DEFAULT_METRICS = [
  counter('request_count'), timer('latency'), counter('request_size'), counter('status_count'), counter('response_size'),
  { name: 'unique_users', stat_type: 'set' }, counter('request_per_user'), timer('upstream_latency'), timer('kong_latency'),
  counter('status_count_per_user'), counter('status_count_per_workspace'), counter('status_count_per_user_per_route'),
  { name: 'shdict_usage', sample_rate: 1, stat_type: 'gauge' },
];

const config = record({
  host: { ...host, default: 'localhost', description: 'Host of the server.' },
  port: { ...port, default: 8125, description: 'Port of the server.' },
  prefix: string({ default: 'kong', description: 'Prefix of all metric names.' }),
  metrics: array(record({
    name: string({
      required: true,
      one_of: METRICS,
      description: 'What is measured.',
    }),
    stat_type: string({
      required: true, one_of: ['counter', 'gauge', 'histogram', 'meter', 'set', 'timer'],
      description: 'Type of the metric at StatsD.',
    }),
    sample_rate: number({ gt: 0, description: 'Share of requests that are counted.' }),
    consumer_identifier: string({
      one_of: CONSUMER_IDENTIFIERS,
      description: 'What identifies the consumer. Default: `consumer_identifier_default`.',
    }),
    service_identifier: string({
      one_of: SERVICE_IDENTIFIERS,
      description: 'What identifies the service. Default: `service_identifier_default`.',
    }),
    workspace_identifier: string({
      one_of: WORKSPACE_IDENTIFIERS,
      description: 'What identifies the workspace. Default: `workspace_identifier_default`.',
    }),
  }, { entity_checks: [sampledTypesHaveRates] }), {
    default: DEFAULT_METRICS,
    description: 'Metrics to send.',
  }),
  allow_status_codes: array(string({ match: '^[0-9]+-[0-9]+$' }), {
    description: 'Ranges of statuses to count, as `200-299`. Default: all.',
  }),
  udp_packet_size: number({
    default: 0, between: [0, 65507],
    description: 'Bytes of metrics to send in one packet; 0 to send each metric on its own.',
  }),
  use_tcp: boolean({ default: false, description: 'Whether to send with TCP instead of UDP.' }),
  hostname_in_prefix: boolean({ default: false, description: "Whether the prefix contains the node's host name." }),
  consumer_identifier_default: string({
    required: true, default: 'custom_id', one_of: CONSUMER_IDENTIFIERS,
    description: 'What identifies the consumer where a metric does not say.',
  }),
  service_identifier_default: string({
    required: true, default: 'service_name_or_host',
    one_of: SERVICE_IDENTIFIERS,
    description: 'What identifies the service where a metric does not say.',
  }),
  workspace_identifier_default: string({
    required: true, default: 'workspace_id', one_of: WORKSPACE_IDENTIFIERS,
    description: 'What identifies the workspace where a metric does not say.',
  }),
  ...oldQueueFields('statsd'),
  tag_style: string({
    required: false, one_of: ['dogstatsd', 'influxdb', 'librato', 'signalfx'],
    description: 'Dialect in which metrics have tags. Default: no tags.',
  }),
  queue,
}, { required: true });

export type StatsdConfig = RecordOf<typeof config.fields>;

export const statsd = definePlugin({
  name: 'statsd',
  priority: 11,
  fields: { protocols: protocolsAll, config },
});
