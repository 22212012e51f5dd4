/** Endpoints that print the schemas of entities and plugins, and validate entities without storing them. */
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import { printSchema } from '../../model/schema/print.ts';
import { typedForm } from '../../model/schema/typed-form.ts';
import { validateGiven } from '../entity-operations.ts';
import type { OperationContext } from '../entity-operations.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';

export function schemaEndpoints(context: OperationContext): readonly Endpoint[] {
  const { schemas } = context;
  const noEntity = (name: string) => notFound(`No entity named '${name}'`);
  const validate = async (schema: EntitySchema, request: AdminRequest): Promise<AdminAnswer> => {
    const error = validateGiven(schema, await request.body((form) => typedForm(schema, form)), context);
    if (error) throw error;
    return { status: 200, body: { message: 'schema validation successful' } };
  };
  return [
    {
      path: '/schemas/{name}',
      about: 'fields and rules of an entity type',
      methods: {
        GET: ({ params }) => {
          const schema = schemas.get(params.name!);
          return schema ? { status: 200, body: printSchema(schema) } : noEntity(params.name!);
        },
      },
    },
    {
      path: '/schemas/{db_entity_name}/validate',
      about: 'whether an entity satisfies its schema; nothing is stored',
      methods: {
        POST: (request) => {
          const name = request.params.db_entity_name!;
          const schema = schemas.get(name);
          return schema ? validate(schema, request) : noEntity(name);
        },
      },
    },
    ...subschemaEndpoints('plugins', 'plugin'),
    ...subschemaEndpoints('vaults', 'vault'),
    {
      path: '/schemas/filters/{name}',
      about: 'fields of a WebAssembly filter; the node has none',
      methods: { GET: ({ params }) => notFound(`Filter '${params.name}' not found`) },
    },
  ];

  /** Entities whose `name` selects their schema. */
  function subschemaEndpoints(entity: string, what: string): readonly Endpoint[] {
    const schema = schemas.get(entity);
    if (!schema) return [];
    return [
      {
        path: `/schemas/${entity}/validate`,
        about: `whether a ${what} satisfies its schema; nothing is stored`,
        methods: { POST: (request) => validate(schema, request) },
      },
      {
        path: `/schemas/${entity}/{name}`,
        about: `fields and rules of a kind of ${what}`,
        methods: {
          GET: ({ params }) => {
            const subschema = schema.subschema!.choose(params.name!);
            return subschema ? { status: 200, body: printSchema(subschema) } : notFound(`No ${what} named '${params.name}'`);
          },
        },
      },
    ];
  }
}

function notFound(message: string): AdminAnswer {
  return { status: 404, body: { message } };
}
