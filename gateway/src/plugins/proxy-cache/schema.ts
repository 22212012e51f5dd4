/** proxy-cache: answers requests from a cache of earlier responses. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { isMemoryZone } from '../../model/plugin-fields/memory-zones.ts';
import { array, boolean, integer, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

function memoryViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const { strategy, memory: { dictionary_name: name } } = entity.config as RecordOf<typeof config.fields>;
  return strategy !== 'memory' || isMemoryZone(name) ? undefined : { '@entity': `missing shared dict '${name}'` };
}

const config = record({
  response_code: array(integer({ between: [100, 900] }), {
    required: true, default: [200, 301, 404], len_min: 1, description: 'Statuses of responses that are cached.',
  }),
  request_method: array(string({ one_of: ['HEAD', 'GET', 'POST', 'PATCH', 'PUT'] }), {
    required: true, default: ['GET', 'HEAD'], description: 'Methods of requests that are answered from the cache.',
  }),
  content_type: array(string(), {
    required: true, default: ['text/plain', 'application/json'],
    description: 'Content types of responses that are cached.',
  }),
  cache_ttl: integer({ default: 300, gt: 0, description: 'Seconds for which a response is used.' }),
  strategy: string({ required: true, one_of: ['memory'], description: 'Where responses are cached.' }),
  cache_control: boolean({
    required: true, default: false,
    description: 'Whether the Cache-Control headers of requests and responses are obeyed.',
  }),
  ignore_uri_case: boolean({
    required: false, default: false,
    description: 'Whether paths that differ only in upper and lower case share an entry.',
  }),
  storage_ttl: integer({
    description: 'Seconds for which a response is kept when `cache_control` decides about its use. Default: by the response.',
  }),
  memory: record({
    dictionary_name: string({ required: true, default: 'kong_db_cache', description: 'Name of the memory zone.' }),
  }, { required: true, description: 'Settings of the cache in memory.' }),
  vary_query_params: array(string(), { description: 'Query arguments that distinguish entries. Default: all.' }),
  vary_headers: array(string(), { description: 'Request headers that distinguish entries. Default: none.' }),
  response_headers: record({
    'age': boolean({ default: true, description: 'Whether responses have the header Age.' }),
    'X-Cache-Status': boolean({ default: true, description: 'Whether responses have the header X-Cache-Status.' }),
    'X-Cache-Key': boolean({ default: true, description: 'Whether responses have the header X-Cache-Key.' }),
  }, { required: true, description: 'Headers about the cache in responses.' }),
}, { required: true });

export type ProxyCacheConfig = RecordOf<typeof config.fields>;

export const proxyCache = definePlugin({
  name: 'proxy-cache',
  priority: 100,
  fields: { protocols: protocolsAll, config },
  entity_checks: [
    { custom_entity_check: { field_sources: ['config'], fn: memoryViolation } },
  ],
});
