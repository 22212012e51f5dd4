/** What is remembered of the provider's answers. */
import { redisTopology } from '../../model/plugin-fields/redis-topologies.ts';
import { number, string } from '../../model/schema/field.ts';
import { flag } from './field-kinds.ts';

export const cacheFields = {
  cache_ttl: number({
    required: false, default: 3600, description: 'Seconds for which an answer is remembered that does not say it itself.',
  }),
  cache_ttl_max: number({ required: false, description: 'Largest number of seconds for which an answer is remembered.' }),
  cache_ttl_min: number({ required: false, description: 'Smallest number of seconds for which an answer is remembered.' }),
  cache_ttl_neg: number({ required: false, description: 'Seconds for which it is remembered that there is no answer.' }),
  cache_ttl_resurrect: number({ required: false, description: 'Seconds for which an old answer serves while the provider fails.' }),
  cache_tokens: flag(true, 'Whether tokens are remembered.'),
  cache_tokens_salt: string({
    required: false, auto: true, description: 'Distinguishes the tokens of this plugin. Generated when absent.',
  }),
  cache_introspection: flag(true, 'Whether answers about tokens are remembered.'),
  cache_token_exchange: flag(true, 'Whether exchanged tokens are remembered.'),
  cache_user_info: flag(true, 'Whether data about users are remembered.'),
  token_cache_key_include_scope: flag(false, 'Whether tokens of other scopes are remembered apart.'),
  cluster_cache_strategy: string({
    required: false, default: 'off', one_of: ['off', 'redis'], description: 'Whether nodes share what they remember through Redis.',
  }),
  cluster_cache_redis: { ...redisTopology, description: 'The Redis that nodes share it through.' },
} as const;
