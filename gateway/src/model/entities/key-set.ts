/** Key sets: groups of keys that plugins use together. */
import { defineEntity } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const keySet = defineEntity({
  name: 'key_sets',
  endpointKey: 'name',
  adminApiName: 'key-sets',
  fields: {
    id: typedefs.id,
    name: string({ required: false, unique: true, description: 'Names the set in URLs and declarative files.' }),
    tags: typedefs.tags,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
  },
});

export type KeySet = EntityOf<typeof keySet>;
export type KeySetRow = RowOf<typeof keySet>;
