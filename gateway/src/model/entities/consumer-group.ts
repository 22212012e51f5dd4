/** Groups of consumers: plugins can run for the members of one. */
import { defineEntity } from '../schema/entity-schema.ts';
import { foreign } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const consumerGroup = defineEntity({
  name: 'consumer_groups',
  endpointKey: 'name',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    name: { ...typedefs.utf8Name, required: true, description: 'Names the group in URLs and declarative files.' },
    tags: typedefs.tags,
  },
});

/** One consumer in one group. Endpoints of both write it; see control-plane/admin-api/entities/consumer-groups.ts. */
export const consumerGroupConsumer = defineEntity({
  name: 'consumer_group_consumers',
  hasAdminApi: false,
  uniqueTogether: [['consumer_group', 'consumer']],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer_group: foreign('consumer_groups', { required: true, on_delete: 'cascade', description: 'The group.' }),
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'A member of the group.' }),
  },
});

export type ConsumerGroup = EntityOf<typeof consumerGroup>;
export type ConsumerGroupRow = RowOf<typeof consumerGroup>;
export type ConsumerGroupConsumer = EntityOf<typeof consumerGroupConsumer>;
export type ConsumerGroupConsumerRow = RowOf<typeof consumerGroupConsumer>;
