/**
 * exit-transformer: changes the responses that the gateway itself makes. Paid in Kong: types and defaults are those of the JSON schema in
 * Kong's public documentation, version 3.8. The functions are Lua, which the gateway stores and does not run.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  functions: array(string(), { required: true, description: 'Functions that get status, body and headers, and return them changed.' }),
  handle_unknown: boolean({ default: false, description: 'Whether responses to requests without a route are changed, too.' }),
  handle_unexpected: boolean({ default: false, description: 'Whether responses to failures are changed, too.' }),
}, { required: true });

export const exitTransformer = definePlugin({
  name: 'exit-transformer',
  priority: 9999,
  fields: { protocols: protocolsHttp, config },
});
