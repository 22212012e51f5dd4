/** Parameters: values that all nodes of a deployment share. There is one, `cluster_id`. */
import { defineEntity } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const parameter = defineEntity({
  name: 'parameters',
  isKeptByNodes: true,
  primaryKey: 'key',
  hasAdminApi: false,
  fields: {
    created_at: typedefs.createdAt,
    key: string({ required: true, unique: true, description: 'Names the value.' }),
    value: string({ required: true, description: 'The value.' }),
  },
});

export type Parameter = EntityOf<typeof parameter>;
