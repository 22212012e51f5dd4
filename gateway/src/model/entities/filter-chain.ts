/** Filter chains: WebAssembly filters of a service or route. This gateway runs none, so their endpoints refuse every request. */
import { defineEntity } from '../schema/entity-schema.ts';
import { array, boolean, foreign, record, string } from '../schema/field.ts';
import type { JsonField } from '../schema/field.ts';
import * as typedefs from '../schema/typedefs.ts';

const config = {
  type: 'json',
  required: false,
  json_schema: {
    parent_subschema_key: 'name',
    namespace: 'proxy-wasm-filters',
    optional: true,
    default: { $schema: 'http://json-schema.org/draft-04/schema#', type: ['string', 'null'] },
  },
  description: 'Configuration of the filter.',
} as const satisfies JsonField;

const filter = record({
  name: string({ required: true, one_of: [], err: 'no such filter', description: 'Name of the filter.' }),
  enabled: boolean({ required: true, default: true, description: 'A disabled filter does not run.' }),
  config,
});

export const filterChain = defineEntity({
  name: 'filter_chains',
  endpointKey: 'name',
  adminApiName: 'filter-chains',
  uniqueTogether: [['route', 'service']],
  fields: {
    id: typedefs.id,
    name: { ...typedefs.utf8Name, description: 'Names the filter chain in URLs.' },
    enabled: boolean({ required: true, default: true, description: 'A disabled filter chain does not run.' }),
    route: foreign('routes', { default: null, unique: true, on_delete: 'cascade', description: 'Runs on requests of this route.' }),
    service: foreign('services', { default: null, unique: true, on_delete: 'cascade', description: 'Runs on requests of this service.' }),
    filters: array(filter, { required: true, len_min: 1, description: 'The filters, in the order in which they run.' }),
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    tags: typedefs.tags,
  },
  entity_checks: [
    { mutually_exclusive: ['service', 'route'] },
    { at_least_one_of: ['service', 'route'] },
    // Kong compiles the configurations here. No filter is known, so there is nothing to compile.
    { custom_entity_check: { field_sources: ['filters'], run_with_invalid_fields: true, fn: () => undefined } },
  ],
});
