/**
 * graphql-proxy-cache-advanced: answers GraphQL queries from a cache. Paid in Kong: types and defaults are those of the JSON schema in
 * Kong's public documentation, version 3.9.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { redisTopology } from '../../model/plugin-fields/redis-topologies.ts';
import { array, boolean, integer, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  strategy: string({ required: true, default: 'memory', one_of: ['memory', 'redis'], description: 'Where responses are kept.' }),
  cache_ttl: integer({ default: 300, gt: 0, description: 'Seconds for which an answer is given from the cache.' }),
  memory: record({
    dictionary_name: string({ required: true, default: 'kong_db_cache', description: 'Name of the store on the node.' }),
  }, { required: true, description: 'The cache in memory.' }),
  redis: redisTopology,
  bypass_on_err: boolean({ default: false, description: 'Whether requests are proxied when the cache fails; otherwise they fail.' }),
  vary_headers: array(string(), { description: 'Headers that distinguish responses, too. Default: none.' }),
}, { required: true });

export const graphqlProxyCacheAdvanced = definePlugin({
  name: 'graphql-proxy-cache-advanced',
  priority: 99,
  fields: { protocols: protocolsHttp, config },
});
