/** Plugins: which ones the node knows, and the schema of their configuration. */
import { printSchema } from '../../../model/schema/print.ts';
import type { EntityExtension } from './extension.ts';

export const pluginEndpoints: EntityExtension = ({ plugins }) => [
  { path: '/plugins/enabled', methods: { GET: () => ({ status: 200, body: { enabled_plugins: [...plugins.keys()] } }) } },
  {
    path: '/plugins/schema/{name}',
    methods: {
      GET: ({ params }) => {
        const config = plugins.get(params.name!)?.fields.config;
        if (config?.type !== 'record') return { status: 404, body: { message: `No plugin named '${params.name}'` } };
        return { status: 200, body: printSchema({ ...config, fields: config.fields ?? {} }) };
      },
    },
  },
];
