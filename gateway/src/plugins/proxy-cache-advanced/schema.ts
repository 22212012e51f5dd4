/**
 * proxy-cache-advanced: answers from a cache in memory or in Redis. Paid in Kong: types and defaults are those of the JSON schema in
 * Kong's public documentation, version 3.9; checks are those of proxy-cache.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { redisTopology } from '../../model/plugin-fields/redis-topologies.ts';
import { array, boolean, integer, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  response_code: array(integer({ between: [100, 900] }), {
    required: true, default: [200, 301, 404], len_min: 1, description: 'Statuses of responses that are kept.',
  }),
  request_method: array(string({ one_of: ['HEAD', 'GET', 'POST', 'PATCH', 'PUT'] }), {
    required: true, default: ['GET', 'HEAD'], description: 'Methods of requests that are answered from the cache.',
  }),
  content_type: array(string(), {
    required: true, default: ['text/plain', 'application/json'], description: 'Content types of responses that are kept.',
  }),
  cache_ttl: integer({ default: 300, gt: 0, description: 'Seconds for which an answer is given from the cache.' }),
  strategy: string({ required: true, one_of: ['memory', 'redis'], description: 'Where responses are kept.' }),
  cache_control: boolean({ required: true, default: false, description: 'Whether Cache-Control of requests and responses counts.' }),
  ignore_uri_case: boolean({ default: false, description: 'Whether paths that differ in case only have one response.' }),
  storage_ttl: integer({
    description: 'Seconds for which a response is kept, even when its `cache_ttl` is over. Default: as long as it is given.',
  }),
  memory: record({
    dictionary_name: string({ required: true, default: 'kong_db_cache', description: 'Name of the store on the node.' }),
  }, { required: true, description: 'The cache in memory.' }),
  vary_query_params: array(string(), { description: 'Query arguments that distinguish responses. Default: all.' }),
  vary_headers: array(string(), { description: 'Headers that distinguish responses, too. Default: none.' }),
  response_headers: record({
    'age': boolean({ default: true, description: 'Whether responses have the header age.' }),
    'X-Cache-Status': boolean({ default: true, description: 'Whether responses say if they come from the cache.' }),
    'X-Cache-Key': boolean({ default: true, description: 'Whether responses say their key in the cache.' }),
  }, { description: 'Headers that are added to responses.' }),
  redis: redisTopology,
  bypass_on_err: boolean({ default: false, description: 'Whether requests are proxied when the cache fails; otherwise they fail.' }),
}, { required: true });

export type ProxyCacheAdvancedConfig = RecordOf<typeof config.fields>;

export const proxyCacheAdvanced = definePlugin({
  name: 'proxy-cache-advanced',
  priority: 100,
  takesConsumerGroups: true,
  fields: { protocols: protocolsHttp, config },
});
