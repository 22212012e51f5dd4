/** datadog: sends metrics of requests to a Datadog agent. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { oldQueueFields, queue } from '../../model/plugin-fields/queue.ts';
import { sampledTypesHaveRates } from '../../model/plugin-fields/sampled-metric.ts';
import { array, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsAll } from '../../model/schema/typedefs.ts';

const DEFAULT_METRICS = [
  { name: 'request_count', sample_rate: 1, stat_type: 'counter' },
  ...['latency', 'request_size', 'response_size', 'upstream_latency', 'kong_latency'].map((name) => ({ name, stat_type: 'timer' })),
].map((metric) => ({ ...metric, tags: ['app:kong'], consumer_identifier: 'custom_id' }));

const config = record({
  host: { ...host, default: 'localhost', referenceable: true, description: 'Host of the agent.' },
  port: { ...port, default: 8125, description: 'UDP port of the agent.' },
  prefix: string({ default: 'kong', description: 'Prefix of all metric names.' }),
  service_name_tag: string({ default: 'name', description: 'Tag that has the name of the service.' }),
  status_tag: string({ default: 'status', description: 'Tag that has the status of the response.' }),
  consumer_tag: string({ default: 'consumer', description: 'Tag that identifies the consumer.' }),
  ...oldQueueFields('datadog'),
  queue,
  metrics: array(record({
    name: string({
      required: true,
      one_of: ['kong_latency', 'latency', 'request_count', 'request_size', 'response_size', 'upstream_latency'],
      description: 'What is measured.',
    }),
    stat_type: string({
      required: true, one_of: ['counter', 'gauge', 'histogram', 'meter', 'set', 'timer', 'distribution'],
      description: 'Type of the metric at Datadog.',
    }),
    tags: array(string({ match: '^.*[^:]$' }), { description: 'Tags of the metric, as `name:value`.' }),
    sample_rate: number({ between: [0, 1], description: 'Share of requests that are counted.' }),
    consumer_identifier: string({
      one_of: ['consumer_id', 'custom_id', 'username'], description: 'What identifies the consumer in the tag.',
    }),
  }, { entity_checks: [sampledTypesHaveRates] }), {
    required: true,
    default: DEFAULT_METRICS,
    description: 'Metrics to send.',
  }),
}, { required: true });

export type DatadogConfig = RecordOf<typeof config.fields>;

export const datadog = definePlugin({
  name: 'datadog',
  priority: 10,
  fields: { protocols: protocolsAll, config },
});
