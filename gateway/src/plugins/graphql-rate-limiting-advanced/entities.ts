/** What one field of a GraphQL schema costs. From Kong's public documentation of the plugin, and decK's of its custom entities. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, number, set, string } from '../../model/schema/field.ts';
import type { EntityOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const costDecoration = defineEntity({
  name: 'graphql_ratelimiting_advanced_cost_decoration',
  adminApiName: 'graphql-rate-limiting-advanced/costs',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    service: foreign('services', { on_delete: 'cascade', description: 'The GraphQL server.' }),
    type_path: string({ required: true, description: 'The field, with the type that has it: `Query.allPeople`.' }),
    add_arguments: set(string(), { required: true, default: [], description: 'Arguments of the field whose values are added.' }),
    add_constant: number({ required: true, default: 1, description: 'Number that is added.' }),
    mul_arguments: set(string(), { required: true, default: [], description: 'Arguments whose values the cost is multiplied by.' }),
    mul_constant: number({ required: true, default: 1, description: 'Number that the cost is multiplied by.' }),
  },
});

export type CostDecoration = EntityOf<typeof costDecoration>;
