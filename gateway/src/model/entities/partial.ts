/** Parts of plugins' configurations that several plugins share: a connection to Redis. Public documentation of Kong Gateway 3.10. */
import { redisTopology } from '../plugin-fields/redis-topologies.ts';
import { redisFields } from '../plugin-fields/redis.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { Subschema } from '../schema/entity-schema.ts';
import { record, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

/** Kinds of partials by name. The record that a kind describes is the one in the configuration of plugins. */
const KINDS: ReadonlyMap<string, Subschema> = new Map([
  ['redis-ce', { fields: { config: record(redisFields, { required: true, description: 'Connection to a Redis server.' }) } }],
  ['redis-ee', { fields: { config: { ...redisTopology, description: 'Connection to Redis: a server, a cluster, or sentinels.' } } }],
]);

const fields = {
  id: typedefs.id,
  name: { ...typedefs.utf8Name, description: 'Names the partial in URLs and files.' },
  type: string({ required: true, one_of: [...KINDS.keys()], description: 'Kind of the partial.' }),
  config: { type: 'record', abstract: true } as const,
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  tags: typedefs.tags,
};

export const partial = defineEntity<typeof fields>({
  name: 'partials',
  endpointKey: 'name',
  // What plugins get of it is in their own rows.
  isExported: false,
  fields,
  subschema: {
    key: 'type',
    choose: (type) => KINDS.get(type),
    unknown: () => `expected one of: ${[...KINDS.keys()].join(', ')}`,
  },
});

export type Partial = EntityOf<typeof partial>;
