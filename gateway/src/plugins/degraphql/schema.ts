/**
 * degraphql: offers GraphQL queries as REST resources. Paid in Kong: types and defaults are those of the JSON schema in Kong's public
 * documentation, version 3.8.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { record } from '../../model/schema/field.ts';
import { noConsumer, path, protocolsHttp } from '../../model/schema/typedefs.ts';
import { degraphqlRoute } from './entities.ts';

const config = record({
  graphql_server_path: { ...path, required: true, default: '/graphql', description: 'Path of the GraphQL server.' },
}, { required: true });

export const degraphql = definePlugin({
  name: 'degraphql',
  priority: 1500,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [degraphqlRoute],
});
