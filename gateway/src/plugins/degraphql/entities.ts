/** Resources, and the queries that they stand for. From Kong's public documentation of the plugin, and decK's of its custom entities. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, set, string } from '../../model/schema/field.ts';
import type { EntityOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const degraphqlRoute = defineEntity({
  name: 'degraphql_routes',
  adminApiNestedName: 'degraphql/routes',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    service: foreign('services', { required: true, on_delete: 'cascade', description: 'The GraphQL server.' }),
    uri: string({ required: true, description: 'Path of the resource; `:name` stands for a segment that becomes a variable.' }),
    query: string({ required: true, description: 'The GraphQL query.' }),
    methods: set(typedefs.httpMethod, { required: true, default: ['GET'], description: 'Methods of the resource.' }),
  },
});

export type DegraphqlRoute = EntityOf<typeof degraphqlRoute>;
