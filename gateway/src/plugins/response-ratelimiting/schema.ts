/** response-ratelimiting: limits requests by what responses say that they consumed. */
import { definePlugin, servesFromDatabase } from '../../model/entities/plugin.ts';
import { limitFields, limitOrderViolation, PERIODS, withoutClusterPolicy } from '../../model/plugin-fields/limits.ts';
import { redis, redisShorthands, redisWhenChosen } from '../../model/plugin-fields/redis.ts';
import { boolean, map, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const LIMITS = record(limitFields, {
  required: true,
  entity_checks: [{ at_least_one_of: PERIODS }],
  check: (limits: EntityValue) => limitOrderViolation(limits, 'the'),
});

const config = record({
  header_name: string({ default: 'x-kong-limit', description: 'Header of responses that says what was consumed.' }),
  limit_by: string({
    default: 'consumer', one_of: ['consumer', 'credential', 'ip'], description: 'What consumption is counted by.',
  }),
  policy: string({
    default: 'local', one_of: ['local', 'cluster', 'redis'],
    description: 'Where counters are kept: on each node, in the database, or in Redis.',
  }),
  fault_tolerant: boolean({
    required: true, default: true, description: 'Whether requests pass when the database or Redis fails.',
  }),
  redis,
  block_on_first_violation: boolean({
    required: true, default: false,
    description: 'Whether one exceeded limit rejects requests even when others are not exceeded.',
  }),
  hide_client_headers: boolean({
    required: true, default: false, description: 'Whether responses have no headers about the limits.',
  }),
  limits: map(string(), LIMITS, {
    required: true, len_min: 1,
    description: 'Limits by the name that responses use.',
  }),
}, { required: true, shorthand_fields: redisShorthands('response-ratelimiting') });

export type ResponseRatelimitingConfig = RecordOf<typeof config.fields>;

export const responseRatelimiting = definePlugin({
  name: 'response-ratelimiting',
  priority: 900,
  fields: { protocols: protocolsHttp, config },
  entity_checks: redisWhenChosen,
  onNode: (node) => (servesFromDatabase(node) ? {} : { fields: { protocols: protocolsHttp, config: withoutClusterPolicy(config) } }),
});
