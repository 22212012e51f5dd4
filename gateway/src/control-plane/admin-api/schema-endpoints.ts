/** Endpoints that print the schemas of entities and plugins, and validate entities without storing them. */
import type { PluginSchema } from '../../model/entities/plugin.ts';
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import { printSchema } from '../../model/schema/print.ts';
import { validateGiven } from '../entity-operations.ts';
import type { OperationContext } from '../entity-operations.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';
import { typedForm } from './form-types.ts';

export function schemaEndpoints(context: OperationContext, plugins: ReadonlyMap<string, PluginSchema>): readonly Endpoint[] {
  const { schemas } = context;
  const noEntity = (name: string): AdminAnswer => ({ status: 404, body: { message: `No entity named '${name}'` } });
  const noPlugin = (name: string): AdminAnswer => ({ status: 404, body: { message: `No plugin named '${name}'` } });
  const validate = async (schema: EntitySchema, request: AdminRequest): Promise<AdminAnswer> => {
    const error = validateGiven(schema, await request.body((form) => typedForm(schema, form)), context);
    if (error) throw error;
    return { status: 200, body: { message: 'schema validation successful' } };
  };
  return [
    {
      path: '/schemas/{name}',
      methods: {
        GET: ({ params }) => {
          const schema = schemas.get(params.name!);
          return schema ? { status: 200, body: printSchema(schema) } : noEntity(params.name!);
        },
      },
    },
    {
      path: '/schemas/{name}/validate',
      methods: {
        POST: (request) => {
          const schema = schemas.get(request.params.name!);
          return schema ? validate(schema, request) : noEntity(request.params.name!);
        },
      },
    },
    { path: '/schemas/plugins/validate', methods: { POST: (request) => validate(schemas.get('plugins')!, request) } },
    {
      path: '/schemas/plugins/{name}',
      methods: {
        GET: ({ params }) => {
          const plugin = plugins.get(params.name!);
          return plugin ? { status: 200, body: printSchema(plugin) } : noPlugin(params.name!);
        },
      },
    },
  ];
}
