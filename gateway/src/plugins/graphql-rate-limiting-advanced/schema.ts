/**
 * graphql-rate-limiting-advanced: rejects GraphQL queries beyond a cost in windows of any length. Paid in Kong: types and defaults are
 * those of the JSON schema in Kong's public documentation, version 3.9; checks follow from its descriptions.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { windowChecks, windowFields } from '../../model/plugin-fields/limit-windows.ts';
import { redisTopology } from '../../model/plugin-fields/redis-topologies.ts';
import { boolean, number, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';
import { costDecoration } from './entities.ts';

const config = record({
  identifier: string({
    required: true, default: 'consumer', one_of: ['ip', 'credential', 'consumer'], description: 'What costs are counted by.',
  }),
  ...windowFields,
  strategy: string({
    required: true, default: 'cluster', one_of: ['cluster', 'redis'], description: 'Where counters are kept: in the database or in Redis.',
  }),
  dictionary_name: string({
    required: true, default: 'kong_rate_limiting_counters', description: 'Name of the store of counters on the node.',
  }),
  sync_rate: number({
    required: true, description: 'Seconds between two exchanges of counters; 0 to exchange them on each request, -1 never.',
  }),
  namespace: string({
    required: true, auto: true, description: 'Names the counters: plugins with one namespace share them. Generated when absent.',
  }),
  hide_client_headers: boolean({ default: false, description: 'Whether responses have no headers about the limits.' }),
  cost_strategy: string({
    default: 'default', one_of: ['default', 'node_quantifier'],
    description: 'How the cost of a query is computed: from its fields and their weights, or from the number of its nodes.',
  }),
  score_factor: number({ required: false, default: 1, gt: 0, description: 'Factor that costs are multiplied by.' }),
  max_cost: number({ required: false, default: 0, description: 'Largest cost of one query; 0 for no limit.' }),
  redis: redisTopology,
}, { required: true });

export const graphqlRateLimitingAdvanced = definePlugin({
  name: 'graphql-rate-limiting-advanced',
  priority: 902,
  fields: { protocols: protocolsHttp, config },
  entity_checks: windowChecks,
  entities: [costDecoration],
});
