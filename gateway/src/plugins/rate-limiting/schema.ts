/** rate-limiting: rejects requests beyond a number in a period. */
import { definePlugin, servesFromDatabase } from '../../model/entities/plugin.ts';
import { limitFields, limitOrderViolation, PERIODS, withoutClusterPolicy } from '../../model/plugin-fields/limits.ts';
import { redis, redisShorthands, redisWhenChosen } from '../../model/plugin-fields/redis.ts';
import { boolean, number, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, path, protocolsHttp } from '../../model/schema/typedefs.ts';
import { rateLimitingMetric } from './entities.ts';

/** `sync_rate` that asks Redis for each request. */
const NO_SYNC = -1;

const SHORTEST_SYNC = 0.02;

function limitsViolation(config: EntityValue): string | undefined {
  const { policy, sync_rate: rate } = config;
  if (policy !== 'redis') {
    return limitOrderViolation(config, 'The') ?? (rate === NO_SYNC ? undefined : 'sync_rate can only be used with the redis policy');
  }
  const isTooOften = rate !== NO_SYNC && (rate as number) < SHORTEST_SYNC;
  return limitOrderViolation(config, 'The') ?? (isTooOften ? 'sync_rate must be greater than 0.02, or -1 to disable' : undefined);
}

const config = record({
  ...limitFields,
  limit_by: string({
    default: 'consumer', one_of: ['consumer', 'credential', 'ip', 'service', 'header', 'path'],
    description: 'What requests are counted by.',
  }),
  header_name: { ...headerName, description: 'Header to count by.' },
  path: { ...path, description: 'Path of requests that are counted.' },
  policy: string({
    default: 'local', one_of: ['local', 'cluster', 'redis'], len_min: 0,
    description: 'Where counters are kept: on each node, in the database, or in Redis.',
  }),
  fault_tolerant: boolean({
    required: true, default: true, description: 'Whether requests pass when the database or Redis fails.',
  }),
  redis,
  hide_client_headers: boolean({
    required: true, default: false, description: 'Whether responses have no headers about the limits.',
  }),
  error_code: number({ default: 429, gt: 0, description: 'Status of the response to rejected requests.' }),
  error_message: string({
    default: 'API rate limit exceeded', description: 'Message of the response to rejected requests.',
  }),
  sync_rate: number({
    required: true, default: -1,
    description: 'Seconds between two exchanges of counters with Redis; -1 to ask Redis for each request.',
  }),
}, { required: true, shorthand_fields: redisShorthands('rate-limiting'), check: limitsViolation });

export type RateLimitingConfig = RecordOf<typeof config.fields>;

export const rateLimiting = definePlugin({
  name: 'rate-limiting',
  priority: 910,
  takesConsumerGroups: true,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    { at_least_one_of: PERIODS.map((period) => `config.${period}`) },
    ...redisWhenChosen,
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'header' },
        then_field: 'config.header_name',
        then_match: { required: true },
      },
    },
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'path' },
        then_field: 'config.path',
        then_match: { required: true },
      },
    },
  ],
  entities: [rateLimitingMetric],
  onNode: (node) => (servesFromDatabase(node) ? {} : { fields: { protocols: protocolsHttp, config: withoutClusterPolicy(config) } }),
});
