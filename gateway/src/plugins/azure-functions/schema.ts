/** azure-functions: invokes a function of Azure Functions instead of proxying. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, number, record, string } from '../../model/schema/field.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  timeout: number({ default: 600000, description: 'Milliseconds to wait for the function.' }),
  keepalive: number({ default: 60000, description: 'Milliseconds for which an idle connection is kept open.' }),
  https: boolean({ default: true, description: 'Whether to connect with TLS.' }),
  https_verify: boolean({ default: false, description: 'Whether to verify the certificate of Azure.' }),
  apikey: string({
    referenceable: true, encrypted: true,
    description: "Key of the function or of its app; replaces the client's header x-functions-key.",
  }),
  clientid: string({
    referenceable: true, encrypted: true,
    description: "Client id that goes with the key; replaces the client's header x-functions-clientid.",
  }),
  appname: string({ required: true, description: 'Name of the function app.' }),
  hostdomain: string({ required: true, default: 'azurewebsites.net', description: 'Domain of the function app.' }),
  routeprefix: string({ default: 'api', description: "First segment of the function's path." }),
  functionname: string({ required: true, description: 'Name of the function.' }),
}, { required: true });

export const azureFunctions = definePlugin({
  name: 'azure-functions',
  priority: 749,
  fields: { protocols: protocolsAll, config },
});
