/** Consumers: the clients of APIs. Credentials and plugins refer to them. */
import { controlCharacterViolation } from '../formats/control-characters.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const consumer = defineEntity({
  name: 'consumers',
  endpointKey: 'username',
  lookupField: 'custom_id',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    username: string({ unique: true, check: controlCharacterViolation, description: 'Names the consumer in URLs and declarative files.' }),
    custom_id: string({ unique: true, check: controlCharacterViolation, description: 'Id of the consumer in another system.' }),
    tags: typedefs.tags,
  },
  entity_checks: [{ at_least_one_of: ['custom_id', 'username'] }],
});

export type Consumer = EntityOf<typeof consumer>;
export type ConsumerRow = RowOf<typeof consumer>;
