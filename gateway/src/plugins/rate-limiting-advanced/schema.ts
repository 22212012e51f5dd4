/**
 * rate-limiting-advanced: rejects requests beyond numbers in windows of any length. Paid in Kong: types and defaults are those of the
 * JSON schema in Kong's public documentation, version 3.9; checks follow from its descriptions.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { windowChecks, windowFields } from '../../model/plugin-fields/limit-windows.ts';
import { redisTopologyWith } from '../../model/plugin-fields/redis-topologies.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, path, protocolsHttp } from '../../model/schema/typedefs.ts';

const IDENTIFIERS = ['ip', 'credential', 'consumer', 'service', 'header', 'path', 'consumer-group'] as const;

const config = record({
  identifier: string({ required: true, default: 'consumer', one_of: IDENTIFIERS, description: 'What requests are counted by.' }),
  compound_identifier: array(string({ one_of: IDENTIFIERS }), {
    description: 'Several things that requests are counted by together; counts instead of `identifier`.',
  }),
  ...windowFields,
  strategy: string({
    required: true, default: 'local', one_of: ['cluster', 'redis', 'local'],
    description: 'Where counters are kept: in the database, in Redis, or on each node.',
  }),
  dictionary_name: string({
    required: true, default: 'kong_rate_limiting_counters', description: 'Name of the store of counters on the node.',
  }),
  lock_dictionary_name: string({ required: true, default: 'kong_locks', description: 'Name of the store of locks on the node.' }),
  sync_rate: number({
    description: 'Seconds between two exchanges of counters; 0 to exchange them on each request, -1 never.',
  }),
  namespace: string({
    required: true, auto: true, description: 'Names the counters: plugins with one namespace share them. Generated when absent.',
  }),
  hide_client_headers: boolean({ default: false, description: 'Whether responses have no headers about the limits.' }),
  retry_after_jitter_max: number({
    default: 0, description: 'Largest number of seconds that are added to Retry-After at random.',
  }),
  header_name: { ...headerName, description: 'Header to count by.' },
  path: { ...path, description: 'Path of requests that are counted.' },
  redis: redisTopologyWith({
    redis_proxy_type: string({ one_of: ['envoy_v1.31'], description: 'Kind of the proxy in front of Redis.' }),
  }),
  enforce_consumer_groups: boolean({
    default: false, description: 'Whether the limits of groups of consumers replace these limits.',
  }),
  consumer_groups: array(string(), { description: 'Names of the groups whose limits may replace these limits.' }),
  disable_penalty: boolean({ default: false, description: 'Whether rejected requests are not counted, with sliding windows.' }),
  error_code: number({ default: 429, gt: 0, description: 'Status of the response to rejected requests.' }),
  error_message: string({ default: 'API rate limit exceeded', description: 'Message of the response to rejected requests.' }),
}, { required: true });

export type RateLimitingAdvancedConfig = RecordOf<typeof config.fields>;

export const rateLimitingAdvanced = definePlugin({
  name: 'rate-limiting-advanced',
  priority: 910,
  takesConsumerGroups: true,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    ...windowChecks,
    {
      conditional: {
        if_field: 'config.identifier', if_match: { eq: 'header' }, then_field: 'config.header_name', then_match: { required: true },
      },
    },
    {
      conditional: { if_field: 'config.identifier', if_match: { eq: 'path' }, then_field: 'config.path', then_match: { required: true } },
    },
    {
      conditional: {
        if_field: 'config.strategy', if_match: { one_of: ['cluster', 'redis'] }, then_field: 'config.sync_rate',
        then_match: { required: true },
      },
    },
    {
      conditional: {
        if_field: 'config.enforce_consumer_groups', if_match: { eq: true }, then_field: 'config.consumer_groups',
        then_match: { required: true },
      },
    },
  ],
});
